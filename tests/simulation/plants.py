"""What mutants.py puts over the product: each makes, of the product's own function, one with a fault in it."""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from shared.aws.ledger import Ledger
from shared.crm import Found, LookUp, NewLead, Note, Written
from shared.errors import FormToLeadError, PermanentError, TransientError
from shared.intake import receiving
from shared.leads.candidates import Known, Prepared
from shared.leads.dependencies import Dependencies
from shared.leads.held_keys import HeldKeys
from shared.leads.results import Settled
from shared.leads.retrying import delay_of
from shared.matching import Decision
from shared.observability import log
from shared.operations import replaying
from shared.rejection import Reason, Rejection
from shared.salesforce.crm import SalesforceCrm, _headers
from shared.salesforce.person_records import PersonRecords
from shared.submission import State, Submission
from tests.simulation.salesforce import Transport
from tests.simulation.sqs import SqsClient


def created_not_upserted(_own: Any) -> Any:
    def upsert_leads(self: SalesforceCrm, leads: Sequence[NewLead]) -> list[Written]:
        body = {"allOrNone": False, "records": self._collection(leads)["records"]}
        answer = self._connection.write("POST", "composite/sobjects", body, _headers(leads[0]))
        return [Written(str(one.get("id") or ""), None) if one["success"] else _later() for one in answer]

    return upsert_leads


def _later() -> Written:
    return Written(error=TransientError("UNABLE_TO_LOCK_ROW"))


def own_tasks_forgotten(own: Any) -> Any:
    def look_up(self: SalesforceCrm, what: LookUp) -> Found:
        found: Found = own(self, what)
        return replace(found, own_tasks=())

    return look_up


def letter_after_the_row(_own: Any) -> Any:
    def reject(row: Submission, rejection: Rejection, outside: Dependencies) -> None:
        now, why = outside.now(), rejection.reason
        outside.ledger.settle(row, State.REJECTED, by="processor", now=now, why=why, rejection=rejection)
        about = {"reason": why, "form_id": row.form_id, "group": row.person_keys[0]}
        outside.dead_letters.send(row.submission_id, **about, replay=row.replay_count, now=now)

    return reject


def receipt_without_a_row(own: Any) -> Any:
    def add(self: Ledger, submission: Submission) -> Submission | None:
        try:
            kept: Submission | None = own(self, submission)
        except TransientError:
            return None
        return kept

    return add


def settled_before_it_is_written(own: Any) -> Any:
    def results(read: Any, outside: Dependencies) -> Any:
        for row in read.ready:
            if row.form_id == "contact":
                outside.ledger.settle(row, State.CREATED, by="processor", now=outside.now(), why="new_person")
        return own(read, outside)

    return results


def unconditional_changes(own: Any) -> Any:
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


def headers_forgotten(own: Any) -> Any:
    return lambda lead: {name: value for name, value in own(lead).items() if "Duplicate" not in name}


def as_if_sure(row: Submission, error: FormToLeadError, deliveries: int) -> int:
    return delay_of(row, TransientError(error.code), deliveries)


def told_of_the_next(own: Any) -> Any:
    def write_notes(self: SalesforceCrm, notes: Sequence[Note]) -> Any:
        others = [*notes[1:], *notes[:1]]
        pairs = zip(notes, others, strict=True)
        return own(self, [replace(one, task={**one.task, "WhoId": other.task.get("WhoId")}) for one, other in pairs])

    return write_notes


def told_of_nobody(own: Any) -> Any:
    def write_notes(self: SalesforceCrm, notes: Sequence[Note]) -> Any:
        return own(self, [replace(one, task={**one.task, "WhoId": None}) for one in notes])

    return write_notes


def without_a_doubt(own: Any) -> Any:
    return lambda one, *found: own(replace(one, is_in_doubt=False), *found)


def contact_of_the_next(own: Any) -> Any:
    """Of those that the batch was looked up with."""

    def decided(self: Known, one: Prepared) -> Decision:
        decision: Decision = own(self, one)
        others = [contact for contact in self.contacts if contact != decision.candidate_id]
        is_about = decision.outcome == "update" and decision.candidate_id in self.contacts
        return replace(decision, candidate_id=others[0]) if is_about and others else decision

    return decided


