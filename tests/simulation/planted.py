"""`python -m tests.simulation.planted`: the product with a fault planted in it. Each must be caught.

By a test of the unit or of one adapter where there is one, since that costs seconds, or by a run of the simulation. A
fault is put over the product's own function while the runs go, so that what is tested is the code as it ships.
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from functions.processor import app as processor
from ops.operations import privacy as privacy_operations
from shared.aws import lead_queue
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.crm import Found, LookUp, NewLead, Note, Written
from shared.errors import FormToLeadError, TransientError
from shared.intake import receiving
from shared.leads import finishing, lead_changes, processing
from shared.leads.candidates import Known
from shared.leads.dependencies import Dependencies
from shared.leads.retrying import delay_of
from shared.observability import log
from shared.operations import replaying
from shared.operations import requeueing as requeueing_module
from shared.privacy import erasing
from shared.rejection import Rejection
from shared.salesforce import crm as salesforce
from shared.salesforce.crm import SalesforceCrm, _headers
from shared.submission import State, Submission
from tests.simulation import fleet
from tests.simulation.checking import faults_of
from tests.simulation.sqs import SqsClient
from tests.simulation.trial import Plan, run

type Planted = Callable[[], AbstractContextManager[object]]
SEEDS: Final = 40
PAGE: Final = Path(__file__).parents[2] / "docs" / "promises.md"
_BEGIN: Final = "<!-- planted -->"
_END: Final = "<!-- /planted -->"


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
    def results(rows: Sequence[Submission], outside: Dependencies) -> Any:
        for row in rows:
            if row.form_id == "contact":
                outside.ledger.settle(row, State.CREATED, by="processor", now=outside.now(), why="new_person")
        return own(rows, outside)

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


def _doubts_unlocked(own: Any) -> Any:
    return lambda locks, held, _in_doubt, _untold, run_id: own(locks, held, [], [], run_id)


def _erased_row_keeps_answers(own: Any) -> Any:
    def tombstone(item: Mapping[str, Any], **more: Any) -> Submission:
        left: Submission = own(item, **more)
        return left.model_copy(update={"fields": dict(item["fields"])})

    return tombstone


def _person_on_the_queue(own: Any) -> Any:
    def send_message(self: SqsClient, **asked: Any) -> Any:
        return own(self, **{**asked, "MessageBody": asked["MessageBody"][:-1] + ', "email": "x"}'})

    return send_message


def _person_in_the_log(own: Any) -> Any:
    def prepare(row: Submission, forms: Any) -> Any:
        log("prepared", reason=str(row.fields.get("email")))
        return own(row, forms)

    return prepare


CAUGHT: Final[Mapping[str, Planted]] = {
    "a Task is not looked for before it is written": _over(SalesforceCrm, "look_up", _own_tasks_forgotten),
    "the row says rejected before the dead letter is sent": _over(finishing, "_reject", _letter_after_the_row),
    "a receipt is given though the row was not written": _over(Ledger, "add", _receipt_without_a_row),
    "the row is settled before Salesforce is written": _over(processing, "_results", _settled_before_it_is_written),
    "a Task is written on the next one's record": _over(SalesforceCrm, "write_notes", _told_of_the_next),
    "nobody is locked": _over(PersonLocks, "take", lambda _own: lambda *_args, **_keys: True),
    "a doubtful Task is tried again at once": lambda: _both(
        patch.object(finishing, "no_try_before", lambda *_: None),
        patch.object(finishing, "delay_of", _as_if_sure),
    ),
    "a repeat gets an id of its own": _over(receiving, "_id_for_key", lambda _own: lambda *_: str(uuid.uuid4())),
    "nobody sweeps up": _over(requeueing_module, "_is_forgotten", lambda _own: lambda *_: False),
    "an erased row keeps its answers": _over(erasing, "tombstone", _erased_row_keeps_answers),
    "an erasure is done though something may still land": lambda: patch.object(
        privacy_operations.Erasure, "is_done", property(lambda _self: True)
    ),
    "an address on a queue": _over(SqsClient, "send_message", _person_on_the_queue),
    "an address in a log": _over(processing, "prepare", _person_in_the_log),
}
"""What each is, and how it is planted. Each goes wrong within some seeds."""


def _both(*patches: AbstractContextManager[object]) -> AbstractContextManager[object]:
    stack = ExitStack()
    for one in patches:
        stack.enter_context(one)
    return stack


HELD_BY_TESTS: Final[Mapping[str, Planted]] = {
    "a Lead is created, not upserted": _over(SalesforceCrm, "upsert_leads", _created_not_upserted),
    "a repeat forgets the header that saves duplicates": _over(salesforce, "_headers", _headers_forgotten),
    "rows are changed without a condition": _over(Ledger, "_change", _unconditional_changes),
    "a locked row is not read again": _over(
        processing, "_as_they_are_now", lambda _own: lambda locked, _outside: (list(locked), {})
    ),
    "a person in doubt is unlocked": _over(processing, "_give_back", _doubts_unlocked),
    "a batch that failed is answered with None": lambda: _both(
        patch.object(processor, "handler", _answers_nothing(processor.handler)),
        patch.dict(fleet.HANDLERS, {"processor": _answers_nothing(processor.handler)}),
    ),
    "rows are queued again without a claim": _over(requeueing_module, "_claimed", lambda _own: lambda *_: True),
    "a replay goes under the number of the one before": _over(
        SubmissionQueue, "send", lambda own: lambda self, one, **to: own(self, one, group=to["group"])
    ),
    "each message is a group of its own": _over(
        SubmissionQueue, "send", lambda own: lambda self, one, **to: own(self, one, **{**to, "group": one})
    ),
    "a replay has another id": _over(replaying, "_replay_one", _replayed_under_another_id),
    "the queue knows copies by their content": _over(lead_queue, "_send", _known_by_content),
    "a dead letter is deleted before its submission is sent": _over(replaying, "replay", _letters_deleted_first),
    "two of one batch don't see each other": _over(Known, "add_planned", lambda _own: lambda *_: None),
    "an older value overwrites a newer one": _over(lead_changes, "_is_newer", lambda _own: lambda *_: True),
    "a form that changed rejects what was written": _over(processing, "written_before", lambda _own: lambda *_: {}),
}
"""Faults that forty seeds may not catch: something else makes them good, or they need a rarer moment. These tests hold
them, which are cheaper anyway."""

PLANTED: Final[Mapping[str, Planted]] = {**CAUGHT, **HELD_BY_TESTS}

TESTS: Final[Mapping[str, str]] = {
    "a Task is not looked for before it is written": "tests/integration/test_salesforce_adapter.py",
    "the row says rejected before the dead letter is sent": "tests/unit/test_processing.py",
    "a receipt is given though the row was not written": "",
    "the row is settled before Salesforce is written": "tests/unit/test_processing.py",
    "a Task is written on the next one's record": "",
    "nobody is locked": "tests/integration/test_person_locks.py",
    "a doubtful Task is tried again at once": "tests/unit/test_processing.py",
    "a repeat gets an id of its own": "tests/unit/test_intake_idempotency.py",
    "nobody sweeps up": "tests/unit/test_requeueing.py",
    "an erased row keeps its answers": "tests/integration/test_erasure.py",
    "an erasure is done though something may still land": "tests/integration/test_erasure.py",
    "an address on a queue": "",
    "an address in a log": "",
    "a Lead is created, not upserted": "tests/integration/test_salesforce_adapter.py",
    "a repeat forgets the header that saves duplicates": "tests/integration/test_salesforce_special_paths.py",
    "rows are changed without a condition": "tests/integration/test_ledger.py",
    "a locked row is not read again": "tests/unit/test_processing.py",
    "a person in doubt is unlocked": "tests/unit/test_processing.py",
    "a batch that failed is answered with None": "tests/integration/test_handlers.py",
    "rows are queued again without a claim": "tests/unit/test_requeueing.py",
    "a replay goes under the number of the one before": "tests/integration/test_lead_queue.py",
    "each message is a group of its own": "tests/integration/test_lead_queue.py",
    "a replay has another id": "tests/unit/test_replaying.py",
    "the queue knows copies by their content": "tests/integration/test_lead_queue.py",
    "a dead letter is deleted before its submission is sent": "tests/unit/test_replaying.py",
    "two of one batch don't see each other": "tests/unit/test_processing.py",
    "an older value overwrites a newer one": "tests/unit/test_policies.py",
    "a form that changed rejects what was written": "tests/unit/test_processing.py",
}
"""The file of tests that is cheapest of those that hold each; none where only a whole run shows it."""


def caught_by(planted: Planted, seeds: Sequence[int] | range = range(1, SEEDS + 1)) -> tuple[int, str]:
    """The first seed that goes wrong with it, and what is said; (0, '') where none does."""
    for seed in seeds:
        with planted():
            wrong = faults_of(run(Plan(seed, submissions=60, rate=0.02)))
        if wrong:
            return seed, wrong[0]
    return 0, ""


def held_by(name: str) -> str:
    """The first test that fails with it."""
    if not TESTS[name]:
        return ""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.simulation.planting", "--planted", name]
    answer = subprocess.run([*command, TESTS[name]], capture_output=True, text=True, check=False)  # noqa: S603 (our own)
    failed = re.search(r"^FAILED (\S+::\w+)", answer.stdout, re.MULTILINE)
    return failed[1] if failed else ""


def main() -> int:
    """0: each planted fault was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted", description=__doc__)
    parser.add_argument("--only", default="", help="those whose name has this in it")
    parser.add_argument("--cheapest", action="store_true", help="no seeds for what a test holds")
    parser.add_argument("--write-docs", action="store_true", help=f"the table in {PAGE.name}")
    asked = parser.parse_args()
    rows: list[str] = []
    missed = 0
    for name, planted in PLANTED.items():
        if asked.only not in name:
            continue
        test = held_by(name)
        seed, said = caught_by(planted) if name in CAUGHT and not (test and asked.cheapest) else (0, "")
        missed += not (seed or test)
        rows.append(f"| {name} | {_short(test)} | {seed or ''} | {_without_ids(said)} |")
        print(rows[-1], flush=True)
    if asked.write_docs:
        head = "| Fault | Test that fails | Seed | What the simulation says |\n|---|---|---|---|"
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(_BEGIN)
        PAGE.write_text(
            f"{before}{_BEGIN}\n{head}\n{'\n'.join(rows)}\n{_END}{rest.partition(_END)[2]}", encoding="utf-8"
        )
    return int(bool(missed))


def _short(test: str) -> str:
    path, _, name = test.partition("::")
    return f"`{path.removeprefix('tests/')}`: {name.removeprefix('test_').replace('_', ' ')}" if test else ""


def _without_ids(said: str) -> str:
    """Ids are others with each change of the product."""
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", said)


if __name__ == "__main__":
    sys.exit(main())
