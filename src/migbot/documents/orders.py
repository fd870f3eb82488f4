"""Words in a document that speak to an assistant and not to a reader.

A document may hold them in good faith, as one about such attacks does, so they are text like any
other: indexed, shown, and never followed. Whoever keeps the corpus should know of them.
"""

import re

_EXCERPT_CHARS = 60

_ENGLISH = r"""
    (?:ignore|disregard|forget|override)\s+(?:(?:all|any|of|the|these|those|your|my)\s+){0,3}
        (?:(?:previous|prior|above|earlier|preceding|foregoing|other|system)\s+){1,2}
        (?:instruction|prompt|direction|rule|message|context|guideline)s?
  | (?:ignore|disregard|forget|override)\s+(?:all\s+)?(?:of\s+)?your\s+(?:own\s+)?
        (?:instruction|prompt|direction|rule|guideline)s?
  | (?:reveal|print|repeat|show|output)\s+(?:(?:me|us|the|your|full|entire)\s+){1,3}
        (?:system\s+|hidden\s+|initial\s+)(?:prompt|instruction)s?
  | you\s+are\s+now\s+(?:a|an|in|the|no\s+longer)\s+(?:\w+\s+){0,3}
        (?:assistant|ai|chatbot|bot|model|mode|dan)\b
  | (?:to|for|note\s+to|attention)\s+(?:the\s+|any\s+|all\s+)?
        (?:ai|llm|language\s+model|chatbot)s?\s*(?:assistant|model|reader)?s?\s*:
  | (?:new|updated|real)\s+(?:system\s+)?instructions?\s*:\s*(?:ignore|you|answer|say|reply)
"""
_FRENCH = r"""
    (?:ignore[zr]?|oublie[zr]?|ne\s+(?:tiens|tenez)\s+pas\s+compte)\s+
        (?:(?:toute?s?|tous|les|vos|tes|ces|des|de)\s+){1,3}
        (?:(?:autres|précédente?s?|anciennes?)\s+)?
        (?:instruction|consigne|directive|règle|message|ordre)s?\s+
        (?:(?:qui\s+)?(?:précèdent|précédente?s?|antérieure?s?|ci-dessus|système|reçue?s|données))
  | (?:ignore[zr]?|oublie[zr]?|ne\s+(?:tiens|tenez)\s+pas\s+compte\s+de)\s+(?:toutes\s+)?
        (?:vos|tes)\s+(?:instruction|consigne|directive|règle)s
  | (?:révèle|révélez|affiche|affichez|répète|répétez|montre|montrez)\s+(?:-?moi\s+)?
        (?:(?:le|la|les|ton|votre|tes|vos)\s+){1,2}
        (?:prompt|consignes?|instructions?)\s+(?:système|cachée?s?|initiale?s?)
  | (?:tu\s+es|vous\s+êtes)\s+(?:désormais|maintenant|à\s+présent)\s+(?:un|une|le|la|en)\s+
        (?:\w+\s+){0,3}(?:assistant|ia|robot|modèle|mode)e?\b
  | (?:à\s+l[’']attention\s+d(?:e\s+l[’']|es\s+|[’'])|note\s+à\s+l[’'])
        (?:ia|assistant|modèles?\s+de\s+langage)s?\s*:
"""
_MARKS = r"<\|(?:im_start|im_end|system|user|assistant|endoftext)\|> | \[/?INST\] | <</?SYS>>"
# The letters that these words begin with are looked at first: a long text has many others.
_ORDER = re.compile(
    rf"(?<!\w)(?=[adfimnoprstuvyà])(?:{_ENGLISH} | {_FRENCH}) | {_MARKS}",
    re.IGNORECASE | re.VERBOSE,
)


def find_order(text: str) -> str | None:
    """Return the first words of cleaned `text` that give an assistant orders; None without any."""
    found = _ORDER.search(text)
    return " ".join(found[0].split())[:_EXCERPT_CHARS] if found else None
