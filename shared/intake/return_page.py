"""The page that a sender is sent to: only ever one on a website of the form. Pure.

What comes back begins with an origin of the allow-list, never with what was sent: so it can't lead elsewhere, however a
browser reads the rest of it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from shared.form.definition import Form
from shared.submission import FieldValue

_LONGEST: Final = 2000
"""Characters: API Gateway fails when all headers of an answer are over 10 KB."""
_ADDRESS: Final = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([0-9]{0,5}))?([/?#].*)?", re.ASCII | re.IGNORECASE
)
_DEFAULT_PORTS: Final = {"https": "443", "http": "80"}
_KEPT: Final = "!#$%&'()*+,/:;=?@[]~"
"""Beyond letters and digits; a % is somebody's own encoding."""


def allowed_origins(form: Form, extra: Iterable[str]) -> tuple[str, ...]:
    return (*form.website.origins, *extra)


def page_after(form: Form, page: str, origin: str, referrer: str, extra: Iterable[str]) -> str:
    """A path of the form's, on the website that the visitor came from, else on the form's first website."""
    origins = allowed_origins(form, extra)
    came_from = (origin, _origin_of(referrer))
    website = next((origin for origin in came_from if origin in origins), origins[0])
    return website + page


def wanted_page(form: Form, sent: Mapping[str, FieldValue], extra: Iterable[str]) -> str | None:
    """The form's `return_url`, only if it lies on an allow-listed website; else None."""
    url = sent.get("return_url", "")
    return page_on(url, allowed_origins(form, extra)) if isinstance(url, str) else None


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def page_on(url: str, origins: Collection[str]) -> str | None:
    """In ASCII. None where it is on none of these websites, or no plain address of a page."""
    url = url.strip(" \t\r\n")
    if len(url) > _LONGEST or not url.isprintable() or "\\" in url:
        return None  # browsers drop line breaks and read a backslash as a slash
    found = _ADDRESS.fullmatch(url)
    origin = found and _among(origins, found[1].lower(), found[2].lower(), found[3] or "")
    if not found or not origin:
        return None
    page = origin + quote(found[4] or "", safe=_KEPT)
    return page if len(page) <= _LONGEST else None


def _among(origins: Collection[str], scheme: str, host: str, port: str) -> str | None:
    """The website itself; for plain HTTP also the same one with HTTPS, since old pages were written before it had."""
    is_default = port in {"", _DEFAULT_PORTS[scheme]}
    likely = [f"{scheme}://{host}"] if is_default else []
    likely += [f"{scheme}://{host}:{port or _DEFAULT_PORTS[scheme]}"]
    if is_default and scheme == "http":
        likely += [f"https://{host}", f"https://{host}:443"]
    return next((origin for origin in likely if origin in origins), None)
