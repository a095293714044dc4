"""The org's daily API calls, as its answers tell: new submissions go first when they run short.

Salesforce counts the calls of everybody in the org over 24 hours and says how many with each answer. This keeps
what the last answer said; it makes no call of its own.
"""

import re
from collections.abc import Callable
from typing import Final

from shared.errors import BudgetError

_USAGE: Final = re.compile(r"(?<![-\w])api-usage=(\d+)/(\d+)")
"""`api-usage=18/5000`; an answer may also carry `per-app-api-usage`, which is another count."""
_BELIEVED_FOR: Final = 600.0
"""Seconds. After that one batch may find out how it stands now, or waiting repeats would wait for ever."""
_PAUSE: Final = 60.0
"""Seconds without a call after a refusal: it may have been the limit of calls at the same moment, which passes."""


class ApiBudget:
    """`reserve` is the share (0 to 1) of the daily calls that only new submissions may use."""

    def __init__(self, reserve: float, clock: Callable[[], float]) -> None:
        self._reserve = reserve
        self._clock = clock
        self._known_at = float("-inf")
        self._resumes_at = float("-inf")
        self.used = self.limit = 0

    def told(self, header: str) -> None:
        """Takes the value of Sforce-Limit-Info."""
        if found := _USAGE.search(header):
            self.used, self.limit = int(found[1]), int(found[2])
            self._known_at = self._clock()

    def refused(self) -> None:
        """Salesforce said REQUEST_LIMIT_EXCEEDED."""
        self._resumes_at = self._clock() + _PAUSE

    def check(self) -> None:
        """Raises BudgetError shortly after a refusal: more calls would only be refused too."""
        if self._clock() < self._resumes_at:
            raise BudgetError("api_limit_pause")

    @property
    def is_down_to_reserve(self) -> bool:
        """By what the last answer said, however long ago."""
        return self.limit > 0 and self.limit - self.used <= self._reserve * self.limit

    def has_calls_for_repeats(self) -> bool:
        """True while nothing is known, too: then the next call tells."""
        if self._clock() < self._resumes_at:
            return False
        if self.limit == 0 or self._clock() - self._known_at > _BELIEVED_FOR:
            return True
        return not self.is_down_to_reserve
