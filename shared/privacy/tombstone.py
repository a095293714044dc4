"""What is left of an erased row: that it was there, so that nothing brings it back. No personal data. Pure.

It holds keyed hashes, so that an erasure that was cut off finds its rows again, and goes by itself after 30 days: by
then no message, dead letter or repeated key of before can arrive any more.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.crm import CALL_ENDS_AFTER
from shared.submission import Change, Sources, State, Submission

KEPT: Final = timedelta(days=30)
"""A message lives 14 days on the queue and 14 more on the dead-letter queue."""
UNDER_WAY: Final = CALL_ENDS_AFTER + timedelta(seconds=60)
"""A processor that has the row in hand runs for a minute, and what it told Salesforce last ends by itself."""


def tombstone(item: Mapping[str, Any], *, key: str, by: str, now: datetime, why: str) -> Submission:
    """`key` is the person's, '' where nobody asked for the erasure. Takes rows that this release can't read, too."""
    keys = [*(item.get("person_keys") or ()), *([key] if key else [])]
    state = str(item.get("state", ""))
    return Submission(
        submission_id=str(item["submission_id"]),
        form_id=str(item.get("form_id", "")),
        form_version="",
        state=State.ERASED,
        received_at=moment_in(item.get("received_at")) or now,
        fields={},
        sources=Sources(language=""),
        person_keys=tuple(dict.fromkeys(map(str, keys))),
        replay_count=int(item.get("replay_count") or 0),
        in_doubt_until=may_land_until(item, now),
        history=(Change(at=now, from_state=state, to_state=State.ERASED, by=by, why=why),),
        expires_at=int((now + KEPT).timestamp()),
    )


def may_land_until(item: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until then Salesforce may still get something of this row; None where nothing is under way."""
    claim = item.get("claim")
    moments = [moment_in(item.get("in_doubt_until")), moment_in(claim.get("until") if claim else None)]
    if item.get("state") == State.RECEIVED:
        # Whether a processor has it in hand right now, the row does not say.
        moments.append(now + UNDER_WAY)
    return max((moment for moment in moments if moment and moment > now), default=None)


def moment_in(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
