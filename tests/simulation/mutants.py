"""The product with a fault in it: each is put over the product's own function while tests or seeds run.

So what is tested is the code as it ships. What catches each: `python -m tests.simulation.planted`.
"""

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

from functions.processor import app as processor
from functions.replay import app as replay
from ops.operations import privacy as privacy_operations
from shared.aws import lead_queue
from shared.aws.lead_queue import SubmissionQueue
from shared.aws.ledger import Ledger
from shared.aws.person_locks import PersonLocks
from shared.aws.person_rows import PersonRows
from shared.intake import receiving
from shared.intake.person_keys import EMAIL_PREFIX
from shared.leads import carrying_out, finishing, held_keys, lead, lead_changes, own_records, planning, processing
from shared.leads.candidates import Known
from shared.leads.held_keys import HeldKeys
from shared.leads.processing import _Read
from shared.operations import replaying
from shared.operations import requeueing as requeueing_module
from shared.privacy import erasing, in_org
from shared.salesforce import crm as salesforce
from shared.salesforce.budget import ApiBudget
from shared.salesforce.crm import SalesforceCrm
from shared.salesforce.person_records import PersonRecords
from tests.simulation import fleet, plants
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


MUTANTS: Final[Mapping[str, Mutant]] = {
    "a Task is not looked for before it is written": Mutant(
        _over(SalesforceCrm, "look_up", plants.own_tasks_forgotten),
        "tests/integration/test_salesforce_adapter.py",
        shows_in_seeds=True,
    ),
    "the row says rejected before the dead letter is sent": Mutant(
        _over(finishing, "_reject", plants.letter_after_the_row), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "a receipt is given though the row was not written": Mutant(
        _over(Ledger, "add", plants.receipt_without_a_row), "", shows_in_seeds=True
    ),
    "the row is settled before Salesforce is written": Mutant(
        _over(processing, "_results", plants.settled_before_it_is_written),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "a Task is written on the next one's record": Mutant(
        _over(SalesforceCrm, "write_notes", plants.told_of_the_next), "", shows_in_seeds=True
    ),
    "a Task is written on nobody's record": Mutant(
        _over(SalesforceCrm, "write_notes", plants.told_of_nobody), "", shows_in_seeds=True
    ),
    "a submission is put on the next one's Contact": Mutant(
        _over(Known, "decide", plants.contact_of_the_next), "", shows_in_seeds=True
    ),
    "a repeat does not know its own Lead": Mutant(
        _over(own_records, "_still_there", lambda _own: lambda _leads: []),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "nobody joins a campaign": Mutant(
        _over(carrying_out, "with_campaigns", lambda _own: lambda _by_id, done, _crm: done),
        "tests/unit/test_carrying_out.py",
        shows_in_seeds=True,
    ),
    "the keys of another version of the form are not locked": Mutant(
        _over(processing, "with_keys_of_today", lambda _own: lambda row, *_: row), "tests/unit/test_processing.py"
    ),
    "a repeat settles on whoever came since": Mutant(
        _over(planning, "_plan", plants.without_a_doubt), "tests/unit/test_processing.py"
    ),
    "a Lead has the question of the next one": Mutant(
        _over(
            SalesforceCrm, "upsert_leads", plants.question_of(lambda leads, at: leads[at - 1].record.get("Description"))
        ),
        "",
        shows_in_seeds=True,
    ),
    "a Lead is created without the question": Mutant(
        _over(SalesforceCrm, "upsert_leads", plants.question_of(lambda _leads, _at: None)), "", shows_in_seeds=True
    ),
    "nobody is locked": Mutant(
        _over(PersonLocks, "take", lambda _own: lambda *_args, **_keys: True),
        "tests/integration/test_person_locks.py",
        shows_in_seeds=True,
    ),
    "a doubtful Task is tried again at once": Mutant(
        lambda: _both(
            patch.object(finishing, "no_try_before", lambda *_: None),
            patch.object(finishing, "delay_of", plants.as_if_sure),
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
        _over(erasing, "tombstone", plants.erased_row_keeps_answers),
        "tests/integration/test_erasure.py",
        shows_in_seeds=True,
    ),
    "an erasure leaves the dead letters": Mutant(
        _over(erasing, "delete_letters", lambda _own: lambda _ids, _outside: []),
        "tests/integration/test_erasure.py",
        shows_in_seeds=True,
    ),
    "an erasure locks what its rows say alone": Mutant(
        _over(in_org, "_known_by", lambda _own: lambda *_: set()), "tests/integration/test_erasure.py"
    ),
    "who was mended meanwhile ends all the same": Mutant(
        _over(PersonRows, "erase", lambda own: lambda rows, seen, left, **_: own(rows, seen, left)),
        "tests/integration/test_privacy_limits.py",
    ),
    "a Lead of an earlier submission under the same key is taken for one's own": Mutant(
        _over(own_records, "_is_since", lambda _own: lambda *_: True), "tests/unit/test_processing.py"
    ),
    "an erasure is done though something may still land": Mutant(
        lambda: patch.object(privacy_operations.Erasure, "is_done", property(lambda _self: True)),
        "tests/integration/test_erasure.py",
    ),
    "an address on a queue": Mutant(
        _over(SqsClient, "send_message", plants.person_on_the_queue), "", shows_in_seeds=True
    ),
    "an address in a log": Mutant(_over(processing, "prepare", plants.person_in_the_log), "", shows_in_seeds=True),
    "a Lead is created, not upserted": Mutant(
        _over(SalesforceCrm, "upsert_leads", plants.created_not_upserted),
        "tests/integration/test_salesforce_adapter.py",
    ),
    "a repeat forgets the header that saves duplicates": Mutant(
        _over(salesforce, "_headers", plants.headers_forgotten), "tests/integration/test_salesforce_special_paths.py"
    ),
    "rows are changed without a condition": Mutant(
        _over(Ledger, "_change", plants.unconditional_changes), "tests/integration/test_ledger.py"
    ),
    "a locked row is not read again": Mutant(
        _over(processing, "_as_they_are_now", lambda _own: lambda locked, _outside: _Read(list(locked))),
        "tests/unit/test_processing.py",
    ),
    "a person in doubt is unlocked": Mutant(
        _over(HeldKeys, "know", lambda own: lambda self, **_: own(self, in_doubt={}, untold=())),
        "tests/unit/test_processing.py",
    ),
    "a settled person is unlocked though a first write may land": Mutant(
        _over(processing, "_in_doubt", plants.settled_doubts_unlocked), "tests/unit/test_processing.py"
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
        _over(processing, "_locked", plants.overtaken), "tests/unit/test_processing.py"
    ),
    "a batch that failed is answered with None": Mutant(
        lambda: _both(
            patch.object(processor, "handler", plants.answers_nothing(processor.handler)),
            patch.dict(fleet.HANDLERS, {"processor": plants.answers_nothing(processor.handler)}),
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
        _over(replaying, "_replay_one", plants.replayed_under_another_id), "tests/unit/test_replaying.py"
    ),
    "the queue knows copies by their content": Mutant(
        _over(lead_queue, "_send", plants.known_by_content), "tests/integration/test_lead_queue.py"
    ),
    "a dead letter is deleted before its submission is sent": Mutant(
        _over(replaying, "replay", plants.letters_deleted_first), "tests/unit/test_replaying.py"
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
        _over(carrying_out, "plan_batch", plants.fails), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "everybody is rejected as a bug, and none is logged": Mutant(
        _over(processing, "prepare", plants.refused_as_a_bug), "tests/unit/test_processing.py", shows_in_seeds=True
    ),
    "one failed try is the last": Mutant(
        lambda: _both(patch.object(processing, "MAX_ATTEMPTS", 1), patch.object(finishing, "MAX_ATTEMPTS", 1)),
        "tests/unit/test_processing.py",
        shows_in_seeds=True,
    ),
    "an erasure deletes an innocent's Lead": Mutant(
        _over(PersonRecords, "delete", plants.everybodys_leads), "", shows_in_seeds=True
    ),
    "who is forgotten is remembered after twenty days": Mutant(
        lambda: patch.object(receiving, "FORGOTTEN_AFTER", timedelta(days=20)), "", shows_in_seeds=True
    ),
    "an operator's edit changes nothing": Mutant(
        _over(replay, "edit", plants.edited_in_name_alone), "tests/integration/test_handlers.py", shows_in_seeds=True
    ),
    "an answer to another version of the form stays in the row": Mutant(
        _over(lead, "_of_other_versions", lambda _own: lambda *_: []),
        "tests/unit/test_lead_mapping.py",
        shows_in_seeds=True,
    ),
    "a post that meets its own row is refused": Mutant(
        _over(receiving, "_judge_and_keep", plants.own_row_refused),
        "tests/unit/test_intake_idempotency.py",
    ),
    "repeats take the last of the org's calls": Mutant(
        _over(ApiBudget, "has_calls_for_repeats", lambda _own: lambda _self: True), "tests/unit/test_api_budget.py"
    ),
}
