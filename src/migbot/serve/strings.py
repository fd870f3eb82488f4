"""Every word of the page that is migbot's own, in French and in English."""

from collections.abc import Mapping
from dataclasses import dataclass

from migbot.types import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Strings:
    """The page's words in one language. Names in braces are filled in by `str.format`."""

    title: str
    headline: str
    statement: str
    examples_label: str
    examples: tuple[str, str, str, str]
    question_label: str
    placeholder: str
    send: str
    stop: str
    new_conversation: str
    switch: str
    switch_to: Language
    you_asked: str
    answer: str
    quotes_label: str
    sources: str
    cited: str
    others: str
    found: str
    nearest: str
    source_marker: str
    reveal: str
    back: str
    official: str
    new_tab: str
    page: str
    undated: str
    document_languages: Mapping[Language, str]
    months: tuple[str, ...]
    date_long: str
    date_month: str
    quote_open: str
    quote_close: str
    as_of_day: str
    as_of_period: str
    searching: str
    preparing: str
    waiting: str
    reading: str
    writing: str
    done: str
    done_declined: str
    done_small_talk: str
    stopped: str
    failed_heading: str
    empty_question: str
    long_question: str
    busy: str
    failed: str
    limits_heading: str
    limits: tuple[str, ...]
    questions_stay: str
    questions_beside: str
    questions_leave: str
    skip: str


FRENCH = Strings(
    title="migbot – réponses citées sur la gouvernance des migrations",
    headline="Posez une question, lisez la réponse à sa source.",
    statement=(
        "migbot répond en français et en anglais sur l’OIM, le Pacte mondial sur les migrations et "
        "le Réseau des Nations Unies sur les migrations. Chaque phrase renvoie au passage qui "
        "la porte."
    ),
    examples_label="Pour commencer",
    examples=(
        "Quand l’OIM a-t-elle été créée ?",
        "Quels sont les objectifs du Pacte mondial sur les migrations ?",
        "Qui coordonne le Réseau des Nations Unies sur les migrations ?",
        "Combien d’États sont membres de l’OIM ?",
    ),
    question_label="Votre question",
    placeholder="Posez votre question…",
    send="Envoyer",
    stop="Arrêter",
    new_conversation="Nouvelle conversation",
    switch="English",
    switch_to="en",
    you_asked="Votre question",
    answer="Réponse",
    quotes_label="Ce que disent les documents",
    sources="Sources",
    cited="Sources citées",
    others="Autres passages trouvés",
    found="Passages trouvés",
    nearest="Passages les plus proches",
    source_marker="Source {number} : {title}",
    reveal="Lire le passage",
    back="Retour à la réponse",
    official="Document officiel",
    new_tab="(nouvel onglet)",
    page="p. {page}",
    undated="sans date",
    document_languages={"fr": "français", "en": "anglais"},
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    date_long="{day} {month} {year}",
    date_month="{month} {year}",
    quote_open="« ",
    quote_close=" »",
    as_of_day="à jour au {date}",
    as_of_period="à jour en {date}",
    searching="Recherche dans les documents…",
    preparing="Le modèle de langue se prépare ; votre réponse suit…",
    waiting="Une autre réponse est en cours ; la vôtre suit…",
    reading="Lecture des passages…",
    writing="Rédaction et vérification…",
    done="Réponse terminée. Sources citées : {sources}.",
    done_declined="Pas de réponse à cette question.",
    done_small_talk="Réponse terminée.",
    stopped="Réponse arrêtée.",
    failed_heading="La réponse n’a pas abouti",
    empty_question="Écrivez une question pour commencer.",
    long_question=(
        "Cette question dépasse {limit} caractères. Raccourcissez-la, puis envoyez-la de nouveau."
    ),
    busy="Beaucoup de questions sont en attente. Réessayez dans une minute.",
    failed="Une erreur est survenue de notre côté, sans lien avec votre question. Réessayez.",
    limits_heading="À savoir",
    limits=(
        (
            "Vérifiez avant de réutiliser : un programme écrit les phrases, seuls les documents "
            "officiels font foi."
        ),
        (
            "migbot ne traite pas de dossier personnel, ne donne ni conseil juridique ni opinion "
            "et ne suit pas l’actualité."
        ),
        "Projet indépendant, sans lien avec l’OIM. {privacy}",
    ),
    questions_stay="Vos questions restent sur la machine qui sert cette page.",
    questions_beside=(
        "Vos questions et les passages trouvés vont à un serveur de modèle de langue, sur la "
        "machine qui sert cette page."
    ),
    questions_leave=(
        "Vos questions et les passages trouvés sont envoyés à {host}, où le modèle de langue "
        "écrit la réponse."
    ),
    skip="Aller à la question",
)

