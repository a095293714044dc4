"""The product with a fault in it: each is put over the product's own function while tests or seeds run.

So what is tested is the code as it ships. What catches each: `python -m tests.simulation.planted`.
"""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from functions.processor import app as processor
from functions.replay import app as replay
from ops.operations import privacy as privacy_operations
from shared.aws import lead_queue
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.crm import Found, LookUp, NewLead, Note, Written
from shared.errors import FormToLeadError, PermanentError, TransientError
from shared.intake import receiving
from shared.intake.person_keys import EMAIL_PREFIX
from shared.leads import carrying_out, finishing, held_keys, lead, lead_changes, planning, processing
from shared.leads.candidates import Known
from shared.leads.dependencies import Dependencies
from shared.leads.held_keys import HeldKeys
from shared.leads.processing import _Read
from shared.leads.results import Settled
from shared.leads.retrying import delay_of
from shared.observability import log
from shared.operations import replaying
from shared.operations import requeueing as requeueing_module
from shared.privacy import erasing
from shared.rejection import Reason, Rejection
from shared.salesforce import crm as salesforce
from shared.salesforce.budget import ApiBudget
from shared.salesforce.crm import SalesforceCrm, _headers
from shared.salesforce.person_records import PersonRecords
from shared.submission import State, Submission
from tests.simulation import fleet
from tests.simulation.salesforce import Transport
from tests.simulation.sqs import SqsClient

type Planted = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True)
class Mutant:
    """`test` is the file of tests that is cheapest of those that hold it; '' where only a whole run shows it.

    `shows_in_seeds`: it goes wrong within some seeds of the simulation. Others are made good by something else, or need
    a rarer moment; the tests that hold them are cheaper anyway.
    """

    plant: Planted
    test: str = ""
    shows_in_seeds: bool = False


def _both(*patches: AbstractContextManager[object]) -> AbstractContextManager[object]:
    stack = ExitStack()
    for one in patches:
        stack.enter_context(one)
    return stack


def _over(where: Any, name: str, make: Callable[[Any], Any]) -> Planted:
    """`make` gets the product's own function."""
    return lambda: patch.object(where, name, make(getattr(where, name)))


def _created_not_upserted(_own: Any) -> Any:
    def upsert_leads(self: SalesforceCrm, leads: Sequence[NewLead]) -> list[Written]:
        body = {"allOrNone": False, "records": self._collection(leads)["records"]}
        answer = self._connection.write("POST", "composite/sobjects", body, _headers(leads[0]))
        return [Written(str(one.get("id") or ""), None) if one["success"] else _later() for one in answer]

    return upsert_leads


def _later() -> Written:
    return Written(error=TransientError("UNABLE_TO_LOCK_ROW"))


def _own_tasks_forgotten(own: Any) -> Any:
    def look_up(self: SalesforceCrm, what: LookUp) -> Found:
        found: Found = own(self, what)
        return replace(found, own_tasks=())

    return look_up


def _letter_after_the_row(_own: Any) -> Any:
    def reject(row: Submission, rejection: Rejection, outside: Dependencies) -> None:
        now, why = outside.now(), rejection.reason
        outside.ledger.settle(row, State.REJECTED, by="processor", now=now, why=why, rejection=rejection)
        about = {"reason": why, "form_id": row.form_id, "group": row.person_keys[0]}
        outside.dead_letters.send(row.submission_id, **about, replay=row.replay_count, now=now)

    return reject


def _receipt_without_a_row(own: Any) -> Any:
    def add(self: Ledger, submission: Submission) -> Submission | None:
        try:
            kept: Submission | None = own(self, submission)
        except TransientError:
            return None
        return kept

    return add


def _settled_before_it_is_written(own: Any) -> Any:
    def results(read: Any, outside: Dependencies) -> Any:
        for row in read.ready:
            if row.form_id == "contact":
                outside.ledger.settle(row, State.CREATED, by="processor", now=outside.now(), why="new_person")
        return own(read, outside)

    return results


def _unconditional_changes(own: Any) -> Any:
    def change(self: Ledger, *asked: Any, **more: Any) -> Any:
        client = self._client

        class Careless:
            @staticmethod
            def update_item(**call: Any) -> Any:
                always = f"attribute_not_exists(no_such) OR ({call['ConditionExpression']})"
                return client.update_item(**{**call, "ConditionExpression": always})

        with patch.object(self, "_client", Careless()):
            return own(self, *asked, **more)

    return change


def _headers_forgotten(own: Any) -> Any:
    return lambda lead: {name: value for name, value in own(lead).items() if "Duplicate" not in name}


