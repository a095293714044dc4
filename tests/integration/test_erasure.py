"""The erasure drill and its crashes: a person in every place, then in none. The deployed stack has the same drill."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.client
import pytest

from shared.aws.lead_queue import LOOK_SECONDS
from shared.aws.person_locks import PersonLocks
from shared.aws.person_rows import PersonRows
from shared.aws.spam_memory import SpamMemory
from shared.crm import CALL_ENDS_AFTER
from shared.errors import TransientError, UnknownOutcomeError
from shared.intake.person_keys import keys_to_lock
from shared.operations.requeueing import requeue_forgotten
from shared.salesforce.connection import Connection
from shared.salesforce.person_records import PersonRecords
from shared.spam.lists import taught_key
from shared.submission import Claim, State, Submission
from tests.builders import SECRET, a_submission
from tests.integration.privacy_desk import (
    CANARIES,
    EMAIL,
    SOMEBODY_ELSE,
    PrivacyDesk,
    nothing_of,
    privacy_desk,
    quiet,
)

__all__ = ["privacy_desk", "quiet"]
pytestmark = pytest.mark.usefixtures("quiet")


def everywhere(desk: PrivacyDesk) -> list[Submission]:
    """Wilhelmina in every state, with all that hangs on it; and somebody else, who stays."""
    settled, lead = desk.settled()
    desk.task(settled, lead)
    rejected = desk.rejected()
    edited = desk.rejected(email="wilhelmina.k+fiets@kanarie.example")
    assert desk.ledger.edit(edited, {**edited.fields, "email": "w@elders.example"}, by="eva", now=datetime.now(UTC))
    mended = desk.row(edited)
    other_keys = a_submission(email="w@elders.example").person_keys
    now = datetime.now(UTC)
    assert desk.ledger.reopen(mended, person_keys=other_keys, due_at=now, by="eva", now=now, why="replay")
    desk.ledger.settle(desk.row(edited), State.REJECTED, by="processor", now=now, why="salesforce_rejected")
    held, held_lead = desk.settled()
    desk.ledger.settle(desk.row(held), State.HELD, by="processor", now=datetime.now(UTC), why="possible_duplicate")
    desk.task(held, held_lead)
    return [
        settled,
        rejected,
        edited,
        held,
        *(desk.add(state) for state in (State.UPDATED, State.ATTACHED, State.QUARANTINED, State.DISCARDED)),
    ]


NOTHING = {"taught_entries": 0, "left_for_people": 0}


def assert_nothing_is_left(desk: PrivacyDesk) -> None:
    live = [desk.org.records(sobject) for sobject in ("Lead", "Task", "Contact")]
    messages = desk.sqs.receive_message(QueueUrl=desk.dead_letter_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    assert nothing_of(CANARIES, desk.items(), live, messages.get("Messages", [])) == []


def test_the_canaries_are_in_every_place_before(privacy_desk: PrivacyDesk) -> None:
    """Else the drill below would find nothing because there is nothing."""
    rows = everywhere(privacy_desk)
    for row in rows:
        assert nothing_of(CANARIES, privacy_desk.row(row).model_dump(mode="json")) != []
    assert nothing_of(CANARIES, privacy_desk.org.records("Lead")) != []
    assert nothing_of(CANARIES, privacy_desk.org.records("Task")) != []
    assert len(privacy_desk.letters()) == 2


def test_after_an_erasure_a_person_is_in_no_place_and_somebody_else_is_untouched(privacy_desk: PrivacyDesk) -> None:
    rows = everywhere(privacy_desk)
    other, other_lead = privacy_desk.settled(**SOMEBODY_ELSE)
    other_letter = privacy_desk.rejected(**SOMEBODY_ELSE)
    before = privacy_desk.row(other), privacy_desk.row(other_letter)
    edited = next(row for row in rows if row.fields["email"] != EMAIL)
    done = privacy_desk.erase("--salesforce", "--also", edited.submission_id)
    assert done["done"]
    assert done["counts"] == {"rows": len(rows), "dead_letters": 2, **NOTHING, "leads": 2, "tasks": 2}
    assert_nothing_is_left(privacy_desk)
    assert {privacy_desk.row(row).state for row in rows} == {State.ERASED}
    assert (privacy_desk.row(other), privacy_desk.row(other_letter)) == before
    assert other_lead in privacy_desk.live("Lead")
    assert privacy_desk.letters() == [other_letter.submission_id]


def test_what_operators_taught_about_the_address_goes_with_the_person(privacy_desk: PrivacyDesk) -> None:
    """Also where there is no submission any more; a domain is not one person's, and somebody else's entry stays."""
    memory = SpamMemory(lambda: privacy_desk.client, "SpamMemory")
    theirs = taught_key(SECRET, "address", "wilhelmina.k+fiets@kanarie.example")
    others = [taught_key(SECRET, "domain", "kanarie.example"), taught_key(SECRET, "address", "bakker@example.com")]
    memory.teach(dict.fromkeys([theirs, *others], "block"))
    assert privacy_desk.erase()["counts"]["taught_entries"] == 1
    assert memory.taught([theirs, *others]) == dict.fromkeys(others, "block")
    assert privacy_desk.erase()["counts"]["taught_entries"] == 0


def test_nothing_of_a_person_is_logged_or_said(
    privacy_desk: PrivacyDesk, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    everywhere(privacy_desk)
    planned = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce")
    done = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce", "--yes")
    told = privacy_desk.run("privacy", "audit")
    said = capsys.readouterr()
    assert done.exit_code == 0
    assert nothing_of(CANARIES, planned.output, done.output, told.output, said.out, said.err, caplog.text) == []


def test_a_dead_letter_that_somebody_looks_at_is_looked_for_again(privacy_desk: PrivacyDesk) -> None:
    """Their look hides it for three minutes, and it would ring the alarm for weeks. Found by the simulation."""
    privacy_desk.rejected()
    letter = next(privacy_desk.dead_letters.messages())
    first = privacy_desk.erase(exit_code=1)
    assert (first["done"], first["counts"]["dead_letters"]) == (False, 0)
    wait = datetime.fromisoformat(first["letters_hidden_until"]) - datetime.now(UTC)
    assert timedelta(seconds=LOOK_SECONDS) < wait <= timedelta(seconds=2 * LOOK_SECONDS)
    privacy_desk.dead_letters.release(letter)
    last = privacy_desk.erase()
    assert (last["done"], last["counts"]["dead_letters"], privacy_desk.letters()) == (True, 1, [])


def test_a_dead_letter_that_was_lost_is_not_looked_for_for_ever(privacy_desk: PrivacyDesk) -> None:
    privacy_desk.rejected()
    for letter in privacy_desk.dead_letters.messages():
        privacy_desk.dead_letters.delete(letter)
    done = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--yes")
    assert done.exit_code == 1
    assert "Give the same command again after" in " ".join(done.output.split())
    assert privacy_desk.erase()["done"]


def test_an_erased_row_keeps_nothing_but_that_it_was_there(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.rejected()
    privacy_desk.erase()
    [item] = [one for one in privacy_desk.items() if one["submission_id"]["S"] == row.submission_id]
    assert set(item) == {
        "submission_id", "form_id", "form_version", "state", "received_at", "fields", "sources", "person_keys",
        "fingerprint", "spam_reasons", "spam_score", "reason", "attempts", "last_error", "same_error_tries",
        "requeue_count",
        "replay_count", "history", "expires_at",
    }  # fmt: skip
    left = privacy_desk.row(row)
    assert (left.fields, left.fingerprint, left.reason, left.sources.page_url) == ({}, "", "", "")
    [change] = left.history
    assert (change.from_state, change.to_state, change.why) == ("rejected", "erased", "erasure")
    assert left.expires_at is not None
    days = (datetime.fromtimestamp(left.expires_at, UTC) - datetime.now(UTC)).days
    assert days in {29, 30}, "longer than a message can live on both queues"


# --- crashes -----------------------------------------------------------------------------------------------------


class KilledError(BaseException):
    """The process is gone: nothing of the product can catch this."""


WRITES = {"PutItem", "DeleteItem", "DeleteMessage", "ChangeMessageVisibility", "UpdateItem"}


def dies_after(monkeypatch: pytest.MonkeyPatch, deeds: int) -> list[str]:
    """Everything that changes something outside counts; after so many the process is killed. Gives what was done."""
    done: list[str] = []
    call = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    write = Connection.write

    def counted(self: Any, name: str, arguments: Any) -> Any:
        answer = call(self, name, arguments)
        if name in WRITES:
            noted(name)
        return answer

    def written(self: Connection, *arguments: Any, **more: Any) -> Any:
        answer = write(self, *arguments, **more)
        noted("salesforce")
        return answer

    def noted(what: str) -> None:
        done.append(what)
        if len(done) == deeds:
            raise KilledError

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", counted)
    monkeypatch.setattr(Connection, "write", written)
    return done


def a_few(desk: PrivacyDesk) -> list[Submission]:
    """One of each kind that takes a step of its own."""
    settled, lead = desk.settled()
    contact = desk.org.add("Contact", LastName="Elders", Email="elders@example.com")
    desk.task(settled, contact)
    assert lead
    return [settled, desk.rejected(), desk.add(State.QUARANTINED)]


DEEDS = 21
"""Of an erasure of `a_few`: the audit, three rows, letters, locks (one more of what is on the Lead), the org, locks,
the audit."""


@pytest.mark.parametrize("deeds", range(1, DEEDS + 1))
def test_whenever_it_dies_the_same_command_finishes(
    privacy_desk: PrivacyDesk, deeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = a_few(privacy_desk)
    with monkeypatch.context() as patched:
        dies_after(patched, deeds)
        with pytest.raises(KilledError):
            privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce", "--yes")
    # A run that was killed holds the locks of the person until Salesforce has certainly ended its last call.
    privacy_desk.client.delete_table(TableName="PersonLocks")
    privacy_desk.client.create_table(
        TableName="PersonLocks",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "lock_key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "lock_key", "KeyType": "HASH"}],
    )
    done = privacy_desk.erase("--salesforce")
    assert done["done"]
    for row in rows:
        assert privacy_desk.row(row).state is State.ERASED
    assert_nothing_is_left(privacy_desk)
    audit = privacy_desk.json("privacy", "audit")["audit"]
    assert {one["ended"] for one in audit} <= {"done", "by a later one"}
    assert audit[0]["ended"] == "done"


def test_the_crashes_above_are_after_every_step(privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    a_few(privacy_desk)
    with monkeypatch.context() as patched:
        done = dies_after(patched, 1000)
        privacy_desk.erase("--salesforce")
    assert len(done) == DEEDS, done
    assert done.count("salesforce") == 2, "Tasks, then Leads"


def test_a_run_that_was_killed_leaves_its_locks_and_the_next_says_how_long_to_wait(privacy_desk: PrivacyDesk) -> None:
    row, _ = privacy_desk.settled()
    PersonLocks(privacy_desk.client, "PersonLocks").take(keys_to_lock(row.person_keys), holder="dead", heir="dead")
    result = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce", "--yes")
    assert result.exit_code == 1
    assert "twelve minutes at the longest" in result.stderr
    assert privacy_desk.row(row).state is State.ERASED
    assert row.outcome
    assert row.outcome.record_id in privacy_desk.live("Lead")


# --- at the same moment --------------------------------------------------------------------------------------------


def test_a_queued_id_of_an_erased_row_is_acknowledged_and_nothing_comes_of_it(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add(State.RECEIVED)
    privacy_desk.erase(exit_code=1)
    before = privacy_desk.row(row)
    assert privacy_desk.process(row) == 0
    assert privacy_desk.row(row) == before
    assert [lead for lead in privacy_desk.org.records("Lead") if lead["Submission_Id__c"]] == []


def test_a_row_that_is_being_processed_is_erased_and_its_lead_by_the_second_look(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The processor has loaded the row: it writes the Lead after the erasure, and can't settle the row any more."""
    row = privacy_desk.add(State.RECEIVED)
    upsert = type(privacy_desk.org.crm).upsert_leads

    def erased_meanwhile(self: Any, leads: Any) -> Any:
        monkeypatch.setattr(type(privacy_desk.org.crm), "upsert_leads", upsert)
        # Without the org: the processor holds the person's locks, so that step would only wait.
        assert privacy_desk.erase(exit_code=1)["rows"][0]["result"] == "erased"
        return upsert(self, leads)

    monkeypatch.setattr(type(privacy_desk.org.crm), "upsert_leads", erased_meanwhile)
    assert privacy_desk.process(row) == 0
    assert privacy_desk.row(row).state is State.ERASED
    [lead] = [one for one in privacy_desk.org.records("Lead") if one["Submission_Id__c"] == row.submission_id]
    first = privacy_desk.erase("--salesforce", exit_code=1)
    assert (first["leads"], first["done"]) == (1, False)
    assert lead["Id"] not in privacy_desk.live("Lead")
    wait = datetime.fromisoformat(first["look_again_after"]) - datetime.now(UTC)
    assert timedelta(minutes=11) < wait <= CALL_ENDS_AFTER + timedelta(seconds=60)


