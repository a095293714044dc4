"""Which of the org's records an erasure deletes, and which a person has to look at. Pure.

Ours is what carries a submission's id. Converted Leads, Contacts and what people made by hand are never deleted by a
program: they hold what others wrote, contracts perhaps.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from shared.crm import Record
from shared.form.lead_fields import SUBMISSION_ID_FIELD

type Why = Literal["converted", "contact", "not_ours", "newer_submission", "merged_into", "noted", "kept"]


@dataclass(frozen=True, slots=True)
class Left:
    """A record that stays. `submission_id` is the one because of which it does, '' where there is none."""

    record_id: str
    kind: Literal["Lead", "Contact", "Task"]
    why: Why
    submission_id: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    leads: tuple[str, ...]
    tasks: tuple[str, ...]
    left: tuple[Left, ...]


def submissions_of(records: Iterable[Record]) -> set[str]:
    return {str(row[SUBMISSION_ID_FIELD]) for row in records if row.get(SUBMISSION_ID_FIELD)}


def judge(
    *,
    leads: Iterable[Record],
    tasks: Iterable[Record],
    contacts: Iterable[Record],
    noted: Iterable[Record],
    staying: Collection[str],
    keep: Collection[str] = (),
) -> Verdict:
    """`staying`: submissions that have a row which was not erased. What came of them stays as well, and so does what
    came of those that an operator wants to `keep`, by their ids or a Lead's. `noted`: somebody else's records, with a
    Task about this person."""
    leads, tasks = list(leads), list(tasks)
    kept = {*keep} | submissions_of(row for row in leads if row["Id"] in keep)
    staying = {*staying, *kept}
    goes = [row for row in tasks if row[SUBMISSION_ID_FIELD] not in staying]
    left = [Left(str(row["Id"]), "Contact", "contact") for row in contacts]
    left += [Left(str(row["Id"]), "Lead" if "IsConverted" in row else "Contact", "noted") for row in noted]
    needed_by = {str(row["WhoId"]): str(row[SUBMISSION_ID_FIELD]) for row in tasks if row not in goes}
    masters = {str(row["MasterRecordId"]) for row in leads if row.get("IsDeleted") and row.get("MasterRecordId")}
    deletable: list[str] = []
    for row in leads:
        record_id, submission_id = str(row["Id"]), str(row.get(SUBMISSION_ID_FIELD) or "")
        if row.get("IsDeleted"):
            continue
        if row.get("IsConverted"):
            left.append(Left(record_id, "Lead", "converted"))
        elif not submission_id:
            left.append(Left(record_id, "Lead", "merged_into" if record_id in masters else "not_ours"))
        elif stays := submission_id if submission_id in staying else needed_by.get(record_id, ""):
            left.append(Left(record_id, "Lead", "kept" if stays in kept else "newer_submission", stays))
        else:
            deletable.append(record_id)
    for row in tasks:
        if (stays := str(row[SUBMISSION_ID_FIELD])) in staying:
            left.append(Left(str(row["Id"]), "Task", "kept" if stays in kept else "newer_submission", stays))
    return Verdict(tuple(deletable), tuple(str(row["Id"]) for row in goes), tuple(left))
