"""Grammars of the kind that answers are held to, as regular expressions."""

import re

_TOKEN = re.compile(
    r'\s+|(?P<literal>"(?:\\.|[^"\\])*")|(?P<set>\[(?:\\.|[^\]\\])*\])'
    r"|(?P<times>\{\d+(?:,\d*)?\})|(?P<rule>[a-z-]+)|(?P<mark>[|()?*+])"
)


def matcher(grammar: str, root: str = "root") -> re.Pattern[str]:
    """Return a pattern for the whole of a text that `grammar`, without recursion, accepts."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.strip().splitlines())
    return re.compile(_expand(rules[root], rules))


def _expand(body: str, rules: dict[str, str]) -> str:
    out, at = "", 0
    while at < len(body):
        found = _TOKEN.match(body, at)
        assert found is not None, f"not understood: {body[at:]}"
        at = found.end()
        if found["literal"]:
            out += f"(?:{re.escape(found['literal'][1:-1])})"
        elif found["rule"]:
            out += f"(?:{_expand(rules[found['rule']], rules)})"
        else:
            out += found["mark"] or found["times"] or found["set"] or ""
    return out
