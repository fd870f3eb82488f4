"""Notices about cookies that lie over a web page: told by their names and by what they say."""

import re
from typing import Any

# Names that their makers give them.
_NAMES = ("cookie", "consent", "gdpr", "onetrust", "didomi", "tarteaucitron", "axeptio")
_NAMED = "//*[self::div or self::section or self::aside or self::dialog][{}]".format(
    " or ".join(
        "contains(translate(concat(@id, ' ', @class, ' ', @aria-label), 'CGKON', 'cgkon'), "
        f"'{name}')"
        for name in _NAMES
    )
)
_HEADINGS = "descendant::*[self::h1 or self::h2 or self::h3 or self::h4 or self::h5 or self::h6]"
# What such a notice speaks of, and a text about migration that is called alike does not.
_SPEAKS_OF_IT = re.compile(
    r"""
    \bcookies?\b | \btraceurs?\b | \btrackers?\b | \bgdpr\b | \brgpd\b
    | \b(?:your|our)\ (?:privacy|choices?|preferences|partners)\b | \bprivacy\ (?:policy|settings)\b
    | \b(?:votre|vos|nos)\ (?:vie\ privée|choix|préférences|partenaires)\b
    | \b(?:accept|reject|refuse|allow)\ all\b | \btout\ (?:accepter|refuser)\b
    | \bon\ (?:your|this|the)\ device\b | \bsur\ votre\ (?:appareil|terminal)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_CHARS = 3_000


def leave_out_notices(tree: Any) -> int:
    """Take notices about cookies out of `tree`; return how many characters they said, no spaces.

    A notice is a block that is named like one, is of at most 3,000 characters, speaks of cookies
    or of a visitor's choices, and has no heading that does not. Another block that is named alike
    loses its name, as a later step would leave it out for that.
    """
    dropped: set[Any] = set()
    count = 0
    for element in tree.xpath(_NAMED):
        if not dropped.isdisjoint(element.iterancestors()):
            continue
        said = " ".join(element.text_content().split())
        if _is_notice(element, said):
            count += len(said.replace(" ", ""))
            dropped.add(element)
        else:
            for name in ("id", "class", "aria-label"):
                element.attrib.pop(name, None)
    for element in dropped:
        element.drop_tree()
    return count


def _is_notice(element: Any, said: str) -> bool:
    headings = [" ".join(heading.text_content().split()) for heading in element.xpath(_HEADINGS)]
    if len(said) > _LONGEST_CHARS or not all(_SPEAKS_OF_IT.search(one) for one in headings if one):
        return False
    return not said or bool(_SPEAKS_OF_IT.search(said))
