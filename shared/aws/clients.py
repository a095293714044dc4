"""How our AWS clients wait and retry: short, because a visitor or a batch is waiting behind each call."""

from typing import Final

from botocore.config import Config

CONFIG: Final = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
"""Worst case 2 x (1 + 2) s a call: the intake's two calls fit in its 15 s."""

ONE_TRY: Final = CONFIG.merge(Config(read_timeout=1, retries={"total_max_attempts": 1, "mode": "standard"}))
"""2 s: for what a submission can do without."""
