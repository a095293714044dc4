"""Links: where none belong, more than people send, hidden ones, and markup that only machines write."""

import re
from typing import Final
from urllib.parse import urlsplit

from shared.form.field import FieldType
from shared.spam.signs import Post, Sign

_LINK: Final = re.compile(r"(?:https?://|www\.)([a-z0-9.-]{3,253})", re.IGNORECASE)
_BARE_DOMAIN: Final = re.compile(
    r"(?<![\w@.-])[a-z0-9-]{3,63}\.(?:com|net|org|ru|xyz|top|click|shop|site|online|info|biz|link|live|icu|cn|su)(?![\w@])",
    re.IGNORECASE,
)
"""Not the endings that are also words or titles: `J.de Vries`, `St.Co`."""
_SHORTENERS: Final = re.compile(
    r"(?<![\w.-])(?:bit\.ly|tinyurl\.com|goo\.gl|t\.co|t\.me|wa\.me|cutt\.ly|is\.gd|rb\.gy|shorturl\.at|ow\.ly|rebrand\.ly|"
    r"bit\.do|v\.gd|s\.id|telegra\.ph)/",
    re.IGNORECASE,
)
"""They hide where a link leads, or lead out of e-mail's sight."""
_MARKUP: Final = re.compile(
    r"<\s*a\b[^>]{0,200}\bhref\s*=\s*[\"']?\s*(?:https?:)?//|\[\s*(?:url|link)\b", re.IGNORECASE
)
_SCRIPT: Final = re.compile(
    r"<\s*(?:script|iframe|object|embed)\b|javascript\s*:|\bon(?:error|load)\s*=", re.IGNORECASE
)


def links(post: Post) -> tuple[Sign, ...]:
    names = " \n".join(post.typed(FieldType.NAME))
    rest = " \n".join(post.typed(FieldType.TEXT, FieldType.TEXTAREA))
    everything = f"{names} \n{rest}"
    own = {urlsplit(origin).hostname or "" for origin in post.form.website.origins}
    strange = {host.lower().rstrip(".") for host in _LINK.findall(rest)} - own
    found: list[Sign] = []
    if _LINK.search(names) or _BARE_DOMAIN.search(names) or _SHORTENERS.search(names):
        found.append(Sign("link_in_name"))
    if strange:
        found.append(Sign("link", len(strange)))
    if _SHORTENERS.search(rest):
        found.append(Sign("short_link"))
    if _MARKUP.search(everything):
        found.append(Sign("markup"))
    if _SCRIPT.search(everything):
        found.append(Sign("script"))
    return tuple(found)
