"""How visitors of a page write dates, by the sample that Salesforce puts beside each date field. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from shared.form.web_to_lead import DateOrder

_SAMPLE: Final = re.compile(r"(?<!\d)(\d{1,4})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{1,4})(?!\d)", re.ASCII)
_MONTHS: Final = 12
_YEAR: Final = 4


def order_in(samples: Iterable[str]) -> DateOrder | None:
    """None where there is no sample, where none decides (`05/06/2026`), and where two contradict each other."""
    orders = {order for sample in samples if (order := _order(sample))}
    return orders.pop() if len(orders) == 1 else None


def _order(sample: str) -> DateOrder | None:
    found = _SAMPLE.search(sample)
    if not found:
        return None
    first, second, last = found.groups()
    if len(first) == _YEAR:
        return "ymd"
    if len(last) == _YEAR and (int(first) > _MONTHS) != (int(second) > _MONTHS):
        return "dmy" if int(first) > _MONTHS else "mdy"
    return None  # of 22-11-26 not even the year is sure
