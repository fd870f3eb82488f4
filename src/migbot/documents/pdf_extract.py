"""A child process that reads one PDF from standard input and prints its pages as JSON.

PDF parsers meet files made to exhaust them. Here such a file ends this process, at its limits of
memory and processor time, and never the program that started it. Run as
`python -m migbot.documents.pdf_extract`.
"""

import contextlib
import io
import json
import logging
import resource
import sys
from datetime import datetime
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
PROCESSOR_S = 30


def extract(data: bytes) -> dict[str, Any]:
    """Return `{"pages", "title", "created"}` of a PDF, or `{"refused": reason}`.

    `pages` holds the text of each page in order, lines as they are printed; `created` is an ISO
    8601 day or None.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - the one place that needs it
    from pypdf.errors import FileNotDecryptedError, PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(data))
        # Many files carry an owner's password alone and open with an empty one.
        if reader.is_encrypted and not reader.decrypt(""):
            return {"refused": "encrypted: save a copy without password"}
        pages = [page.extract_text() for page in reader.pages]
        created = _created(reader)
        title = reader.metadata.title if reader.metadata else None
    except (FileNotDecryptedError, NotImplementedError):
        return {"refused": "encrypted: save a copy without password"}
    except (MemoryError, RecursionError):
        return {"refused": "unreadable PDF: it takes too much memory"}
    # The parser meets hostile bytes; whatever it stumbles over, the file is unreadable.
    except (PyPdfError, ValueError, TypeError, LookupError, AttributeError, OSError) as error:
        return {"refused": f"unreadable PDF ({type(error).__name__}): save it anew or as text"}
    return {"pages": pages, "title": title, "created": created}


def _created(reader: Any) -> str | None:
    moment = None
    with contextlib.suppress(Exception):
        moment = reader.metadata.creation_date if reader.metadata else None
    return moment.date().isoformat() if isinstance(moment, datetime) else None


def _limit_resources() -> None:
    # macOS knows no limit of address space; the limit of time still holds there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read a PDF from standard input, print what `extract` returns."""
    _limit_resources()
    logging.disable(logging.CRITICAL)
    found = extract(sys.stdin.buffer.read())
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
