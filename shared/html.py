"""HTML that is escaped by construction: a plain text becomes text, only what `element` made stays markup."""

from html import escape
from typing import Final

type Child = str | Html | None
type Attribute = str | int | bool | None

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta"})


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


def element(tag: str, /, *children: Child, **attributes: Attribute) -> Html:
    """`class_` and `for_` are written so because Python owns those words; `aria_label` becomes aria-label.

    True gives a bare attribute; False and None leave it out.
    """
    opening = f"<{tag}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    if tag in VOID:
        return Html(opening)
    return Html(f"{opening}{together(*children)}</{tag}>")


def together(*children: Child) -> Html:
    return Html("".join(_markup(child) for child in children if child is not None))


def _markup(child: str) -> str:
    return str(child) if isinstance(child, Html) else escape(child)


def _attribute(key: str, value: Attribute) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
