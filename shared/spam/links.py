"""Links: where none belong, more than people send, hidden ones, and markup that only machines write."""

import html
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final
from urllib.parse import urlsplit

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign
from shared.values.looks import folded_domain, seen

_MANY: Final = 12
"""Websites. People send a few products to compare."""
_LOOKED_AT: Final = 100
"""Links. The name of each in ASCII is dear to make."""
_BETWEEN: Final = re.compile(r"[\s<>\"]+")
_START: Final = re.compile(r"https?:/+|www\.", re.IGNORECASE)
_HOST: Final = re.compile(r"\w[\w.-]{2,252}")
_BARE_DOMAIN: Final = re.compile(
    r"(?<![\w@.-])[\w-]{3,63}\.(?:com|net|org|ru|рф|xn--p1ai|xyz|top|click|shop|site|online|info|biz|link|live|icu|cn|su)"
    r"(?![\w@])",
    re.IGNORECASE,
)
"""Not the endings that are also words or titles: `J.de Vries`, `St.Co`."""
_SHORTENERS: Final = re.compile(
    r"(?<![\w.-])(bit\.ly|tinyurl\.com|goo\.gl|t\.co|t\.me|wa\.me|cutt\.ly|is\.gd|rb\.gy|shorturl\.at|ow\.ly|rebrand\.ly|"
    r"bit\.do|v\.gd|s\.id|telegra\.ph)/",
    re.IGNORECASE,
)
"""They hide where a link leads, or lead out of e-mail's sight."""
_MARKUP: Final = re.compile(
    r"<\s{0,9}a\b[^<>]{0,200}\bhref\s{0,9}=\s{0,9}[\"']?\s{0,9}(?:https?:)?/{1,9}(?<=[/:]/)|\[\s{0,9}(?:url|link|img)\b",
    re.IGNORECASE,
)
"""Of relative links, as a customer may quote them, only those with `//` lead to another website."""
_SCRIPT: Final = re.compile(
    r"<\s{0,9}(?:script|iframe|object|embed)\b|javascript\s{0,9}:|\bon(?:error|load)\s{0,9}=", re.IGNORECASE
)


def links(post: Post) -> tuple[Sign, ...]:
    names = _as_browsers_read(" \n".join(post.typed(FieldType.NAME)))
    rest = _as_browsers_read(" \n".join(post.typed(FieldType.TEXT, FieldType.TEXTAREA)))
    everything = f"{names} \n{rest}"
    own = {folded_domain(urlsplit(origin).hostname or "") for origin in post.form.website.origins}
    short = {host.lower() for host in _SHORTENERS.findall(rest)}
    strange = _hosts(rest) - own - short
    found: list[Sign] = []
    if _hosts(names) or _BARE_DOMAIN.search(names) or _SHORTENERS.search(names):
        found.append(Sign("link_in_name"))
    if len(strange | short) >= _MANY:
        found.append(Sign("many_links"))
    elif strange:
        found.append(Sign("link", len(strange)))
    if short:
        found.append(Sign("short_link"))
    if _MARKUP.search(everything):
        found.append(Sign("markup"))
    if _SCRIPT.search(everything):
        found.append(Sign("script"))
    return tuple(found)


def _as_browsers_read(text: str) -> str:
    return seen(html.unescape(text)).replace("\\", "/")


def _hosts(text: str) -> set[str]:
    """The websites that links lead to: what stands before an `@` is no part of a name."""
    found = (_HOST.search(_netloc(link)) for link in islice(_links(text), _LOOKED_AT))
    names = (folded_domain(host[0]) for host in found if host)
    return {name for name in names if "." in name}


def _links(text: str) -> Iterator[str]:
    """From the website's name on."""
    for word in _BETWEEN.split(text):
        starts = [(one.start() if one[0][0] in "wW" else one.end(), one.start()) for one in _START.finditer(word)]
        for (start, _), (_, end) in pairwise([*starts, (0, len(word))]):
            yield word[start:end]


def _netloc(address: str) -> str:
    """Without user and port; '' where there is none."""
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:  # brackets, or letters that look like a slash
        return address
