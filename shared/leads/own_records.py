"""What an earlier try of a submission wrote, told from what stands there of another one under the same id. Pure.

An idempotency key makes the id. Once a row has ended, somebody may use its key again: what was written before this
submission came is that one's, and a write under the id would change it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.crm import CLOCK_SKEW, Found, Record
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.submission import Submission


@dataclass(frozen=True, slots=True)
class OwnRecords:
    """By submission id. `earlier`: Leads under the id of which none is of after the submission's receipt."""

    leads: Mapping[str, Record]
    tasks: Mapping[str, Record]
    earlier: Mapping[str, Record]


def own_records(found: Found, rows: Iterable[Submission]) -> OwnRecords:
    received = {row.submission_id: row.received_at for row in rows}
    # Of two that were merged one may be older and have our id now: then the other is of after the receipt.
    since = {_id(lead) for lead in found.own_leads if _is_since(lead, received)}
    leads = {_id(lead): lead for lead in _still_there(found.own_leads)}
    return OwnRecords(
        leads={one: lead for one, lead in leads.items() if one in since},
        tasks={_id(task): task for task in found.own_tasks if _is_since(task, received)},
        earlier={one: lead for one, lead in leads.items() if one not in since},
    )


def _still_there(own_leads: Sequence[Record]) -> list[Record]:
    """A Lead that was merged lives on in another; one that somebody deleted is no answer to this submission.

    The living stand last, so that they count where a submission has both.
    """
    there = [lead for lead in own_leads if not lead.get("IsDeleted") or lead.get("MasterRecordId")]
    return sorted(there, key=lambda lead: not lead.get("IsDeleted"))


def _is_since(record: Record, received: Mapping[str, datetime]) -> bool:
    created, at = record.get("CreatedDate"), received.get(_id(record))
    return not created or at is None or datetime.fromisoformat(str(created)) >= at - CLOCK_SKEW


def _id(record: Record) -> str:
    return str(record[SUBMISSION_ID_FIELD])
