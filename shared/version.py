"""The release, stored with every rejection so that a replay years later knows who judged."""

from typing import Final

CODE_VERSION: Final = "0.1.0"
