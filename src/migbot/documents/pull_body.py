"""The body of a response, decoded piece by piece, so that no few bytes become many at once."""

import zlib
from collections.abc import AsyncIterator, Iterator

import httpx

from migbot.errors import DocumentError, DownloadError

_GZIP = 31  # what zlib calls a gzip header and trailer around a window of any size
_PIECE_BYTES = 1 << 16


async def read_body(
    response: httpx.Response, *, limit_bytes: int, before_bytes: int = 0
) -> AsyncIterator[bytes]:
    """Yield the bytes of the body, at most `limit_bytes` with the `before_bytes` that are there.

    Raises:
        DocumentError: there are more bytes than that, before or after decoding, or they are
            encoded in a way that was not asked for and is not gzip.
        DownloadError: the encoded body ended early or is damaged.
        httpx.HTTPError: the connection broke, or the body is shorter than was announced.
    """
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip"}:
        raise DocumentError(f"it comes encoded as {encoding!r}, which was not asked for")
    decoder = None if encoding == "identity" else zlib.decompressobj(_GZIP)
    arrived = decoded = before_bytes
    async for raw in response.aiter_raw():
        arrived += len(raw)
        for piece in _decode(raw, decoder):
            decoded += len(piece)
            if decoded <= limit_bytes:
                yield piece
        if max(arrived, decoded) > limit_bytes:
            raise _too_large(limit_bytes)
    if decoder and not decoder.eof:
        raise DownloadError("the compressed body ended early")


def check_announced_size(response: httpx.Response, *, limit_bytes: int) -> None:
    """Raise DocumentError where the response announces more than `limit_bytes`."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limit_bytes:
        raise _too_large(limit_bytes)


def _decode(raw: bytes, decoder: "zlib._Decompress | None") -> Iterator[bytes]:
    if decoder is None:
        yield raw
        return
    try:
        while raw and not decoder.eof:
            yield decoder.decompress(raw, _PIECE_BYTES)
            raw = decoder.unconsumed_tail
    except zlib.error as error:
        raise DownloadError(f"the compressed body is damaged: {error}") from error


def _too_large(limit_bytes: int) -> DocumentError:
    return DocumentError(
        f"larger than {limit_bytes} bytes; for documents, MIGBOT_DOCUMENT_BYTES sets that limit"
    )
