"""The words that a reader sees when migbot does not answer, and the questions it never answers."""

import re
from typing import Literal

from migbot.answer.typography import spaced
from migbot.types import Answer, Language, Reason

SmallTalk = Literal["greeting", "thanks", "about"]

# What an organization has is no private data.
_OF_AN_ORGANIZATION = (
    r"(?! (?:de l['’](?:oim|onu|organisation|assembl[ée]e)|"
    r"du (?:si[èe]ge|bureau|r[ée]seau|secr[ée]tariat|pacte|fonds)|"
    r"(?:of|for) (?:the )?(?:iom|un|united|network|secretariat|headquarters|office|fund)\b))"
)
# A question about somebody's private data is declined whatever the passages hold.
_PERSONAL = re.compile(
    r"\b(?:num[ée]ro de (?:t[ée]l[ée]phone|portable|mobile|passeport)|"
    r"adresse (?:personnelle|priv[ée]e|(?:de son|du) domicile|e-?mail|mail)|"
    r"date de naissance|date of birth(?! reg)|"
    r"(?<!iom )(?<!office )(?<!headquarters )(?:phone|mobile|cell|passport) number|"
    rf"(?:home|private|e-?mail) address)\b{_OF_AN_ORGANIZATION}|"
    rf"\b(?:e-?)?mail(?= (?:de|du|of)\b){_OF_AN_ORGANIZATION}|"
    r"\b(?:(?:est|[ée]tait)[- ](?:(?:il|elle)[- ])?mari[ée]e?|"
    r"(?:is|was) (?!an?\b|the married)(?:\w+ ){1,3}married|"
    r"(?:le mari|l['’][ée]pou(?:x|se)) d(?:e|u|['’])|"
    r"(?:husband|wife) of|['’]s (?:husband|wife)|"
    r"o[uù] (?:habite|vit)|salaire (?:de|du|d['’])|"
    r"combien gagne(?! (?:une?|en moyenne)\b)|"
    r"(?:num[ée]ro|portable|t[ée]l[ée]phone|adresse|e-?mail|mail)s? (?:perso\w*|priv[ée]s?)|"
    r"(?:portable|06) (?:de|du|d['’])|"
    r"how much (?:does|did) [^?]{1,40}? "
    r"(?:earn|get paid|make(?= (?:an?|per|each|every)\b|\W*$))|"
    r"(?:personal|private) (?:number|phone|mobile|cell|e-?mail|address)|"
    r"where does \w+(?: \w+)? live|salary of|\w+['’]s salary)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\b(?:pense[sz]?[- ](?:tu|vous)|(?:ton|votre) (?:avis|opinion)|"
    r"(?:es|êtes)[- ](?:tu|vous) (?:pour|contre|d['’]accord)|"
    r"pr[ée]f[eè]res?[- ]tu|tu pr[ée]f[eè]res|"
    r"(?<!si )(?:tu|vous) (?:trouve|pense)[sz] (?:que|pas|[çc]a|quoi)|"
    r"(?:tu|vous|me) (?:conseille|recommande)[sz]?|que (?:me )?conseille[sz][- ](?:tu|vous)|"
    r"what do you think|your (?:own )?opinion|in your view|"
    r"(?<!how )do you (?:personally )?(?:agree|support|like|prefer|think|reckon|believe|feel)|"
    r"would you (?:personally )?(?:recommend|advise|vote|support|say)|are you (?:for|against))\b",
    re.IGNORECASE,
)

