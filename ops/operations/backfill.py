"""Match keys for the records that were there before: page after page, as the stack's backfill function fills them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from ops.errors import FAILURES, OpsError, in_words, unreachable
from ops.operations.functions import answer_of
from ops.stack import DeployedStack

KINDS: Final = ("Lead", "Contact")


@dataclass(slots=True)
class Filled:
    """What became of one kind of records. `refused` counts those that the org refused, by Salesforce's code."""

    kind: str
    filled: int = 0
    same: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def looked_at(self) -> int:
        return self.filled + self.same + self.refused.total()


@dataclass(slots=True)
class Report:
    """`trouble` is what ended it early."""

    kinds: list[Filled] = field(default_factory=list)
    trouble: OpsError | None = None

    @property
    def refused(self) -> int:
        return sum(one.refused.total() for one in self.kinds)


def backfill(
    stack: DeployedStack,
    *,
    country: str,
    everything: bool,
    stopped: Callable[[], bool],
    advance: Callable[[str, int, int], object],
) -> Report:
    """Until the end, an error, or `stopped`. `advance` takes the kind, the records done now, and all that there are."""
    report = Report()
    try:
        for kind in KINDS:
            report.kinds.append(Filled(kind))
            _fill(stack, report, {"country": country, "everything": everything}, stopped, advance)
            if report.trouble:
                break
    except FAILURES as error:
        report.trouble = in_words(error)
    except KeyboardInterrupt:
        report.trouble = OpsError("Stopped at once. The page under way may still be filled.")
    return report


def _fill(
    stack: DeployedStack,
    report: Report,
    order: dict[str, Any],
    stopped: Callable[[], bool],
    advance: Callable[[str, int, int], object],
) -> None:
    done, after, total = report.kinds[-1], "", 0
    while True:
        page = _page(stack, {**order, "kind": done.kind, "after": after})
        total = total if page["left"] is None else page["left"]
        before = done.looked_at
        done.filled += page["filled"]
        done.same += page["same"]
        done.refused.update(page["refused"])
        advance(done.kind, done.looked_at - before, total)
        if page["error"]:
            report.trouble = _trouble(page["error"])
            return
        after = page["after"]
        if stopped() and (after or done.kind != KINDS[-1]):
            report.trouble = OpsError("Stopped, as you asked.")
            return
        if not after:
            return


def _page(stack: DeployedStack, order: dict[str, Any]) -> dict[str, Any]:
    match answer_of(stack, "BackfillFunctionName", order):
        case {"filled": int(), "same": int(), "refused": dict(), "after": str(), "error": str()} as page:
            return dict(page)
        case {"error": str(error)}:
            raise _trouble(error)
        case _:
            raise unreachable("The backfill function failed. Its log says where.")


def _trouble(said: str) -> OpsError:
    match said:
        case "api_calls_kept_for_new_submissions" | "api_limit_pause":
            return unreachable("The org's daily API calls run short; what is left is kept for new submissions.")
        case "INVALID_FIELD" | "INVALID_FIELD_FOR_INSERT_UPDATE":
            return unreachable(
                "The org lacks a match key field, or the API user may not edit it: salesforce/README.md."
            )
        case _:
            return unreachable(f"The backfill function says: {said}")
