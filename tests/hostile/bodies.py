"""Answers in the three kinds of body, with what each reader of them has to find in it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final
from urllib.parse import unquote_to_bytes, urlencode

from tests.hostile.texts import ODD

JSON: Final = "application/json"
URLENCODED: Final = "application/x-www-form-urlencoded"
BOUNDARIES: Final = ("AaB03x", "AaB03x", "-" * 60, "x'y")
_IN_HEADERS: Final = str.maketrans({"\r": "%0D", "\n": "%0A", '"': "%22"})
"""What browsers write for them in the name of a part."""

type Pairs = Sequence[tuple[str, str]]
type Meaning = dict[str, list[str] | None]
"""Texts by name. None for a name of whose texts nobody can be sure."""


@dataclass(frozen=True, slots=True)
class Body:
    """`means` is None where nobody can be sure of any name."""

    encoding: str
    content_type: str
    content: bytes
    means: Meaning | None


def as_json(rng: Random, pairs: Pairs) -> Body:
    sent: dict[str, Any] = dict(pairs)
    means: Meaning = {name: [text] for name, text in pairs}
    if rng.random() < 0.5:
        for name in list(sent):
            if rng.random() < 0.06:
                sent[name], means[name] = rng.choice(_values(sent[name]))
    text = json.dumps(sent, ensure_ascii=rng.random() < 0.5)
    if rng.random() < 0.03:
        text = rng.choice(
            [text + text, f"[{text}]", "[" * 3_000, text.replace(":", ":NaN,", 1), f'{{"a":{"9" * 5_000}}}', "null"]
        )
        return Body("json", JSON, text.encode("utf-8", "surrogatepass"), None)
    kind = rng.choice([JSON] * 9 + ["application/vnd.api+json"])
    return Body("json", kind, text.encode("utf-8", "surrogatepass"), means)


def _values(text: str) -> Sequence[tuple[Any, list[str] | None]]:
    """Kinds of JSON, beside what they mean as texts."""
    return (
        (None, []),
        (True, ["true"]),
        (False, ["false"]),
        (1, ["1"]),
        (-0.5, ["-0.5"]),
        (1e308, None),
        ([], []),
        ({}, None),
        ([text, "b"], [text, "b"]),
        ([[text]], None),
        ({"a": text}, None),
        (["x"] * 201, None),
    )


def as_urlencoded(rng: Random, pairs: Pairs) -> Body:
    """Old pages post in their own encoding. What is not UTF-8 is refused, or read as Windows-1252: never as UTF-8."""
    encoding = rng.choice(["utf-8"] * 10 + ["cp1252"] * 2 + ["utf-16"])
    content = urlencode(pairs, encoding=encoding, errors="replace").encode()
    is_sure = encoding == "utf-8" or (encoding == "cp1252" and not _is_utf8(unquote_to_bytes(content)))
    means = gathered([(_replaced(name, encoding), _replaced(text, encoding)) for name, text in pairs])
    return Body("urlencoded", URLENCODED, content, means if is_sure else None)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _replaced(text: str, encoding: str) -> str:
    return text.encode(encoding, "replace").decode(encoding)


def as_multipart(rng: Random, pairs: Pairs) -> Body:
    boundary = rng.choice(BOUNDARIES)
    is_sure, parts = True, []
    for name, text in pairs:
        extra = kind = ""
        if rng.random() < 0.01:
            extra = rng.choice(['; filename="x.exe"', '; filename=""', "; filename*=UTF-8''x", "; name=again"])
            is_sure = False
        if rng.random() < 0.02:
            charset = rng.choice(["", "", "; charset=utf-8", "; charset=utf-7", '; charset="'])
            kind = f"Content-Type: {rng.choice(['text/plain', 'text/html', 'image/png'])}{charset}\r\n"
        if rng.random() < 0.002:
            kind, is_sure = rng.choice(["X: y\r\n" * 100, "Content-Length: -1\r\n", ": \r\n", "é: x\r\n"]), False
        written = name.translate(_IN_HEADERS) if rng.random() < 0.95 else name
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{written}"{extra}\r\n{kind}\r\n'
        parts.append(f"{head}{text}\r\n".encode("utf-8", "surrogatepass"))
        is_sure = is_sure and boundary not in text and written.isascii() and written.isprintable()
    end = f"--{boundary}--\r\n".encode() if rng.random() > 0.02 else b""
    means = gathered(pairs) if is_sure else None
    return Body("multipart", f"multipart/form-data; boundary={boundary}", b"".join(parts) + end, means)


type Encode = Callable[[Random, Pairs], Body]
ENCODINGS: Final[Mapping[str, Encode]] = {"json": as_json, "urlencoded": as_urlencoded, "multipart": as_multipart}


def gathered(pairs: Pairs) -> Meaning:
    means: dict[str, list[str]] = {}
    for name, text in pairs:
        means.setdefault(name, []).append(text)
    return dict(means)


def spoilt(rng: Random, body: Body) -> Body:
    """Nearly right, which goes further than what is wrong from its first byte."""
    content, content_type = body.content, body.content_type
    if rng.random() < 0.6:
        at = rng.randint(0, len(content))
        content = rng.choice(
            [
                content[:at],
                content[at:],
                content[:at] + rng.randbytes(5) + content[at:],
                content[::-1],
                content + b"\x00",
                b"\xef\xbb\xbf" + content,
                content * 2,
                b"",
            ]
        )
    else:
        content_type = rng.choice([rng.choice(ODD)[:200], "text/xml", "", JSON, URLENCODED, "multipart/form-data"])
    return Body(body.encoding, content_type, content, None)
