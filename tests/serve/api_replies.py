"""What every error of the server's API looks like."""


def error_of(reply):
    """Return the code of an error after looking at its shape."""
    assert set(reply.json()) == {"error"}
    assert set(reply.json()["error"]) == {"code", "message"}
    assert "Traceback" not in reply.text
    return reply.json()["error"]["code"]
