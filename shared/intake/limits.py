"""How much a post may hold. The intake refuses more, or cuts it; a form's schema says so beforehand."""

from typing import Final

MAX_FIELDS: Final = 200
"""Also of the texts in one list."""
MAX_NAME: Final = 100
KEY_LENGTH: Final = 255
SOURCE_LENGTH: Final = 1000
"""Of what tells where a visitor came from. More is cut."""
TOKEN_LENGTH: Final = 8192
