"""The part of an erasure, or of a copy, that is in the org: what would be done there, and doing it.

An org knows submissions by their ids alone. Whose a record is follows from the rows: theirs, another's, or gone.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.crm import Record
from shared.errors import FormToLeadError, UnknownOutcomeError
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.intake.person_keys import keys_to_lock, record_keys
from shared.observability import count, log
from shared.privacy.erasing import Dependencies, InOrg, Locks, Rows
from shared.privacy.org_records import Left, Verdict, judge, submissions_of
from shared.privacy.subject import Item, Subject
from shared.privacy.tombstone import moment_in
from shared.submission import State


@dataclass(frozen=True, slots=True)
class OrgPlan:
    """Ids of what would be deleted, with the `submissions` that it came from, and what a person has to look at.

    `records` only where all was asked for: of the Tasks on the person's records those of their own submissions. Of
    `other_tasks` there are only the ids, since they hold what somebody else wrote.
    """

    leads: tuple[str, ...]
    tasks: tuple[str, ...]
    left: tuple[Left, ...]
    more: bool
    submissions: Mapping[str, str]
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    other_tasks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletedInOrg:
    """`busy`: somebody of that address, name or number is being processed, so nothing was done.

    `refused` counts by code.
    """

    leads: int = 0
    tasks: int = 0
    left: tuple[Left, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    more: bool = False
    busy: bool = False


def look_in_org(
    person: Subject,
    submission_ids: Sequence[str],
    dependencies: Dependencies,
    *,
    keep: Collection[str] = (),
    everything: bool = False,
) -> OrgPlan:
    """As an erasure of these submissions would find it; nothing is changed."""
    items = dependencies.rows.get_many(submission_ids)
    found = dependencies.org.look(person.email, submission_ids, _oldest(items), everything=everything)
    staying = _staying(found, dependencies.rows) - set(submission_ids)
    verdict = _verdict(found, keep, staying)
    goes = {*verdict.leads, *verdict.tasks}
    submissions = {
        str(row["Id"]): str(row[SUBMISSION_ID_FIELD]) for row in (*found.leads, *found.tasks) if row["Id"] in goes
    }
    plan = OrgPlan(verdict.leads, verdict.tasks, verdict.left, found.more, submissions)
    return _with_records(plan, found, {*submission_ids} | submissions_of(found.leads) - staying) if everything else plan


def _with_records(plan: OrgPlan, found: InOrg, theirs: Collection[str]) -> OrgPlan:
    own = [row for row in found.tasks if row[SUBMISSION_ID_FIELD] in theirs]
    others = tuple(str(row["Id"]) for row in found.tasks if row[SUBMISSION_ID_FIELD] not in theirs)
    records = {"leads": found.leads, "tasks": own, "contacts": found.contacts}
    return OrgPlan(plan.leads, plan.tasks, plan.left, plan.more, plan.submissions, records, others)


def delete_in_org(
    person: Subject, submission_ids: Sequence[str], dependencies: Dependencies, *, keep: Collection[str] = ()
) -> DeletedInOrg:
    """Of submissions whose rows were erased, and of those that the ledger has no row of any more. Tasks first: a Lead
    takes those on it along, but not those on others.

    The locks of the person, and of whoever may be known by what stands on the Leads, are held meanwhile, as a processor
    holds them: who writes again right now must not be noted on a Lead that is about to go. So what is found decides
    what is locked, and once that is more, it is looked again: somebody may have been noted in between.
    """
    items = dependencies.rows.get_many(submission_ids)
    keys = {str(key) for item in items.values() for key in item.get("person_keys") or ()} | {person.email_key}
    keys |= {person.phone_key} if person.phone_key else set()
    held: set[str] = set()
    run = str(uuid.uuid4())
    try:
        while wanted := keys - held:
            # Also where this fails, or finds somebody at it, some may be taken: those are released below.
            held |= wanted
            if not dependencies.locks.take(keys_to_lock(wanted), holder=run, heir=run):
                return DeletedInOrg(busy=True)
            found = dependencies.org.look(person.email, submission_ids, _oldest(items))
            verdict = _verdict(found, keep, _staying(found, dependencies.rows))
            keys = _known_by(found, verdict, dependencies)
        return _delete(verdict, found, dependencies)
    except UnknownOutcomeError:
        # The Lead may go any moment now: nobody shall be noted on it before the lease ends.
        held = set()
        raise
    finally:
        _give_back(keys_to_lock(held), run, dependencies.locks)


def _verdict(found: InOrg, keep: Collection[str], staying: Collection[str]) -> Verdict:
    return judge(
        leads=found.leads,
        tasks=found.tasks,
        contacts=found.contacts,
        noted=found.noted,
        staying=staying,
        keep=keep,
    )


def _known_by(found: InOrg, verdict: Verdict, dependencies: Dependencies) -> set[str]:
    """Keys under which somebody else may be noted on a Lead that goes: by what sales wrote there, or what a row said
    that has ended."""
    secret, countries = dependencies.secret(), {form.country for form in dependencies.forms.values()}
    going = [lead for lead in found.leads if lead["Id"] in verdict.leads]
    return {key for lead in going for key in record_keys(secret, lead, countries)}


def _delete(verdict: Verdict, found: InOrg, dependencies: Dependencies) -> DeletedInOrg:
    refused: dict[str, int] = {}
    deleted: dict[str, int] = {}
    for kind, record_ids in (("tasks", verdict.tasks), ("leads", verdict.leads)):
        done = dependencies.org.delete(record_ids) if record_ids else []
        errors = [one.error for one in done if one.error]
        for error in errors:
            refused[error.code] = refused.get(error.code, 0) + 1
        deleted[kind] = len(done) - len(errors)
    count("ErasedInSalesforce", deleted["leads"] + deleted["tasks"])
    return DeletedInOrg(deleted["leads"], deleted["tasks"], verdict.left, refused, found.more)


def _give_back(keys: Sequence[str], run: str, locks: Locks) -> None:
    try:
        locks.release(keys, holder=run)
    except FormToLeadError as error:
        # The lease ends by itself; until then that person's next submission waits.
        log("locks_not_released", level="warning", error=error.code)


def _oldest(items: Mapping[str, Item]) -> datetime | None:
    moments = [moment_in(item.get("received_at")) for item in items.values()]
    return min((moment for moment in moments if moment), default=None)


def _staying(found: InOrg, rows: Rows) -> set[str]:
    there = rows.get_many(submissions_of([*found.leads, *found.tasks]))
    return {one for one, item in there.items() if item.get("state") != State.ERASED}