# The whole question: "bonjour, combien..." asks something.
_POLITE = r"(?:\s*(?:migbot|beaucoup|bien|very much|so much|a lot|there|all|tout le monde))*"
_GREETING = (
    r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey|good (?:morning|afternoon|evening)|bjr|"
    r"[çc]a va|comment (?:[çc]a va|allez[- ]vous|vas[- ]tu)|how are you)"
)
_CONTENT = (
    r"(?:ok(?:ay)?|d['’ ]accord|super|parfait|g[ée]nial|tr[èe]s bien|great|perfect|nice|cool|"
    r"very good|got it|compris|c['’ ]est (?:clair|not[ée]|parfait))"
)
_THANKS = (
    r"(?:un grand |mille |many )?(?:merci|thanks?(?: you)?|thx|cheers|au revoir|"
    rf"bonne journ[ée]e|bye|goodbye){_POLITE}"
    r"(?: pour (?:ta|votre|ton|l['’]|ces|cette|vos|tes) ?\w+| for (?:your|the|this|that) \w+)?"
)
_SMALL_TALK: dict[SmallTalk, re.Pattern[str]] = {
    "greeting": re.compile(
        rf"{_GREETING}{_POLITE}(?:[\s,.!]+{_GREETING}{_POLITE})?", re.IGNORECASE
    ),
    "thanks": re.compile(rf"{_CONTENT}|(?:{_CONTENT}[\s,.!]+)?{_THANKS}", re.IGNORECASE),
    "about": re.compile(
        r"(?:qui (?:es[- ]tu|[êe]tes[- ]vous)|(?:tu es|vous [êe]tes|t['’]es) qui|"
        r"que (?:peux[- ]tu|pouvez[- ]vous|sais[- ]tu|savez[- ]vous) faire|"
        r"(?:tu peux|vous pouvez|tu sais) faire quoi|[àa] quoi (?:sers[- ]tu|servez[- ]vous)|"
        r"(?:comment [çc]a marche|aide|aidez[- ]moi|help(?: me)?)|"
        r"who are you|what are you|what (?:can|do) you do|how (?:does this|do you) work|"
        r"what can i ask(?: you)?|que puis[- ]je (?:te |vous )?demander)",
        re.IGNORECASE,
    ),
}
_AROUND = re.compile(r"^\W+|\W+$")
_REPLIES: dict[SmallTalk, dict[Language, str]] = {
    "greeting": {
        "fr": "Bonjour ! Posez une question sur l’OIM, le Pacte mondial sur les migrations ou le "
        "Réseau des Nations Unies sur les migrations : la réponse citera ses sources.",
        "en": "Hello! Ask a question about IOM, the Global Compact for Migration or the United "
        "Nations Network on Migration: the answer will cite its sources.",
    },
    "thanks": {
        "fr": "Avec plaisir. N’hésitez pas à poser une autre question.",
        "en": "You are welcome. Do ask another question.",
    },
    "about": {
        "fr": "migbot répond à partir de documents sur l’OIM, le Pacte mondial sur les migrations "
        "et le Réseau des Nations Unies sur les migrations. Il montre pour chaque phrase le "
        "passage qui la confirme, et le dit quand les documents ne répondent pas. Essayez par "
        "exemple : « Combien d’objectifs compte le Pacte mondial sur les migrations ? »",
        "en": "migbot answers from documents about IOM, the Global Compact for Migration and the "
        "United Nations Network on Migration. For each sentence it shows the passage that supports "
        "it, and it says so when the documents do not answer. Try for instance: “How many "
        "objectives does the Global Compact for Migration have?”",
    },
}

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

_UNSURE: dict[Language, str] = {
    "fr": "Ces passages ne répondent peut-être pas exactement à la question : vérifiez-les.",
    "en": "These passages may not answer exactly what you asked: check them before you use them.",
}
_CUT: dict[Language, str] = {
    "fr": "La réponse a été interrompue : ce qui précède est vérifié, mais incomplet.",
    "en": "The answer was cut short: what stands above is checked, but incomplete.",
}


def refusal_on_sight(question: str) -> Reason | None:
    """Return why `question` is declined before the model is asked, or None."""
    if _PERSONAL.search(question):
        return "personal"
    if _OPINION.search(question):
        return "opinion"
    return None


def small_talk(question: str) -> SmallTalk | None:
    """Return what a question that asks nothing is: a greeting, thanks, or about migbot itself."""
    words = _AROUND.sub("", question)
    return next((kind for kind, whole in _SMALL_TALK.items() if whole.fullmatch(words)), None)


def small_talk_reply(kind: SmallTalk, language: Language) -> str:
    """Return the reply to a question that asks nothing of the documents."""
    return spaced(_REPLIES[kind][language], language)


def decline_message(reason: Reason, language: Language) -> str:
    """Return what a reader is told when an answer is declined for `reason`."""
    return spaced(_MESSAGES[reason][language], language)


def failure_message(language: Language) -> str:
    """Return what a reader is told when the model failed."""
    return spaced(_FAILURE[language], language)


def caveats(answer: Answer) -> tuple[str, ...]:
    """Return what a reader is told below an answer that may be none, or was cut."""
    told = ((answer.is_unsure, _UNSURE), (answer.is_cut, _CUT))
    return tuple(spaced(texts[answer.language], answer.language) for is_so, texts in told if is_so)