def _as_if_sure(row: Submission, error: FormToLeadError, deliveries: int) -> int:
    return delay_of(row, TransientError(error.code), deliveries)


def _told_of_the_next(own: Any) -> Any:
    def write_notes(self: SalesforceCrm, notes: Sequence[Note]) -> Any:
        others = [*notes[1:], *notes[:1]]
        pairs = zip(notes, others, strict=True)
        return own(self, [replace(one, task={**one.task, "WhoId": other.task.get("WhoId")}) for one, other in pairs])

    return write_notes


def _told_of_nobody(own: Any) -> Any:
    def write_notes(self: SalesforceCrm, notes: Sequence[Note]) -> Any:
        return own(self, [replace(one, task={**one.task, "WhoId": None}) for one in notes])

    return write_notes


def _question_of(which: Callable[[Sequence[NewLead], int], object]) -> Callable[[Any], Any]:
    def over(own: Any) -> Any:
        def upsert_leads(self: SalesforceCrm, leads: Sequence[NewLead]) -> list[Written]:
            changed = [
                replace(one, record={**one.record, "Description": which(leads, place)})
                for place, one in enumerate(leads)
            ]
            written: list[Written] = own(self, changed)
            return written

        return upsert_leads

    return over


def _answers_nothing(own: Any) -> Any:
    """Where something failed; and Lambda takes no answer for: all is done."""

    def handler(event: Any, context: Any) -> Any:
        answer = own(event, context)
        return None if answer["batchItemFailures"] else answer

    return handler


def _known_by_content(own: Any) -> Any:
    def send(client: Any, url: str, content: Any, *, group: str, deduplication: str) -> None:
        hashed = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        own(client, url, content, group=group, deduplication=hashed if deduplication else "")

    return send


def _replayed_under_another_id(own: Any) -> Any:
    def replay_one(submission_id: str, by: str, outside: replaying.Dependencies) -> Any:
        class Queue:
            @staticmethod
            def send(_submission_id: str, *, group: str, replay: int) -> None:
                outside.queue.send(str(uuid.uuid4()), group=group, replay=replay)

        return own(submission_id, by, replace(outside, queue=Queue()))

    return replay_one


def _letters_deleted_first(own: Any) -> Any:
    def replay(submission_ids: Any, by: str, outside: replaying.Dependencies) -> Any:
        wanted = list(submission_ids)
        with suppress(FormToLeadError):
            for letter in list(outside.dead_letters.messages()):
                done = outside.dead_letters.delete if letter.submission_id in wanted else outside.dead_letters.release
                done(letter)
        return own(wanted, by, outside)

    return replay


def _settled_doubts_unlocked(own: Any) -> Any:
    def in_doubt(read: Any, results: Mapping[str, Any], now: datetime) -> list[Submission]:
        return [row for row in own(read, results, now) if not isinstance(results.get(row.submission_id), Settled)]

    return in_doubt


def _own_row_refused(own: Any) -> Any:
    def judge_and_keep(heard: Any, captcha: Any, rows: Any, *more: Any) -> Any:
        there: list[Submission | None] = []

        def add(submission: Submission) -> Submission | None:
            there.append(rows.add(submission))
            return there[-1]

        answer = own(heard, captcha, SimpleNamespace(add=add, get=rows.get), *more)
        return receiving.KeyConflict(heard.language) if any(there) and not heard.key else answer

    return judge_and_keep


def _overtaken(_own: Any) -> Any:
    def locked(rows: Sequence[Submission], held: HeldKeys) -> tuple[list[Submission], list[str]]:
        taken = [row for row in rows if held.take(row)]
        return taken, [row.submission_id for row in rows if row not in taken]

    return locked


def _erased_row_keeps_answers(own: Any) -> Any:
    def tombstone(item: Mapping[str, Any], **more: Any) -> Submission:
        left: Submission = own(item, **more)
        return left.model_copy(update={"fields": dict(item["fields"])})

    return tombstone


def _person_on_the_queue(own: Any) -> Any:
    def send_message(self: SqsClient, **asked: Any) -> Any:
        return own(self, **{**asked, "MessageBody": asked["MessageBody"][:-1] + ', "email": "x"}'})

    return send_message


def _fails(_own: Any) -> Any:
    def plan_batch(*_: Any) -> Any:
        raise KeyError("bug")

    return plan_batch


def _refused_as_a_bug(_own: Any) -> Any:
    return lambda *_: PermanentError(Reason.INTERNAL_ERROR, "planning.py:1")


