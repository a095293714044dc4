"""Web-to-Lead pages are as old as websites: their visitors' browsers post in the encoding that the page was saved in.

`encoding` in the address says which; it is one of those that Salesforce offers when it makes the page.
"""

import re
from collections.abc import Iterable
from typing import Final

from multipart import parse_options_header

from functions.intake.request import Pairs, Refusal, Request

_CODECS: Final = {
    **dict.fromkeys(("utf-8", "utf8", "us-ascii"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252"), "cp1252"),
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "euc-jp": "euc_jp",
    **dict.fromkeys(("ks_c_5601-1987", "euc-kr"), "cp949"),
    "big5": "big5hkscs",
    "gb2312": "gb18030",
}
"""As browsers take these names (the Encoding Standard): ISO-8859-1 is Windows-1252 to them, GB2312 is GBK. No other
name reaches Python, which knows a hundred more, some of them slow or with side effects."""
_UTF_8: Final = "utf-8"
_LATIN_1: Final = "cp1252"
_ESCAPE: Final = b"\x1b"
_REFERENCE: Final = re.compile(r"&#([0-9]{1,7});", re.ASCII)


def in_their_encoding(request: Request, pairs: Pairs[bytes]) -> Pairs[str]:
    """Raises Refusal 415 where the Content-Type names an encoding that Web-to-Lead does not have."""
    said = _of_header(request) or _of_page(request, pairs)
    texts = [text for pair in pairs for text in pair]
    codec = next((one for one in _likely(said, texts) if _reads(one, texts)), said)
    # Only UTF-8 has all letters: what another lacks, a browser writes as &#321; itself.
    letter = str if codec == said == _UTF_8 else _unescaped
    return [(name.decode(codec, "replace"), letter(value.decode(codec, "replace"))) for name, value in pairs]


def _of_header(request: Request) -> str:
    """What a program says about this very body."""
    _, options = parse_options_header(request.header("content-type"))
    charset = options.get("charset", "").strip().lower()
    if charset and charset not in _CODECS:
        raise Refusal(415, "unsupported_charset", "Send the form in UTF-8, or in an encoding that Web-to-Lead has.")
    return _CODECS[charset] if charset else ""


def _of_page(request: Request, pairs: Pairs[bytes]) -> str:
    """What Salesforce wrote into the address, or somebody into a hidden field."""
    posted = [value.decode("ascii", "replace") for name, value in pairs if name.lower() == b"encoding"]
    return next(
        (_CODECS[one] for one in _lower([request.query.get("encoding", ""), *posted]) if one in _CODECS), _UTF_8
    )


def _lower(texts: Iterable[str]) -> list[str]:
    return [text.strip().lower() for text in texts]


def _likely(said: str, texts: Iterable[bytes]) -> tuple[str, ...]:
    """Many a page is saved in another encoding than its address says. UTF-8 is hardly ever met by chance among texts in
    Latin-1, but often among those of East Asia; and everything is something in Latin-1, so that comes last."""
    if said == _CODECS["iso-2022-jp"] and any(_ESCAPE in text for text in texts):
        return (said,)  # all of it is ASCII, which UTF-8 would take for letters
    return (_UTF_8, _LATIN_1) if said in {_UTF_8, _LATIN_1} else (said, _UTF_8, _LATIN_1)


def _reads(codec: str, texts: Iterable[bytes]) -> bool:
    if codec == _LATIN_1:
        return True  # five of its bytes have no letter; a mark in their place is better than a refusal
    try:
        for text in texts:
            text.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda found: _letter(int(found[1])) or found[0], text)


def _letter(number: int) -> str:
    """'' where there is none: no control character, no half of a pair, nothing beyond Unicode."""
    is_one = 0xA0 <= number < 0xD800 or 0xE000 <= number <= 0x10FFFF
    return chr(number) if is_one else ""
