"""How long a Lambda invocation has left, for whoever would otherwise wait longer than that."""

import time
from collections.abc import Callable
from typing import Final

from shared.errors import TransientError

FOR_SETTLING: Final = 10.0
"""Seconds kept for the ledger, the locks and the queue after the last call to Salesforce."""
_LEAST: Final = 1.0
"""Seconds. A call with less time than this is not begun: an unknown outcome is worse than a wait."""


class Deadline:
    """Kept between invocations; without a start there is no end."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ends_at = float("inf")

    def starts(self, seconds: float) -> None:
        """The invocation that begins now is killed after so many seconds."""
        self._ends_at = self._clock() + seconds - FOR_SETTLING

    def seconds(self, most: float) -> float:
        """At most `most`. Raises TransientError when there is no time left for a call."""
        left = self._ends_at - self._clock()
        if left < _LEAST:
            raise TransientError("out_of_time")
        return min(most, left)
