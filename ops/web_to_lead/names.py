"""Names for what a Web-to-Lead page knows by a label and an id only."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from ops.web_to_lead.page import Input
from shared.form.lead_fields import is_custom
from shared.form.web_to_lead import known_as

_ROOM: Final = 36
"""Characters of 40, so that a number fits behind it."""


def field_name(one: Input, taken: Iterable[str]) -> str:
    """The form's own name for the question."""
    slug = re.sub(r"[^a-z0-9]+", "_", _plain(one.label).lower()).strip("_")[:_ROOM]
    if not re.match("[a-z]", slug):
        slug = f"field_{slug or one.name[-6:].lower()}"[:_ROOM]
    return _free(slug, taken)


def api_name(one: Input, taken: Iterable[str]) -> str:
    """A guess: what Salesforce itself makes of a label, unless somebody chose another name."""
    words = re.sub(r"[^A-Za-z0-9]+", "_", _plain(one.label)).strip("_")[:_ROOM].strip("_")
    if words[:1].isdigit():
        words = f"X{words}"
    if not words or not is_custom(f"{words}__c"):
        words = f"TODO_{known_as(one.name)}"
    return f"{_free(words, (name.removesuffix('__c') for name in taken))}__c"


def humanised(name: str) -> str:
    """A label where the page has none: `First name` from first_name."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").strip().lower()
    return spaced.capitalize()


def _free(wanted: str, taken: Iterable[str]) -> str:
    used = {name.lower() for name in taken}
    numbered = (f"{wanted}_{number}" for number in range(2, 10_000))
    return wanted if wanted.lower() not in used else next(name for name in numbered if name.lower() not in used)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
