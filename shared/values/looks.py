"""Text as it looks, for comparing with lists, never for storing: `ｖｉａｇｒａ` is the word that a reader sees."""

import re
import unicodedata
from typing import Final, Literal

_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
"""Unicode's property Default_Ignorable_Code_Point, with the annotation marks: nothing of it shows."""
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_LONGEST_ADDRESS: Final = 320
"""What RFC 3696 allows. Of a longer text the end counts: there stands the domain."""


def seen(text: str) -> str:
    """Without fancy letters and what does not show. Capitals and accents stay."""
    return text if text.isascii() else _UNSEEN.sub("", _normalized("NFKC", text))


def plain(text: str) -> str:
    """Without case, accents, joiners and fancy letters. Spaces and lines stay."""
    if text.isascii():
        return text.lower()
    text = _normalized("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ACCENTS.sub("", _UNSEEN.sub("", text)))


def _normalized(form: Literal["NFKC", "NFKD"], text: str) -> str:
    """One letter may become eighteen; four are enough for whatever somebody writes."""
    return unicodedata.normalize(form, text)[: 4 * len(text)]


def folded_address(text: str) -> str:
    """Where `valid_email` takes an address, this is the same one in lower case."""
    text = seen(text.strip()[-_LONGEST_ADDRESS:])[-_LONGEST_ADDRESS:]
    local, at, domain = text.lower().rpartition("@")
    return f"{local}{at}{folded_domain(domain)}"


def folded_domain(domain: str) -> str:
    """In lower case and in ASCII, so `müller.de` is `xn--mller-kva.de`; what is no domain as far as that goes."""
    domain = domain.strip().lower()
    if not domain.isascii():
        domain = _in_ascii(domain)
    return domain.strip(".")


def _in_ascii(domain: str) -> str:
    import idna  # noqa: PLC0415 (few domains need it, and its tables are dear to import)

    try:
        return idna.encode(domain[-_LONGEST_ADDRESS:], uts46=True).decode()
    except idna.IDNAError:
        return unicodedata.normalize("NFKC", domain).lower()
