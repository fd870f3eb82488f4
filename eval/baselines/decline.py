"""Tells a reply that only says that it cannot find, in French or English."""

import re

from eval.baselines.sentences import split_sentences, without_markers

_THESE = r"(?:sources?|passages|documents|extracts|excerpts|texts|context|provided \w+|given \w+)"
_CES = r"(?:sources?|passages|documents|extraits|textes|contexte|\w+ fournie?s?)"
_NOT = r"(?: not|n['’]t)"
_NE = r"n(?:e |['’])"
# What a reply says when it cannot find. The subject must be the sources or the speaker: "the
# Compact does not mention…" is an answer.
_CANNOT_FIND = re.compile(
    "|".join(
        (
            # I cannot find…, we do not have…, I am unable to…
            (
                rf"\b(?:i|we) (?:cannot|can['’]t|(?:can|could|do|did){_NOT}) (?:\w+ly )?"
                r"(?:find|see|have|know|locate|answer|provide|determine)"
            ),
            r"\b(?:unable|not able) to (?:find|answer|locate|provide|determine)",
            # the sources do not say…
            (
                rf"\b{_THESE}\b[^.]{{0,80}}?\b(?:do|does|did){_NOT} (?:\w+ly )?(?:say|state|"
                r"mention|provide|contain|specify|include|give|indicate|answer|address|cover|"
                r"discuss|describe)"
            ),
            # …is not mentioned in the sources, cannot be found in the sources
            (
                rf"\b(?:(?:is|are|was|were){_NOT} (?:\w+ly )?|(?:cannot|could{_NOT}|can{_NOT}) be )"
                r"(?:mentioned|stated|provided|specified|given|found|available|included|answered|"
                rf"determined)\b[^.]{{0,20}}?\b(?:in|by|from) (?:\w+ ){{0,2}}?{_THESE}"
            ),
            r"\b(?:information|answer)\b[^.]{0,60}?\bis not (?:provided|available|given|found)",
            r"^(?:there (?:is|are) )?no (?:\w+ ){0,2}(?:information|mention|answer|details?)\b",
            r"^not (?:found|mentioned|stated|specified|provided)\b",
            # je ne trouve pas…, je n’ai trouvé aucune…, je ne peux pas répondre…
            (
                rf"\b(?:je|nous) {_NE}(?:l['’]|le |la |les )?(?:trouv\w+|peux|pouvons|sais|"
                r"dispos\w+|vois|ai|avons|suis|sommes|parvien\w+|connais)\b[^.]{0,40}?\b(?:pas|aucune?|rien)\b"
            ),
            # les sources ne disent pas…
            (
                rf"\b{_CES}\b[^.]{{0,80}}?\b{_NE}(?:\w+ )?(?:dis|dit|mentionn|précis|fourni|conti|"
                r"indiqu|donn|répond|comport|parl|évoqu|permet|abord|trait|spécifi)\w*"
                r"[^.]{0,20}?\b(?:pas|aucune?|rien)\b"
            ),
            # … n’est pas mentionné dans les sources
            (
                rf"\b{_NE}(?:est|sont|a|ont)\b pas (?:été )?(?:\w+ment )?(?:mentionn|précis|fourni|"
                rf"indiqu|disponible|donn|trouv|spécifi)\w*[^.]{{0,20}}? (?:\w+ ){{0,2}}?{_CES}"
            ),
            (
                rf"\b(?:informations?|réponse)\b[^.]{{0,60}}?\b{_NE}(?:est|sont) pas "
                r"(?:\w+ment )?(?:fourni|disponible|donn|trouv|précis|indiqu|mentionn)"
            ),
            (
                r"^(?:il n['’]y a )?aucune? (?:\w+ )?"
                r"(?:informations?|réponse|mention|sources?|passage)"
            ),
            r"^il n['’]y a pas d['’e] ?(?:informations?|réponse|mention)",
        )
    ),
    re.IGNORECASE,
)
# "I cannot find the number, but 152 states voted for it" says something after all.
_AND_YET = re.compile(
    r"\b(?:but|however|although|though|mais|cependant|toutefois|néanmoins)\b", re.IGNORECASE
)
_COURTESY = re.compile(
    r"^(?:(?:i am |i['’]m |je suis )?(?:sorry|désolée?)|please|veuillez|n['’]hésitez|"
    r"if you (?:have|need)|si vous|for more|pour (?:plus|en savoir))\b",
    re.IGNORECASE,
)


def only_cannot_find(text: str) -> bool:
    """Return whether all that a reply says, in French or English, is that it cannot find.

    Each sentence must say so, or be a courtesy beside one that does.
    """
    sentences = [without_markers(sentence) for sentence in split_sentences(text)]
    refusing = [_says_cannot_find(sentence) for sentence in sentences]
    return any(refusing) and all(
        refuses or _COURTESY.search(sentence)
        for sentence, refuses in zip(sentences, refusing, strict=True)
    )


def _says_cannot_find(sentence: str) -> bool:
    found = _CANNOT_FIND.search(sentence)
    return found is not None and not _AND_YET.search(sentence, found.end())