ENGLISH = Strings(
    title="migbot – cited answers on migration governance",
    headline="Ask a question, read the answer at its source.",
    statement=(
        "migbot answers in English and French about IOM, the Global Compact for Migration and the "
        "UN Network on Migration. Every sentence points to the passage that carries it."
    ),
    examples_label="To begin with",
    examples=(
        "When was IOM founded?",
        "What are the objectives of the Global Compact for Migration?",
        "Who coordinates the UN Network on Migration?",
        "How many Member States does IOM have?",
    ),
    question_label="Your question",
    placeholder="Ask your question…",
    send="Send",
    stop="Stop",
    new_conversation="New conversation",
    switch="Français",
    switch_to="fr",
    you_asked="Your question",
    answer="Answer",
    quotes_label="What the documents say",
    sources="Sources",
    cited="Cited sources",
    others="Other passages found",
    found="Passages found",
    nearest="Nearest passages",
    source_marker="Source {number}: {title}",
    reveal="Read the passage",
    back="Back to the answer",
    official="Official document",
    new_tab="(new tab)",
    page="p. {page}",
    undated="undated",
    document_languages={"fr": "French", "en": "English"},
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    date_long="{day} {month} {year}",
    date_month="{month} {year}",
    quote_open="“",
    quote_close="”",
    as_of_day="as of {date}",
    as_of_period="as of {date}",
    searching="Searching the documents…",
    preparing="The language model is being prepared; your answer comes next…",
    waiting="Another answer is being written; yours is next…",
    reading="Reading the passages…",
    writing="Writing and checking…",
    done="Answer complete. Cited sources: {sources}.",
    done_declined="No answer to this question.",
    done_small_talk="Answer complete.",
    stopped="Answer stopped.",
    failed_heading="The answer did not come through",
    empty_question="Write a question to begin.",
    long_question="This question is over {limit} characters. Shorten it, then send it again.",
    busy="Many questions are waiting. Try again in a minute.",
    failed="Something went wrong on our side. Your question is not at fault: please try again.",
    limits_heading="Good to know",
    limits=(
        (
            "Check before you use it: a program writes the sentences, only the official documents "
            "are authoritative."
        ),
        (
            "migbot handles no personal case, gives no legal advice and no opinion, and does not "
            "follow the news."
        ),
        "An independent project, not affiliated with IOM. {privacy}",
    ),
    questions_stay="Your questions stay on the machine that serves this page.",
    questions_beside=(
        "Your questions and the passages found go to a language model server on the machine that "
        "serves this page."
    ),
    questions_leave=(
        "Your questions and the passages found are sent to {host}, where the language model writes "
        "the answer."
    ),
    skip="Skip to the question",
)

STRINGS: Mapping[Language, Strings] = {"fr": FRENCH, "en": ENGLISH}


def preferred_language(accept_language: str) -> Language:
    """Return the page's language for an Accept-Language header (RFC 9110, section 12.5.4).

    The language with the highest weight among French and English wins, the earlier one on a tie;
    English where neither is wanted.
    """
    best: Language = "en"
    best_weight = 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        weight = _weight(parameter)
        for language in STRINGS:
            if primary == language and weight > best_weight:
                best, best_weight = language, weight
    return best


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def spoken_date(date: str | None, strings: Strings) -> str:
    """Return an ISO date of any precision (`2018`, `2018-12`, `2018-12-19`) as a reader says it."""
    parts = (date or "").split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return date or strings.undated
    numbers = [int(part) for part in parts]
    year = parts[0]
    if len(numbers) == 1 or not 1 <= numbers[1] <= len(strings.months):
        return year
    month = strings.months[numbers[1] - 1]
    if len(numbers) == 2:  # noqa: PLR2004 - year and month
        return strings.date_month.format(month=month, year=year)
    day = "1er" if numbers[2] == 1 and strings is FRENCH else str(numbers[2])
    return strings.date_long.format(day=day, month=month, year=year)


def spoken_state(date: str, strings: Strings) -> str:
    """Return an ISO date of any precision as the day or period up to which a text holds."""
    whole_day = date.count("-") == 2  # noqa: PLR2004 - year, month and day
    form = strings.as_of_day if whole_day else strings.as_of_period
    return form.format(date=spoken_date(date, strings))
