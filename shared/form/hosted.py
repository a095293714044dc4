"""How the page that we host for a form looks and speaks."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from shared.form.field import Strict, Translated

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LEAST_CONTRAST: Final = 4.5
"""Of text with its background: WCAG 2.2, success criterion 1.4.3, level AA."""


def _readable_under_white(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError("must be a colour of six digits in lower case, such as #0b5cad")
    if (contrast := 1.05 / (_luminance(value) + 0.05)) < _LEAST_CONTRAST:
        raise ValueError(
            f"white text on {value} has a contrast of {contrast:.1f}; at least {_LEAST_CONTRAST} can be read: darker"
        )
    return value


def _luminance(colour: str) -> float:
    """WCAG's relative luminance: black is 0, white is 1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


type Accent = Annotated[str, AfterValidator(_readable_under_white)]


class Hosted(Strict):
    """`accent` is the colour of buttons, under white text. A language without a text gets the page's own."""

    intro: Translated = Field(default_factory=dict)
    button: Translated = Field(default_factory=dict)
    accent: Accent = "#0b5cad"
