"""What goes out to people who watch: JSON log lines and metrics. Neither can hold personal data.

`log` takes only the keys of LogFields: ids, codes and counts. Exception texts are never logged, since
libraries put the rejected value into them; `where` says the file and line instead.
"""

import traceback
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Final, TypedDict, Unpack

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from shared.errors import FormToLeadError

NAMESPACE: Final = "form-to-lead"
"""Of all metrics. The dimension `service` is the stack's name, so several stacks in one account stay apart."""


class LogFields(TypedDict, total=False):
    """The allow-list. Add a key only if its values can never name, quote or locate a person."""

    submission_id: str
    form_id: str
    state: str
    reason: str
    error: str
    where: str
    number: int
    delay: int
    record_id: str
    source: str


@cache
def _logger() -> Logger:
    return Logger()


def log(event: str, *, level: str = "info", **fields: Unpack[LogFields]) -> None:
    """`event` is a fixed phrase in snake_case; `level` one of info, warning, error."""
    getattr(_logger(), level)(event, extra=dict(fields), stacklevel=3)


def count(name: str, value: float = 1, *, unit: MetricUnit = MetricUnit.Count, **dimension: str) -> None:
    """One metric in CloudWatch's embedded format, for the whole stack or split by one dimension."""
    with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE, default_dimensions=_service()) as metric:
        for key, text in dimension.items():
            metric.add_dimension(key, text)


@cache
def _service() -> dict[str, str]:
    return {"service": _logger().service}


class HandlerError(Exception):
    """A bug in a handler: its text says the file and line, and nothing of what was being handled."""


def redacting[**P, T](handler: Callable[P, T]) -> Callable[P, T]:
    """Lambda logs the text of whatever a handler raises, and libraries put the data into their errors' texts."""

    @wraps(handler)
    def redacted(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return handler(*args, **kwargs)
        except FormToLeadError:
            raise  # their texts are written to be logged
        except Exception as error:  # noqa: BLE001 (the edge: raised again, without its text)
            raise HandlerError(where(error)) from None

    return redacted


def where(error: BaseException) -> str:
    """File and line that raised, for logs and internal errors: `validation.py:42 KeyError`."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f"{Path(last.filename).name}:{last.lineno}" if last else "unknown"
    return f"{place} {type(error).__name__}"
