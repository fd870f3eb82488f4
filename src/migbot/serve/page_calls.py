"""What the page's own scripts may call: events that exist, for a session that is named.

The toolkit fails with a traceback where it meets another one; these are refused before it does.
"""

import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import Scope

from migbot.serve.refusals import refused

CALLS = re.compile(r"/gradio_api/(queue/join|run/predict)/?")
LISTENS = "/gradio_api/queue/data"
# As long as the page's own are, and then some.
SESSION = re.compile(r"[\w-]{1,64}")


class PageCalls:
    """Knows the events of one page and the sessions that wait for something."""

    def __init__(self, inputs: Mapping[int, int], waits: Callable[[str], bool]) -> None:
        """`inputs` maps each event to how many values it takes; `waits` tells of a session."""
        self._inputs = inputs
        self._waits = waits

    def refusal(self, scope: Scope, body: bytes) -> Response | None:
        """Return the answer to a call that cannot be taken; None to any other request."""
        if CALLS.fullmatch(scope["path"]) and not self._is_call(body):
            return refused(400, "no_such_call", "the page knows no such call: open it anew")
        if scope["path"] == LISTENS:
            asked = parse_qs(scope["query_string"].decode("latin-1"))
            if not self._waits(asked.get("session_hash", [""])[0]):
                return refused(404, "not_found", "nothing waits here: open the page anew")
        return None

    def _is_call(self, body: bytes) -> bool:
        try:
            call = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(call, dict):
            return False
        event, session, data = (call.get(name) for name in ("fn_index", "session_hash", "data"))
        return (
            type(event) is int
            and event in self._inputs
            and isinstance(session, str)
            and SESSION.fullmatch(session) is not None
            and isinstance(data, list)
            and len(data) == self._inputs[event]
        )
