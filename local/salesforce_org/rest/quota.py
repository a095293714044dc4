"""The daily API limit: calls of the past 24 hours, counted by the minute, so that they roll off bit by bit."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.salesforce_org.control.knobs import Allowed, checked, is_count, is_whole
from local.salesforce_org.messages import JsonObject, JsonValue

DAILY_LIMIT = 100_000  # calls
LIMIT_INFO = "Sforce-Limit-Info"
_WINDOW = timedelta(hours=24)
_ALLOWED: Allowed = {
    "daily": ("a whole number above 0", is_count),
    "used": ("a whole number, 0 or above", is_whole),
}
# Some of what every real org lists beside the calls. Nothing here is used up by anything.
_OTHERS = {
    "ConcurrentAsyncGetReportInstances": 200,
    "ConcurrentSyncReportRuns": 20,
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryFileStorageMB": 976_562,
    "DailyBulkV2QueryJobs": 10_000,
    "DailyDurableStreamingApiEvents": 10_000,
    "DailyStandardVolumePlatformEvents": 10_000,
    "DailyStreamingApiEvents": 10_000,
    "DailyWorkflowEmails": 1_000,
    "DataStorageMB": 1_073,
    "FileStorageMB": 1_073,
    "HourlyPublishedPlatformEvents": 50_000,
    "HourlyTimeBasedWorkflow": 1_000,
    "MassEmail": 5_000,
    "SingleEmail": 5_000,
}


def usage(used: int, daily: int) -> str:
    """The value of LIMIT_INFO."""
    return f"api-usage={used}/{daily}"


@dataclass
class Quota:
    now: Callable[[], datetime]
    daily: int = DAILY_LIMIT
    _minutes: deque[tuple[datetime, int]] = field(default_factory=deque)
    _used: int = 0

    @property
    def used(self) -> int:
        oldest = self.now() - _WINDOW
        while self._minutes and self._minutes[0][0] <= oldest:
            self._used -= self._minutes.popleft()[1]
        return self._used

    @property
    def is_exhausted(self) -> bool:
        return self.used >= self.daily

    def count(self) -> None:
        """One more call."""
        minute = self.now().replace(second=0, microsecond=0)
        if self._minutes and self._minutes[-1][0] == minute:
            self._minutes[-1] = (minute, self._minutes[-1][1] + 1)
        else:
            self._minutes.append((minute, 1))
        self._used += 1

    def change(self, given: JsonValue) -> None:
        """{"daily", "used"}, either or both; what is used counts as used now. Raises ApiError 400."""
        wanted = checked(given, _ALLOWED)
        daily, used = wanted.get("daily", self.daily), wanted.get("used")
        if isinstance(daily, int):
            self.daily = daily
        if isinstance(used, int):
            self._minutes.clear()
            self._minutes.append((self.now().replace(second=0, microsecond=0), used))
            self._used = used

    def reset(self) -> None:
        self.daily, self._used = DAILY_LIMIT, 0
        self._minutes.clear()

    def shown(self) -> JsonObject:
        return {"daily": self.daily, "used": self.used}

    def header(self) -> Mapping[str, str]:
        return {LIMIT_INFO: usage(self.used, self.daily)}

    def limits(self) -> JsonObject:
        """GET /limits, which answers only while calls are left."""
        others: JsonObject = {name: {"Max": most, "Remaining": most} for name, most in _OTHERS.items()}
        every: JsonObject = {"DailyApiRequests": {"Max": self.daily, "Remaining": self.daily - self.used}, **others}
        return dict(sorted(every.items()))