@pytest.mark.parametrize("happens", ["fails", "is written twice, and the next one is busy"])
def test_an_erasure_that_can_not_take_all_locks_leaves_none(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    """Else each repeat would hear for thirteen minutes that somebody is at it."""
    row, _ = privacy_desk.settled()
    first, second, *_ = keys = keys_to_lock(row.person_keys)
    locks = PersonLocks(privacy_desk.client, "PersonLocks")
    person = {"email": EMAIL, "submission_ids": [row.submission_id]}
    privacy_desk.ask("erase", **person, by="eva")
    put = PersonLocks._put

    def flaky(self: PersonLocks, key: str, *args: Any, **more: Any) -> Any:
        if key == second and happens == "fails":
            raise TransientError("dynamodb:ThrottlingException")
        if key == first and happens != "fails":
            put(self, key, *args, **more)
        return put(self, key, *args, **more)

    if happens != "fails":
        assert locks.take([second], holder="processor", heir="another")
    with monkeypatch.context() as patched:
        patched.setattr(PersonLocks, "_put", flaky)
        answer = privacy_desk.ask("delete", **person)
    assert "error" in answer or answer["delete"]["busy"]
    assert locks.take([key for key in keys if happens == "fails" or key != second], holder="next", heir="next")


def test_while_a_processor_holds_the_person_nothing_is_deleted_in_the_org(privacy_desk: PrivacyDesk) -> None:
    row, lead = privacy_desk.settled()
    locks, keys = PersonLocks(privacy_desk.client, "PersonLocks"), keys_to_lock(row.person_keys)
    assert locks.take(keys, holder="processor", heir="another")
    person = {"email": EMAIL, "submission_ids": [row.submission_id]}
    privacy_desk.ask("erase", **person, by="eva")
    assert privacy_desk.ask("delete", **person)["delete"] == {
        "leads": 0, "tasks": 0, "left": [], "refused": {}, "more": False, "busy": True,
    }  # fmt: skip
    assert lead in privacy_desk.live("Lead")
    locks.release(keys, holder="processor")
    assert privacy_desk.ask("delete", **person)["delete"]["leads"] == 1


def test_who_writes_from_the_address_under_another_name_is_waited_for_too(privacy_desk: PrivacyDesk) -> None:
    """Else their Task is written on the Lead just before it goes, and goes along. Found by reading."""
    row, lead = privacy_desk.settled()
    locks, [address] = PersonLocks(privacy_desk.client, "PersonLocks"), [row.person_keys[0]]
    assert locks.take([address], holder="processor", heir="another")
    privacy_desk.ask("erase", email=EMAIL, submission_ids=[row.submission_id], by="eva")
    for submission_id in (row.submission_id, "of-which-there-is-no-row-any-more"):
        assert privacy_desk.ask("delete", email=EMAIL, submission_ids=[submission_id])["delete"]["busy"]
    assert lead in privacy_desk.live("Lead")


def test_while_a_delete_without_an_answer_may_still_be_done_nobody_is_noted_on_the_lead(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = privacy_desk.settled()
    person = {"email": EMAIL, "submission_ids": [row.submission_id]}
    privacy_desk.ask("erase", **person, by="eva")
    monkeypatch.setattr(PersonRecords, "delete", _unanswered)
    assert "delete" not in privacy_desk.ask("delete", **person)
    locks = PersonLocks(privacy_desk.client, "PersonLocks")
    assert not [key for key in row.person_keys if locks.take([key], holder="processor", heir="another")]


LONG_GONE = "a-submission-of-which-there-is-no-row-any-more"
EVA = {"LastName": "Bakker", "FirstName": "Eva", "Phone": "020-624 1111"}
"""As somebody of sales put it down."""


@pytest.mark.parametrize("theirs", [{"last_name": "Bakker", "first_name": "Ed"}, {"phone": "020 6241111"}])
def test_who_is_known_by_what_stands_on_the_lead_alone_is_waited_for_too(
    privacy_desk: PrivacyDesk, theirs: dict[str, Any]
) -> None:
    """The row has ended, or sales wrote the number: no row's keys tell of them. Found by reading."""
    lead = privacy_desk.org.add("Lead", Company="x", Email=EMAIL, Submission_Id__c=LONG_GONE, **EVA)
    locks = PersonLocks(privacy_desk.client, "PersonLocks")
    keys = [key for key in a_submission("contact", **{"email": "e@x.example"} | theirs).person_keys if key[0] != "e"]
    assert locks.take(keys_to_lock(keys), holder="processor", heir="another")
    assert privacy_desk.ask("delete", email=EMAIL, submission_ids=[LONG_GONE])["delete"]["busy"]
    assert lead in privacy_desk.live("Lead")
    locks.release(keys, holder="processor")
    assert privacy_desk.ask("delete", email=EMAIL, submission_ids=[LONG_GONE])["delete"]["leads"] == 1
    assert locks.take(keys_to_lock(keys), holder="processor", heir="another"), "all were given back"


def test_who_was_noted_before_those_locks_were_taken_keeps_the_lead(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = privacy_desk.org.add("Lead", Company="x", Email=EMAIL, Submission_Id__c=LONG_GONE, **EVA)
    hers = privacy_desk.add(State.UPDATED, last_name="Bakker", email="bakker@example.com")
    look = PersonRecords.look

    def noted_meanwhile(self: PersonRecords, *arguments: Any, **more: Any) -> Any:
        found = look(self, *arguments, **more)
        monkeypatch.setattr(PersonRecords, "look", look)
        privacy_desk.task(hers, lead)
        return found

    monkeypatch.setattr(PersonRecords, "look", noted_meanwhile)
    done = privacy_desk.ask("delete", email=EMAIL, submission_ids=[LONG_GONE])["delete"]
    assert (done["leads"], [one["why"] for one in done["left"]]) == (0, ["newer_submission"] * 2)
    assert lead in privacy_desk.live("Lead")


def _unanswered(*_: Any) -> Any:
    raise UnknownOutcomeError("ReadTimeout")


def test_a_write_in_doubt_that_lands_later_is_deleted_by_the_second_look(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add(State.RECEIVED)
    until = datetime.now(UTC) + timedelta(seconds=600)
    privacy_desk.ledger.note_attempt(row, error="ReadTimeout", due_at=until, counted=True, in_doubt_until=until)
    first = privacy_desk.erase("--salesforce", exit_code=1)
    assert datetime.fromisoformat(first["look_again_after"]) >= until - timedelta(seconds=1)
    lead = privacy_desk.org.add("Lead", LastName="Kanarievogel", Company="x", Submission_Id__c=row.submission_id)
    again = privacy_desk.erase("--salesforce", exit_code=1)
    assert again["leads"] == 1
    assert lead not in privacy_desk.live("Lead")


def test_a_held_pair_that_is_being_decided_is_looked_at_again(privacy_desk: PrivacyDesk) -> None:
    row, _ = privacy_desk.settled()
    privacy_desk.ledger.settle(row, State.HELD, by="processor", now=datetime.now(UTC))
    claim = Claim(run="r", by="eva", decision="merge", until=datetime.now(UTC) + timedelta(minutes=10))
    assert privacy_desk.ledger.claim(privacy_desk.row(row), claim)
    held = privacy_desk.row(row)
    assert privacy_desk.erase("--salesforce", exit_code=1)["look_again_after"]
    assert not privacy_desk.ledger.settle(held, State.UPDATED, by="eva", now=datetime.now(UTC))


def race(desk: PrivacyDesk, row: Submission, deed: Callable[[Submission], bool]) -> Any:
    """The deed comes between the plan and the erasure of the row."""
    seen = desk.row(row)
    happened: list[bool] = []

    def before(order: dict[str, Any]) -> None:
        if order["command"] == "erase" and not happened:
            happened.append(deed(seen))

    desk.function.before = before
    return desk.erase(exit_code=1)


def test_a_replay_at_the_same_moment_wins_nothing(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.rejected()

    def replayed(seen: Submission) -> bool:
        now = datetime.now(UTC)
        return privacy_desk.ledger.reopen(
            seen, person_keys=seen.person_keys, due_at=now, by="eva", now=now, why="replay"
        )

    assert race(privacy_desk, row, replayed)["rows"][0]["result"] == "erased"
    assert privacy_desk.row(row).state is State.ERASED
    assert privacy_desk.process(row) == 0
    assert privacy_desk.row(row).replay_count == 1


def test_a_replay_that_comes_too_late_brings_nothing_back(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.rejected()
    privacy_desk.erase()
    now = datetime.now(UTC)
    assert not privacy_desk.ledger.reopen(row, person_keys=row.person_keys, due_at=now, by="eva", now=now, why="replay")
    assert not privacy_desk.ledger.edit(row, {**row.fields, "phone": ""}, by="eva", now=now)
    assert privacy_desk.row(row).state is State.ERASED


def test_the_sweeper_leaves_erased_rows_alone(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add(State.RECEIVED)
    [summary] = list(privacy_desk.ledger.by_state(State.RECEIVED))
    privacy_desk.erase(exit_code=1)
    assert not privacy_desk.ledger.note_requeue(summary, due_at=datetime.now(UTC))
    queue: Any = None  # it would fail if anything were sent
    swept = requeue_forgotten(ledger=privacy_desk.ledger, queue=queue, now=datetime.now(UTC) + timedelta(days=1))
    assert (swept.waiting, swept.requeued) == (0, 0)
    assert privacy_desk.row(row).state is State.ERASED


def test_what_the_person_sends_during_the_erasure_is_new_and_stays(privacy_desk: PrivacyDesk) -> None:
    """In the ledger, and in the org what came of it: a Lead of its own, or a Task on the Lead that was about to go."""
    old, old_lead = privacy_desk.settled()
    new: list[tuple[Submission, str]] = []

    def arrives(order: dict[str, Any]) -> None:
        if order["command"] == "letters" and not new:
            new.append(privacy_desk.settled())
            note = privacy_desk.add(State.UPDATED)
            new.append((note, privacy_desk.task(note, old_lead)))

    privacy_desk.function.before = arrives
    done = privacy_desk.erase("--salesforce")
    assert privacy_desk.row(old).state is State.ERASED
    for row, _ in new:
        assert privacy_desk.row(row).fields["email"] == EMAIL
    assert {old_lead, new[0][1]} <= privacy_desk.live("Lead")
    assert new[1][1] in privacy_desk.live("Task")
    assert {one["why"] for one in done["left"]} == {"newer_submission"}
    privacy_desk.function.before = lambda _order: None
    assert privacy_desk.erase("--salesforce")["done"]
    assert_nothing_is_left(privacy_desk)


def test_a_row_that_changes_under_its_erasure_is_looked_at_again(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replayed between the look and the write: a processor may have it in hand by now, and that must be told."""
    row = privacy_desk.rejected()
    erase = PersonRows.erase

    def replayed_first(self: PersonRows, seen: Any, left: Submission) -> bool:
        monkeypatch.setattr(PersonRows, "erase", erase)
        now = datetime.now(UTC)
        keys = row.person_keys
        assert privacy_desk.ledger.reopen(row, person_keys=keys, due_at=now, by="eva", now=now, why="replay")
        return erase(self, seen, left)

    monkeypatch.setattr(PersonRows, "erase", replayed_first)
    [done] = privacy_desk.erase(exit_code=1)["rows"]
    assert (done["result"], bool(done["look_again_after"])) == ("erased", True)
    left = privacy_desk.row(row)
    assert (left.state, left.replay_count, left.history[-1].from_state) == (State.ERASED, 1, "received")
