"""A request's body off the wire: whole or in chunks, plain or packed by gzip or deflate."""

import re
import zlib
from collections.abc import Mapping
from html import escape
from io import BufferedIOBase

from local.salesforce_org.messages import Response

MAX_BODY = 50 * 1024 * 1024  # bytes, also after unpacking
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
# By Content-Encoding, the two that the documentation names: how zlib is told which header to expect. HTTP's deflate is
# the zlib format; that the bare stream which some programs send instead is refused is a guess.
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class Unreadable(Exception):
    """Holds the answer, which ends the connection: nobody knows where the next request starts."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        headers = {"Content-Type": "text/html", "Connection": "close"}
        self.response = Response(status, f"<h1>{escape(text)}</h1>".encode(), headers)


def read_body(stream: BufferedIOBase, headers: Mapping[str, str]) -> bytes:
    """Header names are lower case. Raises Unreadable; the texts are the stand-in's own."""
    transfer = headers.get("transfer-encoding", "").strip().lower()
    if transfer not in {"", "chunked"}:
        raise Unreadable(501, "Only chunked is taken as Transfer-Encoding")
    length = headers.get("content-length", "0")
    if transfer:
        if "content-length" in headers:
            raise Unreadable(400, "Content-Length and Transfer-Encoding at once")
        content = _chunks(stream)
    elif not (length.isascii() and length.isdigit()):
        raise Unreadable(400, "Content-Length must be a number")
    elif int(length) > MAX_BODY:
        raise Unreadable(413, "Request Entity Too Large")
    else:
        content = _exactly(stream, int(length))
    return _unpacked(content, headers.get("content-encoding", "").strip().lower())


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise Unreadable(400, "The body ended too early")
    return content


def _chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while True:
        size = stream.readline(1_024).partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            raise Unreadable(400, "A chunk must start with its size")
        if not (count := int(size, 16)):
            break
        if len(body) + count > MAX_BODY:
            raise Unreadable(413, "Request Entity Too Large")
        body += _exactly(stream, count)
        if stream.readline(1_024).strip():
            raise Unreadable(400, "A chunk must end where its size says")
    while stream.readline(65_536).strip():
        pass  # trailers: nobody here needs them
    return bytes(body)


def _unpacked(content: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return content
    if encoding not in _WINDOWS:
        raise Unreadable(415, f"Content-Encoding {encoding[:40]} is not taken, only gzip and deflate")
    unpacker = zlib.decompressobj(wbits=_WINDOWS[encoding])
    try:
        plain = unpacker.decompress(content, MAX_BODY + 1)
    except zlib.error:
        raise Unreadable(400, f"The body is no {encoding}") from None
    if len(plain) > MAX_BODY:
        raise Unreadable(413, "Request Entity Too Large")
    if not unpacker.eof or unpacker.unused_data:
        raise Unreadable(400, f"The body is no whole {encoding}")
    return plain