def _everybodys_leads(own: Any) -> Any:
    def delete(self: PersonRecords, ids: Sequence[str]) -> Any:
        assert Transport.now
        ours = [str(row["Id"]) for row in Transport.now.org.rows("Lead") if row.get("Submission_Id__c")]
        return own(self, ours if any(one.startswith("00Q") for one in ids) else ids)

    return delete


def _edited_in_name_alone(_own: Any) -> Any:
    return lambda submission_id, *_: replaying.Done(submission_id, "edited", changed=True)


def _person_in_the_log(own: Any) -> Any:
    def prepare(row: Submission, forms: Any) -> Any:
        log("prepared", reason=str(row.fields.get("email")))
        return own(row, forms)

    return prepare


MUTANTS: Final[Mapping[str, Mutant]] = {
    "a Task is not looked for before it is written": Mutant(
        _over(SalesforceCrm, "look_up", _own_tasks_forgotten),
        "tests/integration/test_salesforce_adapter.py",
        shows_in_seeds=True,
    ),
    "the row says rejected before the dead letter is sent": Mutant(
        _over(finishing, "_reject", _letter_after_the_row), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "a receipt is given though the row was not written": Mutant(
        _over(Ledger, "add", _receipt_without_a_row), "", shows_in_seeds=True
    ),
    "the row is settled before Salesforce is written": Mutant(
        _over(processing, "_results", _settled_before_it_is_written),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "a Task is written on the next one's record": Mutant(
        _over(SalesforceCrm, "write_notes", _told_of_the_next), "", shows_in_seeds=True
    ),
    "a Task is written on nobody's record": Mutant(
        _over(SalesforceCrm, "write_notes", _told_of_nobody), "", shows_in_seeds=True
    ),
    "a Lead has the question of the next one": Mutant(
        _over(SalesforceCrm, "upsert_leads", _question_of(lambda leads, at: leads[at - 1].record.get("Description"))),
        "",
        shows_in_seeds=True,
    ),
    "a Lead is created without the question": Mutant(
        _over(SalesforceCrm, "upsert_leads", _question_of(lambda _leads, _at: None)), "", shows_in_seeds=True
    ),
    "nobody is locked": Mutant(
        _over(PersonLocks, "take", lambda _own: lambda *_args, **_keys: True),
        "tests/integration/test_person_locks.py",
        shows_in_seeds=True,
    ),
    "a doubtful Task is tried again at once": Mutant(
        lambda: _both(
            patch.object(finishing, "no_try_before", lambda *_: None),
            patch.object(finishing, "delay_of", _as_if_sure),
        ),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "a repeat gets an id of its own": Mutant(
        _over(receiving, "_id_for_key", lambda _own: lambda *_: str(uuid.uuid4())),
        "tests/unit/test_intake_idempotency.py",
        shows_in_seeds=True,
    ),
    "whatever comes under a used key is acknowledged": Mutant(
        _over(receiving, "_fingerprint_then", lambda _own: lambda there, _heard: there.fingerprint),
        "tests/unit/test_intake_idempotency.py",
        shows_in_seeds=True,
    ),
    "nobody sweeps up": Mutant(
        _over(requeueing_module, "_is_forgotten", lambda _own: lambda *_: False),
        "tests/unit/test_requeueing.py",
        shows_in_seeds=True,
    ),
    "an erased row keeps its answers": Mutant(
        _over(erasing, "tombstone", _erased_row_keeps_answers), "tests/integration/test_erasure.py", shows_in_seeds=True
    ),
    "an erasure is done though something may still land": Mutant(
        lambda: patch.object(privacy_operations.Erasure, "is_done", property(lambda _self: True)),
        "tests/integration/test_erasure.py",
    ),
    "an address on a queue": Mutant(_over(SqsClient, "send_message", _person_on_the_queue), "", shows_in_seeds=True),
    "an address in a log": Mutant(_over(processing, "prepare", _person_in_the_log), "", shows_in_seeds=True),
    "a Lead is created, not upserted": Mutant(
        _over(SalesforceCrm, "upsert_leads", _created_not_upserted), "tests/integration/test_salesforce_adapter.py"
    ),
    "a repeat forgets the header that saves duplicates": Mutant(
        _over(salesforce, "_headers", _headers_forgotten), "tests/integration/test_salesforce_special_paths.py"
    ),
    "rows are changed without a condition": Mutant(
        _over(Ledger, "_change", _unconditional_changes), "tests/integration/test_ledger.py"
    ),
    "a locked row is not read again": Mutant(
        _over(processing, "_as_they_are_now", lambda _own: lambda locked, _outside: _Read(list(locked))),
        "tests/unit/test_processing.py",
    ),
    "a person in doubt is unlocked": Mutant(
        _over(HeldKeys, "know", lambda own: lambda self, **_: own(self, in_doubt=(), untold=())),
        "tests/unit/test_processing.py",
    ),
    "a settled person is unlocked though a first write may land": Mutant(
        _over(processing, "_in_doubt", _settled_doubts_unlocked), "tests/unit/test_processing.py"
    ),
    "an address is not locked": Mutant(
        _over(held_keys, "keys_to_lock", lambda own: lambda keys: own(one for one in keys if one[:2] != EMAIL_PREFIX)),
        "tests/unit/test_processing.py",
    ),
    "the queue's group is taken for a lock": Mutant(
        lambda: _both(
            MUTANTS["an address is not locked"].plant(),
            MUTANTS["a submission overtakes an earlier one of its person"].plant(),
        ),
        "tests/unit/test_processing.py",
    ),
    "a submission overtakes an earlier one of its person": Mutant(
        _over(processing, "_locked", _overtaken), "tests/unit/test_processing.py"
    ),
    "a batch that failed is answered with None": Mutant(
        lambda: _both(
            patch.object(processor, "handler", _answers_nothing(processor.handler)),
            patch.dict(fleet.HANDLERS, {"processor": _answers_nothing(processor.handler)}),
        ),
        "tests/integration/test_handlers.py",
    ),
    "rows are queued again without a claim": Mutant(
        _over(requeueing_module, "_claimed", lambda _own: lambda *_: True), "tests/unit/test_requeueing.py"
    ),
    "a replay goes under the number of the one before": Mutant(
        _over(SubmissionQueue, "send", lambda own: lambda self, one, **to: own(self, one, group=to["group"])),
        "tests/integration/test_lead_queue.py",
    ),
    "each message is a group of its own": Mutant(
        _over(SubmissionQueue, "send", lambda own: lambda self, one, **to: own(self, one, **{**to, "group": one})),
        "tests/integration/test_lead_queue.py",
    ),
    "a replay has another id": Mutant(
        _over(replaying, "_replay_one", _replayed_under_another_id), "tests/unit/test_replaying.py"
    ),
    "the queue knows copies by their content": Mutant(
        _over(lead_queue, "_send", _known_by_content), "tests/integration/test_lead_queue.py"
    ),
    "a dead letter is deleted before its submission is sent": Mutant(
        _over(replaying, "replay", _letters_deleted_first), "tests/unit/test_replaying.py"
    ),
    "two of one batch don't see each other": Mutant(
        _over(Known, "add_planned", lambda _own: lambda *_: None), "tests/unit/test_processing.py"
    ),
    "an older value overwrites a newer one": Mutant(
        _over(lead_changes, "_is_newer", lambda _own: lambda *_: True), "tests/unit/test_policies.py"
    ),
    "a form that changed rejects what was written": Mutant(
        _over(processing, "written_before", lambda _own: lambda *_: {}), "tests/unit/test_processing.py"
    ),
    "a known Lead's blanks stay blank": Mutant(
        _over(planning, "changes_to", lambda _own: lambda *_: {}), "tests/unit/test_policies.py", shows_in_seeds=True
    ),
    "a bug in planning is a rejection of everybody": Mutant(
        _over(carrying_out, "plan_batch", _fails), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "everybody is rejected as a bug, and none is logged": Mutant(
        _over(processing, "prepare", _refused_as_a_bug), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "one failed try is the last": Mutant(
        lambda: _both(patch.object(processing, "MAX_ATTEMPTS", 1), patch.object(finishing, "MAX_ATTEMPTS", 1)),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "an erasure deletes an innocent's Lead": Mutant(
        _over(PersonRecords, "delete", _everybodys_leads), "", shows_in_seeds=True
    ),
    "who is forgotten is remembered after twenty days": Mutant(
        lambda: patch.object(receiving, "FORGOTTEN_AFTER", timedelta(days=20)), "", shows_in_seeds=True
    ),
    "an operator's edit changes nothing": Mutant(
        _over(replay, "edit", _edited_in_name_alone), "tests/integration/test_handlers.py", shows_in_seeds=True
    ),
    "an answer to another version of the form stays in the row": Mutant(
        _over(lead, "_of_other_versions", lambda _own: lambda *_: []),
        "tests/unit/test_lead_mapping.py",
        shows_in_seeds=True,
    ),
    "a post that meets its own row is refused": Mutant(
        _over(receiving, "_judge_and_keep", _own_row_refused),
        "tests/unit/test_intake_idempotency.py",
    ),
    "repeats take the last of the org's calls": Mutant(
        _over(ApiBudget, "has_calls_for_repeats", lambda _own: lambda _self: True), "tests/unit/test_api_budget.py"
    ),
}
