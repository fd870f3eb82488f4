"""The words that a reader sees when migbot does not answer, and the questions it never answers."""

import re

from migbot.types import Language, Reason

# A question about somebody's private data is declined whatever the passages hold.
_PERSONAL = re.compile(
    r"\b(?:num[ée]ro de (?:t[ée]l[ée]phone|portable|mobile|passeport)"
    r"(?! (?:de l['’](?:oim|onu|organisation)|du (?:si[èe]ge|bureau|r[ée]seau|secr[ée]tariat)))|"
    r"adresse (?:personnelle|priv[ée]e|(?:de son|du) domicile|e-?mail|mail)|"
    r"(?:e-?)?mail (?:de|du|of)|mari[ée]e?|married|date de naissance|date of birth(?! reg)|"
    r"o[uù] (?:habite|vit)|salaire (?:de|du|d['’])|"
    r"(?:phone|mobile|cell|passport) number|(?:home|private|e-?mail) address|"
    r"where does \w+(?: \w+)? live|salary of|\w+['’]s salary)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\b(?:pense[sz]?[- ](?:tu|vous)|(?:ton|votre) (?:avis|opinion)|"
    r"(?:es|êtes)[- ](?:tu|vous) (?:pour|contre|d['’]accord)|"
    r"pr[ée]f[eè]res?[- ]tu|what do you think|your opinion|in your view|"
    r"(?<!how )do you (?:agree|support|like|prefer|think)|are you (?:for|against))\b",
    re.IGNORECASE,
)

_MESSAGES: dict[Reason, dict[Language, str]] = {
    "not_found": {
        "fr": "Les documents ne répondent pas à cette question. Les passages les plus proches "
        "sont affichés : ils portent sur un sujet voisin, mais ne disent pas ce que vous cherchez.",
        "en": "The documents do not answer this question. The nearest passages are shown: they "
        "are about a related subject, but do not say what you are looking for.",
    },
    "out_of_scope": {
        "fr": "Cette question sort du sujet : migbot répond à partir de documents sur l’OIM, le "
        "Pacte mondial sur les migrations et le Réseau des Nations Unies sur les migrations.",
        "en": "This question is outside the subject: migbot answers from documents about IOM, the "
        "Global Compact for Migration and the United Nations Network on Migration.",
    },
    "personal": {
        "fr": "migbot ne donne pas de renseignements personnels sur qui que ce soit.",
        "en": "migbot gives no personal data about anyone.",
    },
    "opinion": {
        "fr": "migbot n’a pas d’opinion : il rapporte ce que disent les documents. Demandez-lui "
        "plutôt ce qu’un texte prévoit ou ce qu’une personne a déclaré.",
        "en": "migbot has no opinion: it reports what the documents say. Ask instead what a text "
        "provides or what a person said.",
    },
}
_FAILURE: dict[Language, str] = {
    "fr": "La réponse n’a pas pu être écrite à cause d’un problème technique. Les passages trouvés "
    "restent affichés ; vous pouvez reposer la question.",
    "en": "The answer could not be written because of a technical problem. The passages found are "
    "still shown; you can ask again.",
}


def refusal_on_sight(question: str) -> Reason | None:
    """Return why `question` is declined before anything is searched, or None."""
    if _PERSONAL.search(question):
        return "personal"
    if _OPINION.search(question):
        return "opinion"
    return None


def decline_message(reason: Reason, language: Language) -> str:
    """Return what a reader is told when an answer is declined for `reason`."""
    return _MESSAGES[reason][language].replace(" :", "\u00a0:").replace(" ;", "\u00a0;")


def failure_message(language: Language) -> str:
    """Return what a reader is told when the model failed."""
    return _FAILURE[language].replace(" ;", "\u00a0;")
