"""Whether a model goes round in circles: small ones do, and only a limit of length would end it."""

_TIMES = 4
_LEAST_CHARS = 40
_LONGEST_CHARS = 200


def goes_in_circles(text: str) -> bool:
    """Return whether `text` ends in the same characters, at least four times in a row.

    What is repeated has at most 200 characters; together the repetitions have at least 40.
    """
    for period in range(1, _LONGEST_CHARS + 1):
        chars = max(_TIMES * period, _LEAST_CHARS)
        if len(text) < chars:
            return False
        tail = text[-chars:]
        if tail[period:] == tail[:-period]:
            return True
    return False