def question_of(which: Callable[[Sequence[NewLead], int], object]) -> Callable[[Any], Any]:
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


def answers_nothing(own: Any) -> Any:
    """Where something failed; and Lambda takes no answer for: all is done."""

    def handler(event: Any, context: Any) -> Any:
        answer = own(event, context)
        return None if answer["batchItemFailures"] else answer

    return handler


def known_by_content(own: Any) -> Any:
    def send(client: Any, url: str, content: Any, *, group: str, deduplication: str) -> None:
        hashed = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        own(client, url, content, group=group, deduplication=hashed if deduplication else "")

    return send


def replayed_under_another_id(own: Any) -> Any:
    def replay_one(submission_id: str, by: str, outside: replaying.Dependencies) -> Any:
        class Queue:
            @staticmethod
            def send(_submission_id: str, *, group: str, replay: int) -> None:
                outside.queue.send(str(uuid.uuid4()), group=group, replay=replay)

        return own(submission_id, by, replace(outside, queue=Queue()))

    return replay_one


def letters_deleted_first(own: Any) -> Any:
    def replay(submission_ids: Any, by: str, outside: replaying.Dependencies) -> Any:
        wanted = list(submission_ids)
        with suppress(FormToLeadError):
            for letter in list(outside.dead_letters.messages()):
                done = outside.dead_letters.delete if letter.submission_id in wanted else outside.dead_letters.release
                done(letter)
        return own(wanted, by, outside)

    return replay


def settled_doubts_unlocked(own: Any) -> Any:
    def in_doubt(read: Any, results: Mapping[str, Any], now: datetime) -> dict[str, datetime]:
        doubts: dict[str, datetime] = own(read, results, now)
        return {one: until for one, until in doubts.items() if not isinstance(results.get(one), Settled)}

    return in_doubt


def own_row_refused(own: Any) -> Any:
    def judge_and_keep(heard: Any, captcha: Any, rows: Any, *more: Any) -> Any:
        there: list[Submission | None] = []

        def add(submission: Submission) -> Submission | None:
            there.append(rows.add(submission))
            return there[-1]

        answer = own(heard, captcha, SimpleNamespace(add=add, get=rows.get), *more)
        return receiving.KeyConflict(heard.language) if any(there) and not heard.key else answer

    return judge_and_keep


def overtaken(_own: Any) -> Any:
    def locked(rows: Sequence[Submission], held: HeldKeys) -> tuple[list[Submission], list[str]]:
        taken = [row for row in rows if held.take(row)]
        return taken, [row.submission_id for row in rows if row not in taken]

    return locked


def erased_row_keeps_answers(own: Any) -> Any:
    def tombstone(item: Mapping[str, Any], **more: Any) -> Submission:
        left: Submission = own(item, **more)
        return left.model_copy(update={"fields": dict(item["fields"])})

    return tombstone


def person_on_the_queue(own: Any) -> Any:
    def send_message(self: SqsClient, **asked: Any) -> Any:
        return own(self, **{**asked, "MessageBody": asked["MessageBody"][:-1] + ', "email": "x"}'})

    return send_message


def fails(_own: Any) -> Any:
    def plan_batch(*_: Any) -> Any:
        raise KeyError("bug")

    return plan_batch


def refused_as_a_bug(_own: Any) -> Any:
    return lambda *_: PermanentError(Reason.INTERNAL_ERROR, "planning.py:1")


def everybodys_leads(own: Any) -> Any:
    def delete(self: PersonRecords, ids: Sequence[str]) -> Any:
        assert Transport.now
        ours = [str(row["Id"]) for row in Transport.now.org.rows("Lead") if row.get("Submission_Id__c")]
        return own(self, ours if any(one.startswith("00Q") for one in ids) else ids)

    return delete


def edited_in_name_alone(_own: Any) -> Any:
    return lambda submission_id, *_: replaying.Done(submission_id, "edited", changed=True)


def person_in_the_log(own: Any) -> Any:
    def prepare(row: Submission, *about: Any) -> Any:
        log("prepared", reason=str(row.fields.get("email")))
        return own(row, *about)

    return prepare
