"""The processor's rules: outcomes, duplicates, failures, and a crash between any two steps."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from shared.crm import CALL_ENDS_AFTER, Match
from shared.errors import (
    ConfigurationError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.intake.person_keys import keys_to_lock, phone_key
from shared.intake.receiving import FORGOTTEN_AFTER
from shared.leads import keys_today
from shared.leads.processing import Message
from shared.leads.retrying import (
    BUSY_WAIT,
    FIRST_WAIT,
    LONGEST_BUSY_WAIT,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    MOST_SHORT_LIVED,
    SAME_PERSON_IN_DOUBT,
)
from shared.rejection import Problem, Reason
from shared.submission import State, Submission
from tests.builders import SECRET, Desk, a_submission, message_for
from tests.fakes.stores import KilledError


def test_somebody_new_becomes_a_lead() -> None:
    desk, submission = Desk(), a_submission()
    assert desk.process(submission) == []
    [lead] = desk.crm.leads.values()
    assert (lead["LastName"], lead["Email"], lead["LeadSource"]) == ("de Vries", "sanne@example.com", "Web")
    assert lead["Company"] == "Particulier"
    assert lead["Submission_Id__c"] == submission.submission_id
    assert desk.state(submission) is State.CREATED
    assert desk.row(submission).outcome.record_id == lead["Id"]  # type: ignore[union-attr]


def test_somebody_on_an_open_lead_fills_its_blanks_and_sales_gets_a_task() -> None:
    """What stands on the Lead is never overwritten."""
    desk, submission = Desk(), a_submission(phone="0612345678", company="Bakkerij Jansen")
    lead_id = desk.crm.add_lead(LastName="De Vries", Email="SANNE@example.com", Company="Jansen BV", Phone=None)
    desk.process(submission)
    lead = desk.crm.leads[lead_id]
    assert (lead["Phone"], lead["Company"], lead["LastName"]) == ("+31612345678", "Jansen BV", "De Vries")
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == lead_id
    assert "Hebben jullie bakfietsen?" in task["Description"]
    assert desk.state(submission) is State.UPDATED


def test_a_contact_gets_a_task_for_its_owner_and_no_lead_is_made() -> None:
    desk, submission = Desk(), a_submission()
    contact_id = desk.crm.add_contact(LastName="de Vries", Email="sanne@example.com", OwnerId="005000000000009AAA")
    desk.process(submission)
    [task] = desk.crm.tasks.values()
    assert (task["WhoId"], task["OwnerId"]) == (contact_id, "005000000000009AAA")
    assert not desk.crm.leads
    assert desk.state(submission) is State.ATTACHED


def test_a_task_never_goes_to_a_queue() -> None:
    """Salesforce refuses a queue as the owner of a Task."""
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", OwnerId="00G000000000001AAA")
    desk.process(submission)
    [task] = desk.crm.tasks.values()
    assert "OwnerId" not in task


def test_a_task_of_an_owner_who_left_goes_to_nobody_in_particular() -> None:
    """Salesforce refuses an inactive owner; the customer's message must reach sales all the same."""
    desk, submission = Desk(), a_submission()
    desk.crm.add_contact(LastName="de Vries", Email="sanne@example.com", OwnerId="005000000000009AAA")
    desk.crm.inactive_users.add("005000000000009AAA")
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    assert desk.process(submission) == []
    [task] = desk.crm.tasks.values()
    assert "OwnerId" not in task
    assert desk.state(submission) is State.ATTACHED


def test_the_same_phone_is_the_same_person_only_with_the_same_last_name() -> None:
    desk = Desk()
    desk.crm.add_contact(FirstName="Sanne", LastName="De Vries", Phone="06-21345678", Email="other@example.com")
    same = a_submission(phone="+31 6 21345678", email="new@example.com")
    flatmate = a_submission(phone="+31 6 21345678", email="flat@example.com", first_name="Jan", last_name="Bakker")
    desk.process(same, flatmate)
    assert desk.state(same) is State.ATTACHED
    assert desk.state(flatmate) is State.CREATED


def test_two_submissions_of_one_person_in_one_batch_make_one_lead() -> None:
    desk = Desk()
    first, second = a_submission(), a_submission(phone="0612345678", message="Nog een vraag")
    assert desk.process(first, second) == []
    [lead] = desk.crm.leads.values()
    assert lead["Phone"] == "+31612345678"
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == lead["Id"]
    assert (desk.state(first), desk.state(second)) == (State.CREATED, State.UPDATED)


def test_twenty_submissions_of_one_person_make_one_lead() -> None:
    desk = Desk()
    everybody = [a_submission() for _ in range(20)]
    desk.process(*everybody[:10])
    desk.process(*everybody[10:])
    assert len(desk.crm.leads) == 1
    assert [desk.state(one) for one in everybody] == [State.CREATED] + [State.UPDATED] * 19


def test_a_batch_costs_at_most_three_calls_whatever_is_in_it() -> None:
    desk = Desk()
    desk.crm.add_contact(FirstName="Sanne", LastName="de Vries", Email="vriend@example.com")
    desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email="vijand@example.com")
    people = [a_submission(email=f"new{number}@example.com") for number in range(7)]
    people += [a_submission(email="vriend@example.com"), a_submission(email="vijand@example.com"), a_submission()]
    desk.process(*people)
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes"]


def test_a_batch_of_new_people_costs_two_calls() -> None:
    desk = Desk()
    desk.process(a_submission())
    assert desk.crm.calls == ["look_up", "upsert_leads"]


def test_a_redelivered_message_of_a_settled_submission_does_nothing() -> None:
    desk, submission = Desk(), a_submission()
    desk.process(submission)
    calls = list(desk.crm.calls)
    assert desk.process(submission) == []
    assert desk.crm.calls == calls
    assert len(desk.row(submission).history) == 2


def test_killed_between_salesforce_and_ledger_then_redelivered_makes_one_lead() -> None:
    """The second run finds the Lead under the submission's id and settles the row as created, without a Task."""
    desk, submission = Desk(), a_submission()
    desk.ledger.crash_before_settle = True
    with pytest.raises(KilledError):
        desk.process(submission)
    assert len(desk.crm.leads) == 1
    desk.ledger.crash_before_settle = False
    assert desk.process(submission) == []
    assert len(desk.crm.leads) == 1
    assert not desk.crm.tasks
    assert desk.state(submission) is State.CREATED


def _lead_of_before(desk: Desk, submission: Submission, before: timedelta) -> str:
    """Of an earlier submission under the same key, whose row has ended; or of this one, by Salesforce's clock."""
    created = f"{(submission.received_at - before):%Y-%m-%dT%H:%M:%S}.000+0000"
    return desk.crm.add_lead(LastName="Jansen", Submission_Id__c=submission.submission_id, CreatedDate=created)


def test_a_lead_from_before_its_submission_is_another_s_under_the_same_key() -> None:
    """Else these answers would stand nowhere: the row says `created`, and the Lead has somebody else's."""
    desk, submission = Desk(), a_submission()
    lead_id = _lead_of_before(desk, submission, timedelta(days=31))
    lead = dict(desk.crm.leads[lead_id])
    assert desk.process(submission) == []
    row = desk.row(submission)
    assert (row.state, row.reason) == (State.REJECTED, Reason.KEY_USED_BEFORE)
    assert row.rejection
    assert row.rejection.problems == (Problem(code="key_used_before", detail=lead_id),)
    assert list(desk.crm.leads.values()) == [lead]
    assert not desk.crm.tasks
    assert [letter["reason"] for letter in desk.dead_letters.letters] == ["key_used_before"]


def test_a_lead_that_was_merged_into_an_older_one_is_still_one_s_own() -> None:
    """The older one took its id over; the one that went is of after the receipt."""
    desk, submission = Desk(), a_submission()
    older = _lead_of_before(desk, submission, timedelta(days=90))
    merged = _lead_of_before(desk, submission, timedelta(0))
    desk.crm.leads[merged] |= {"IsDeleted": True, "MasterRecordId": older}
    desk.process(submission)
    outcome = desk.row(submission).outcome
    assert desk.state(submission) is State.CREATED
    assert outcome
    assert outcome.record_id == older


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_task_from_before_its_submission_is_another_s_whatever_else_is_in_the_batch(*, is_refused: bool) -> None:
    """An older one in the batch has the look-up go back further."""
    desk, submission = Desk(), a_submission(email="nope" if is_refused else "sanne@example.com")
    contact = desk.crm.add_contact(LastName="Jansen", Email="jansen@example.com")
    long_ago = f"{(submission.received_at - timedelta(days=400)):%Y-%m-%dT%H:%M:%S}.000+0000"
    desk.crm.tasks["00T1"] = {
        "Id": "00T1", "WhoId": contact, "Submission_Id__c": submission.submission_id, "CreatedDate": long_ago,
    }  # fmt: skip
    desk.process(submission)
    assert desk.state(submission) is (State.REJECTED if is_refused else State.CREATED)


def test_salesforce_s_clock_may_be_behind() -> None:
    desk, submission = Desk(), a_submission()
    _lead_of_before(desk, submission, timedelta(minutes=30))
    desk.process(submission)
    assert desk.state(submission) is State.CREATED


def test_killed_after_the_task_then_redelivered_makes_one_task() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.add_contact(LastName="de Vries", Email="sanne@example.com")
    desk.ledger.crash_before_settle = True
    with pytest.raises(KilledError):
        desk.process(submission)
    desk.ledger.crash_before_settle = False
    desk.process(submission)
    assert len(desk.crm.tasks) == 1
    assert desk.state(submission) is State.ATTACHED


def test_a_task_that_was_written_keeps_its_target_even_when_the_blanks_failed() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", FirstName="S.")
    desk.crm.refuses["de Vries"] = TransientError("UNABLE_TO_LOCK_ROW")
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    desk.crm.refuses.clear()
    desk.process(submission)
    assert len(desk.crm.tasks) == 1
    assert desk.crm.leads[lead_id]["Phone"] == "+31612345678"
    assert desk.state(submission) is State.UPDATED


def test_fields_that_are_wrong_reach_the_dead_letter_queue_all_of_them() -> None:
    desk, submission = Desk(), a_submission(email="no address", last_name="")
    assert desk.process(submission) == []
    [letter] = desk.dead_letters.letters
    assert letter["reason"] == Reason.VALIDATION_FAILED
    assert desk.state(submission) is State.REJECTED
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert {(problem.field, problem.code) for problem in rejection.problems} == {
        ("email", "invalid_email"),
        ("last_name", "required"),
    }
    assert desk.crm.calls == ["look_up"], "whether an earlier try, under another version of the form, wrote something"


@pytest.mark.parametrize("known", [False, True])
def test_an_answer_to_another_version_of_the_form_reaches_sales(known: bool) -> None:
    """Seen for as long as a deployment takes: the intake hears the new version, the processor still has the old one."""
    desk, submission = Desk(), a_submission(shop="Utrecht").model_copy(update={"form_version": "2"})
    if known:
        desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.process(submission)
    [told] = (desk.crm.tasks if known else desk.crm.leads).values()
    assert "shop: Utrecht" in told["Description"]
    assert desk.state(submission) is (State.UPDATED if known else State.CREATED)


def test_what_salesforce_rejects_is_named_and_the_others_of_the_batch_go_on() -> None:
    desk = Desk()
    good, bad = a_submission(email="good@example.com", last_name="Good"), a_submission(last_name="Bad")
    desk.crm.refuses["Bad"] = PermanentError(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION", detail="Company is on the list.", fields=("Company",)
    )
    assert desk.process(good, bad) == []
    assert (desk.state(good), desk.state(bad)) == (State.CREATED, State.REJECTED)
    rejection = desk.row(bad).rejection
    assert rejection is not None
    assert rejection.reason is Reason.SALESFORCE_REJECTED
    assert (rejection.problems[0].code, rejection.problems[0].field) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Company")


def test_the_dead_letter_is_sent_before_the_row_says_rejected() -> None:
    """The other way round a crash in between would leave a rejection that nobody hears of."""
    desk, submission = Desk(), a_submission(email="no address")
    desk.dead_letters.down = True
    assert [retry.delay for retry in desk.process(submission)] == [FIRST_WAIT]
    assert desk.state(submission) is State.RECEIVED
    desk.dead_letters.down = False
    desk.process(submission)
    assert desk.state(submission) is State.REJECTED
    assert len(desk.dead_letters.letters) == 1


def test_a_submission_to_a_form_that_is_gone_is_rejected_by_name() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"form_id": "gone"})
    desk.process(submission)
    assert desk.row(submission).reason == Reason.UNKNOWN_FORM


def test_one_person_who_cannot_be_written_now_holds_up_nobody_else() -> None:
    desk = Desk()
    locked = a_submission(last_name="Locked", email="locked@example.com")
    other = a_submission(last_name="Other", email="other@example.com")
    desk.crm.refuses["Locked"] = TransientError("SERVER_UNAVAILABLE")
    [retry] = desk.process(locked, other)
    assert retry.message.message_id == message_for(locked).message_id
    assert desk.state(other) is State.CREATED


def test_later_messages_of_a_failed_message_s_group_come_back_too() -> None:
    """SQS FIFO: acknowledging a later one would let it overtake."""
    desk = Desk()
    desk.crm.fails["look_up"] = TransientError("http_503")
    first, second = a_submission(), a_submission()
    assert [retry.message.message_id for retry in desk.process(first, second)] == [
        message_for(first).message_id,
        message_for(second).message_id,
    ]


def test_waits_grow_and_end_at_an_hour() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.fails["look_up"] = TransientError("http_503")
    delays = [desk.process(submission)[0].delay for _ in range(12)]
    assert delays[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert delays[-1] == LONGEST_WAIT
    assert desk.row(submission).attempts == 12


def test_a_waiting_row_is_not_due_before_its_message_comes_back() -> None:
    """Else the requeue function would queue copies of everything that waits for Salesforce."""
    desk, submission = Desk(), a_submission()
    desk.crm.fails["look_up"] = TransientError("http_503")
    [retry] = desk.process(submission)
    due_at = desk.row(submission).due_at
    assert due_at is not None
    assert due_at > desk.now + timedelta(seconds=retry.delay)


def test_the_last_try_rejects_with_the_last_error() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.fails["upsert_leads"] = TransientError("http_503")
    assert desk.process(submission) == []
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert (rejection.reason, rejection.problems[0].code) == (Reason.RETRIES_EXHAUSTED, "http_503")


def test_a_configuration_error_rejects_nothing_and_uses_up_no_try() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.fails["look_up"] = ConfigurationError("invalid_client")
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    assert desk.row(submission).attempts == MAX_ATTEMPTS - 1
    assert not desk.dead_letters.letters


def test_waits_for_a_mended_configuration_grow_too() -> None:
    """At 30 s each, SQS would run out of its 500 deliveries in four hours and dead-letter everybody."""
    desk, submission = Desk(), a_submission()
    desk.crm.fails["look_up"] = ConfigurationError("invalid_client")
    delays = [desk.process(submission)[0].delay for _ in range(12)]
    assert delays[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert delays[-1] == LONGEST_WAIT


def test_a_first_hiccup_waits_shortly_however_often_the_person_was_busy_before() -> None:
    """Eight deliveries at a minute each while another write was in doubt would else make it an hour."""
    desk, submission = Desk(), a_submission()
    desk.deliveries[submission.submission_id] = 8
    desk.crm.fails["look_up"] = TransientError("http_503")
    assert [desk.process(submission)[0].delay for _ in range(3)] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]


def test_a_try_that_the_ledger_does_not_hear_of_waits_as_long_as_its_deliveries_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else each would count as the first one, and SQS run out of deliveries."""
    desk, submission = Desk(), a_submission()
    desk.deliveries[submission.submission_id] = 8
    desk.crm.fails["look_up"] = TransientError("http_503")

    def note_attempt(*_: object, **__: object) -> None:
        raise TransientError("throttled")

    monkeypatch.setattr(desk.ledger, "note_attempt", note_attempt)
    assert desk.process(submission)[0].delay == LONGEST_WAIT


def test_one_person_s_data_that_breaks_the_call_holds_up_nobody_else() -> None:
    desk = Desk()
    bad = a_submission(last_name="Bad", email="bad@example.com")
    others = [a_submission(email=f"good{number}@example.com", last_name="Good") for number in range(3)]
    desk.crm.breaks_the_call.add("Bad")
    assert desk.process(others[0], bad, *others[1:]) == []
    assert [desk.state(one) for one in others] == [State.CREATED] * 3
    assert desk.row(bad).reason == Reason.SALESFORCE_REJECTED


def test_one_by_one_ends_when_salesforce_stops_answering() -> None:
    """Ten time-outs of ten seconds are more than the function's minute: it would be killed, again and again."""
    desk = Desk()
    desk.crm.fails_in_turn["look_up"] = [RefusedCallError("look_up_too_wide"), UnknownOutcomeError("ReadTimeout")]
    people = [a_submission(email=f"p{number}@example.com") for number in range(10)]
    assert len(desk.process(*people)) == 10
    assert desk.crm.calls == ["look_up", "look_up"]
    assert {desk.state(one) for one in people} == {State.RECEIVED}


def test_while_a_write_is_in_doubt_nobody_with_the_same_phone_is_processed() -> None:
    """The connection broke, Salesforce goes on: looking now would find nobody, and create a second Lead."""
    desk = Desk()
    first = a_submission(phone="0621345678")
    second = a_submission(phone="0621345678", email="other@example.com")
    desk.crm.fails["upsert_leads"] = UnknownOutcomeError("ReadTimeout")
    desk.process(first)
    desk.crm.fails.clear()
    assert [retry.delay for retry in desk.process(second)] == [BUSY_WAIT]
    lead = {"FirstName": "Sanne", "LastName": "de Vries", "Phone": "+31621345678"}
    desk.crm.add_lead(**lead, Submission_Id__c=first.submission_id)
    desk.process(first)
    the_lease_ends(desk)
    desk.process(second)
    assert len(desk.crm.leads) == 1
    assert (desk.state(first), desk.state(second)) == (State.CREATED, State.UPDATED)


def test_an_error_that_a_new_look_up_should_mend_and_does_not_is_a_rejection_soon() -> None:
    """A unique field of the org's own, for example: an operator must hear of it today, not in two weeks."""
    desk, submission = Desk(), a_submission(last_name="Twice")
    desk.crm.refuses["Twice"] = TransientError("DUPLICATE_VALUE")
    for _ in range(MOST_SHORT_LIVED):
        desk.process(submission)
    assert desk.row(submission).reason == Reason.SALESFORCE_REJECTED


@pytest.mark.parametrize(
    ("first", "second"), [("jan+shop@example.com", "jan@example.com"), ("jan@gmail.com", "jan@googlemail.com")]
)
def test_one_mailbox_is_one_person_whether_or_not_in_one_batch(first: str, second: str) -> None:
    desk = Desk()
    desk.process(a_submission(email=first))
    desk.process(a_submission(email=second))
    assert len(desk.crm.leads) == 1


def test_a_family_s_phone_does_not_give_the_father_his_daughter_s_address() -> None:
    desk = Desk()
    father = desk.crm.add_lead(FirstName="Kees", LastName="de Vries", Phone="+31301234567")
    daughter = a_submission(first_name="Sanne", phone="030-1234567")
    desk.process(daughter)
    assert "Email" not in desk.crm.leads[father]
    assert desk.state(daughter) is State.CREATED


def test_leads_written_before_a_call_failed_are_settled() -> None:
    desk = Desk()
    desk.crm.add_contact(FirstName="Sanne", LastName="de Vries", Email="known@example.com")
    new, known = a_submission(), a_submission(email="known@example.com")
    desk.crm.fails["write_notes"] = TransientError("ReadTimeout")
    [retry] = desk.process(new, known)
    assert retry.message.message_id == message_for(known).message_id
    assert (desk.state(new), desk.state(known)) == (State.CREATED, State.RECEIVED)


def test_a_submission_whose_batch_mate_s_lead_failed_is_tried_again_on_its_own() -> None:
    desk = Desk()
    first, second = a_submission(last_name="Bad"), a_submission(last_name="Bad-Good")
    desk.crm.refuses["Bad"] = PermanentError("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    desk.process(first, second)
    assert (desk.state(first), desk.state(second)) == (State.REJECTED, State.RECEIVED)
    desk.process(second)
    assert desk.state(second) is State.CREATED


def test_a_person_in_another_worker_s_hands_waits_a_moment() -> None:
    """One phone, two e-mail addresses: two message groups, so only the lock keeps the two workers apart."""
    desk, submission = Desk(), a_submission(phone="0612345678")
    desk.locks.holders[submission.person_keys[1]] = "another run"
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    assert not desk.crm.calls
    desk.locks.holders.clear()
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert not desk.locks.holders


def test_locks_are_given_back_when_salesforce_fails() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    desk.crm.fails["look_up"] = TransientError("http_503")
    desk.process(submission)
    assert not desk.locks.holders


@pytest.mark.parametrize("body", ["", "null", "[]", "{", '{"submission_id": 3}', '{"submission_id": "unknown"}'])
def test_a_message_without_a_row_is_acknowledged(body: str) -> None:
    """It was erased, or is not ours: there is nothing that could be kept."""
    desk = Desk()
    assert desk.deliver(Message("m", "h", "g", body)) == []


def test_a_row_discarded_meanwhile_stays_discarded() -> None:
    desk, submission = Desk(), a_submission()
    desk.ledger.rows[submission.submission_id] = submission.model_copy(update={"state": State.DISCARDED})
    assert desk.process(submission) == []
    assert desk.state(submission) is State.DISCARDED
    assert not desk.crm.calls


def test_a_ledger_that_cannot_be_read_fails_the_batch_as_a_whole() -> None:
    desk, submission = Desk(), a_submission()
    desk.ledger.rows[submission.submission_id] = submission
    desk.ledger.fails_next = TransientError("dynamodb:ThrottlingException")
    with pytest.raises(TransientError):
        desk.deliver(message_for(submission))


# --- writes without an answer ----------------------------------------------------------------------------------------


def test_a_task_without_an_answer_is_not_written_again_before_salesforce_has_certainly_ended() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.fails["write_notes"] = UnknownOutcomeError("ReadTimeout", repeatable=False)
    [retry] = desk.process(submission)
    assert retry.delay >= CALL_ENDS_AFTER.total_seconds()
    assert desk.row(submission).due_at == desk.now + CALL_ENDS_AFTER + FORGOTTEN_AFTER


def test_a_task_in_doubt_is_not_tried_sooner_though_its_message_comes_sooner() -> None:
    """A second delivery of the same batch may tell the queue a shorter wait. Found by the simulation."""
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.fails_in_turn["write_notes"] = [UnknownOutcomeError("ReadTimeout", repeatable=False)]
    desk.process(submission)
    desk.now += timedelta(seconds=100)
    [retry] = desk.process(submission)
    assert (desk.crm.calls.count("write_notes"), retry.delay) == (1, CALL_ENDS_AFTER.total_seconds() - 100 + 1)
    assert set(keys_to_lock(submission.person_keys)) <= set(desk.locks.holders), "nobody else looks up that person"
    desk.now += timedelta(seconds=retry.delay)
    assert desk.process(submission) == []
    assert len(desk.crm.tasks) == 1


def test_what_another_worker_settled_before_the_lock_was_free_is_not_written_again() -> None:
    """Both had read the row before. Found by the simulation."""
    desk, submission = Desk(), a_submission()
    take = desk.locks.take

    def taken(keys: Iterable[str], *, holder: str, heir: str) -> bool:
        desk.locks.take = take  # type: ignore[method-assign]
        desk.process(submission)
        desk.crm.calls.clear()
        return take(keys, holder=holder, heir=heir)

    desk.locks.take = taken  # type: ignore[method-assign]
    assert desk.process(submission) == []
    assert desk.crm.calls == []


def test_a_row_that_can_not_be_read_again_keeps_a_doubt_locked() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    read = desk.ledger.get_many

    def once(submission_ids: Iterable[str]) -> dict[str, Submission]:
        desk.ledger.get_many = _unreadable  # type: ignore[method-assign]
        return read(submission_ids)

    desk.ledger.get_many = once  # type: ignore[method-assign]
    assert len(desk.process(submission)) == 1
    assert set(keys_to_lock(submission.person_keys)) <= set(desk.locks.holders)


def test_a_lock_that_can_not_be_taken_leaves_the_doubts_of_its_batch_locked() -> None:
    """Else somebody with the same phone is created, and then the doubtful write lands. Found by the simulation."""
    desk, doubtful, other = Desk(), a_submission(phone="0621345678"), a_submission(email="other@example.com")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(doubtful)
    take = desk.locks.take

    def all_but_the_other(keys: Iterable[str], *, holder: str, heir: str) -> bool:
        if heir == other.submission_id:
            raise TransientError("dynamodb:InternalServerError")
        return take(keys, holder=holder, heir=heir)

    desk.locks.take = all_but_the_other  # type: ignore[method-assign]
    assert len(desk.process(doubtful, other)) == 2
    desk.locks.take = take  # type: ignore[method-assign]
    namesake = a_submission(phone="0621345678", email="third@example.com")
    assert [retry.delay for retry in desk.process(namesake)] == [BUSY_WAIT]
    assert desk.process(doubtful) == [], "its own next try goes on"


def test_a_person_stays_locked_while_a_first_write_may_land_behind_the_second() -> None:
    """Else a newer number is written in between, and the first write puts the old one back. Found by reading."""
    desk, submission, later = Desk(), a_submission(), a_submission(phone="0621345678")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED
    assert desk.locks.holders == dict.fromkeys(submission.person_keys, submission.submission_id)
    assert desk.locks.kept_until == {submission.submission_id: desk.row(submission).in_doubt_until}
    assert [retry.delay for retry in desk.process(later)] == [BUSY_WAIT]
    the_lease_ends(desk)
    assert desk.process(later) == []


def test_in_one_batch_too_nothing_newer_is_written_while_a_first_write_may_land() -> None:
    desk, submission, later, last = Desk(), a_submission(), a_submission(phone="0621345678"), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    by_phone = a_submission(phone="0621345678", email="other@example.com", first_name="Bram", last_name="Jansen")
    assert len(desk.process(submission, later, by_phone)) == 2
    assert (desk.state(submission), desk.state(later)) == (State.CREATED, State.RECEIVED)
    assert desk.state(by_phone) is State.RECEIVED, "who shares a key with one who waits does not overtake"
    assert (desk.row(later).attempts, desk.row(later).last_error) == (0, SAME_PERSON_IN_DOUBT), "it was not tried"
    the_lease_ends(desk)
    assert desk.process(later, last) == []


def test_whoever_appears_while_the_own_first_write_may_land_is_told_nothing_yet() -> None:
    """Sales typed the same person in. A Task on theirs, and the write that lands behind it: two Leads."""
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    lead = {"FirstName": "Sanne", "LastName": "de Vries", "Email": str(submission.fields["email"])}
    desk.crm.add_lead(**lead)
    assert len(desk.process(submission)) == 1
    assert not desk.crm.tasks
    assert (desk.row(submission).attempts, desk.row(submission).last_error) == (1, "ReadTimeout"), "it was not tried"
    own = desk.crm.add_lead(**lead, Submission_Id__c=submission.submission_id)
    assert desk.process(submission) == []
    outcome = desk.row(submission).outcome
    assert outcome is not None
    assert (desk.state(submission), outcome.record_id) == (State.CREATED, own)


def test_once_the_own_first_write_has_ended_whoever_appeared_is_told() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email=str(submission.fields["email"]))
    the_lease_ends(desk)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.UPDATED


def test_whom_an_org_rule_finds_while_the_own_first_write_may_land_is_told_nothing_yet() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    other = desk.crm.add_lead(FirstName="Sanne", LastName="de Vries")
    desk.crm.rules["de Vries"] = (Match(other, 90.0, "same_name"),)
    assert len(desk.process(submission)) == 1
    assert not desk.crm.tasks
    the_lease_ends(desk)
    assert desk.process(submission) == []
    assert len(desk.crm.tasks) == 1


def test_a_number_that_this_release_takes_for_the_phone_is_locked_though_the_intake_s_did_not() -> None:
    """Two forms of one release and the next: matched by the number, they must wait for each other by it, too."""
    desk, submission = Desk(), a_submission(phone="0621345678")
    number = phone_key(SECRET, "+31621345678")
    before = [key for key in submission.person_keys if key != number]
    assert len(before) == len(submission.person_keys) - 1
    submission = submission.model_copy(update={"person_keys": tuple(before)})
    desk.locks.holders[number] = "another run"
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    del desk.locks.holders[number]
    assert desk.process(submission) == []
    assert not desk.locks.holders


def test_a_number_of_this_release_is_in_doubt_for_its_batch_too() -> None:
    """Both are the same run's; nobody else's lock keeps them apart."""
    desk, submission = Desk(), a_submission(phone="0621345678")
    later = a_submission(phone="0621345678", email="other@example.com", first_name="Bram", last_name="Jansen")
    number = phone_key(SECRET, "+31621345678")
    submission, later = (
        one.model_copy(update={"person_keys": tuple(key for key in one.person_keys if key != number)})
        for one in (submission, later)
    )
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    assert len(desk.process(submission, later)) == 1
    assert desk.row(later).last_error == SAME_PERSON_IN_DOUBT


def test_keys_of_this_release_come_behind_those_that_the_queue_knows() -> None:
    """The first is the group of the submission's messages, and of its dead letter."""
    desk, submission = Desk(), a_submission(phone="0621345678", message="")
    submission = submission.model_copy(update={"person_keys": ("n.before",)})
    desk.process(submission)
    assert [letter["group"] for letter in desk.dead_letters.letters] == ["n.before"]


@pytest.mark.parametrize("form_id", ["gone", "contact"])
def test_answers_that_give_no_keys_leave_the_stored_ones(form_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, submission = Desk(), a_submission()
    submission = submission.model_copy(update={"form_id": form_id})

    def odd(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(keys_today, "check", odd)
    assert desk.process(submission) == []
    assert desk.state(submission) is (State.CREATED if form_id == "contact" else State.REJECTED)
    assert not desk.locks.holders


def test_without_the_secret_of_the_keys_nothing_is_done() -> None:
    desk, submission = Desk(), a_submission()
    desk.fails_secret = TransientError("secretsmanager:ThrottlingException")
    with pytest.raises(TransientError):
        desk.process(submission)
    assert not desk.crm.calls
    assert not desk.locks.holders


def test_whoever_waits_for_a_doubt_is_tried_within_a_minute_after_it() -> None:
    """However often the message came before: waiting for a doubt of minutes is no reason for an hour."""
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email=str(submission.fields["email"]))
    desk.deliveries[submission.submission_id] = 20
    assert [retry.delay for retry in desk.process(submission)] == [LONGEST_BUSY_WAIT]
    due_at = desk.row(submission).due_at
    assert due_at is not None
    assert due_at - desk.now > CALL_ENDS_AFTER, "its message may wait for another of its group: nobody forgot it"


def test_of_a_batch_whose_leads_got_no_answer_only_those_are_in_doubt() -> None:
    """For who is known nothing was sent: sales hear of them at the next try, not after eleven minutes."""
    desk, new, known = (
        Desk(),
        a_submission(first_name="Bram", last_name="Jansen", email="b@example.com"),
        a_submission(),
    )
    desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email=str(known.fields["email"]))
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    assert len(desk.process(new, known)) == 2
    assert (desk.row(new).in_doubt_until, desk.row(known).in_doubt_until) == (desk.now + CALL_ENDS_AFTER, None)
    assert desk.process(known) == []
    assert desk.state(known) is State.UPDATED


def test_a_row_knows_all_keys_that_its_lead_is_found_by() -> None:
    """An erasure locks them while it deletes the Lead: nobody shall be noted on it meanwhile."""
    desk, submission = Desk(), a_submission(phone="0621345678")
    number = phone_key(SECRET, "+31621345678")
    stored = tuple(key for key in submission.person_keys if key != number)
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    for state in (State.RECEIVED, State.CREATED):
        desk.process(submission.model_copy(update={"person_keys": stored}))
        assert (desk.state(submission), desk.row(submission).person_keys) == (state, (*stored, number))


def test_an_erased_one_stays_locked_while_a_write_of_it_may_land() -> None:
    desk, submission, later = Desk(), a_submission(), a_submission(first_name="", last_name="de Vreis")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    take = desk.locks.take

    def erased_meanwhile(keys: Iterable[str], *, holder: str, heir: str) -> bool:
        desk.locks.take = take  # type: ignore[method-assign]
        desk.ledger.rows[submission.submission_id] = desk.row(submission).model_copy(update={"state": State.ERASED})
        return take(keys, holder=holder, heir=heir)

    desk.locks.take = erased_meanwhile  # type: ignore[method-assign]
    assert desk.process(submission) == []
    assert [retry.delay for retry in desk.process(later)] == [BUSY_WAIT]


def test_keys_that_can_not_be_given_back_are_no_reason_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, submission = Desk(), a_submission()

    def fails(keys: Iterable[str], *, holder: str) -> None:
        raise TransientError("dynamodb:ThrottlingException")

    monkeypatch.setattr(desk.locks, "release", fails)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED
    assert len(desk.locks.holders) == len(submission.person_keys), "until the lease ends"


def test_what_another_worker_settled_meanwhile_stays_locked_while_its_first_write_may_land() -> None:
    desk, submission, later = Desk(), a_submission(), a_submission(phone="0621345678")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    take = desk.locks.take

    def taken(keys: Iterable[str], *, holder: str, heir: str) -> bool:
        desk.locks.take = take  # type: ignore[method-assign]
        desk.process(submission)
        return take(keys, holder=holder, heir=heir)

    desk.locks.take = taken  # type: ignore[method-assign]
    [retry] = desk.process(submission, later)
    assert retry.message == message_for(later)
    assert desk.state(later) is State.RECEIVED
    assert set(desk.locks.holders.values()) == {submission.submission_id}


def test_what_a_killed_run_had_in_hand_is_not_overtaken_by_the_same_address_with_another_name() -> None:
    """Names share no key where one is blank or mistyped. Found by reading."""
    desk, first, second = Desk(), a_submission(), a_submission(first_name="", last_name="de Vreis")
    assert not set(first.person_keys[1:]) & set(second.person_keys)
    desk.locks.holders |= dict.fromkeys(first.person_keys, "a run that was killed")
    for batch in ((first, second), (second,)):
        assert len(desk.process(*batch)) == len(batch)
    assert not desk.crm.calls


def test_nobody_overtakes_an_earlier_one_of_their_person_whose_other_key_is_taken() -> None:
    desk, first, second = Desk(), a_submission(phone="0621345678"), a_submission()
    [phone] = [key for key in first.person_keys if key.startswith("p.")]
    desk.locks.holders[phone] = "another worker"
    stranger = a_submission(first_name="Bram", last_name="Jansen", email="bram@example.com")
    assert len(desk.process(first, second, stranger)) == 2
    assert (desk.state(first), desk.state(second), desk.state(stranger)) == (
        State.RECEIVED,
        State.RECEIVED,
        State.CREATED,
    )


def test_an_address_alone_is_locked_too() -> None:
    desk, submission = Desk(), a_submission()
    alone = submission.model_copy(update={"person_keys": submission.person_keys[:1]})
    desk.locks.holders[alone.person_keys[0]] = "another worker with the same batch"
    assert [retry.delay for retry in desk.process(alone)] == [BUSY_WAIT]


def the_lease_ends(desk: Desk) -> None:
    desk.now += CALL_ENDS_AFTER
    desk.locks.holders.clear()


def _unreadable(submission_ids: Iterable[str]) -> dict[str, Submission]:
    raise TransientError("dynamodb:ThrottlingException")


def test_a_write_in_doubt_keeps_its_person_locked_through_a_try_that_fails_in_another_way() -> None:
    """The second try's look-up meets a 503; the first try's Lead may still land, so nobody else may create it."""
    desk = Desk()
    first = a_submission(phone="0612345678", email="een@example.com")
    desk.crm.fails["upsert_leads"] = UnknownOutcomeError("ReadTimeout")
    desk.process(first)
    desk.crm.fails = {"look_up": TransientError("http_503")}
    desk.process(first)
    desk.crm.fails.clear()
    other = a_submission(phone="0612345678", email="twee@example.com")
    assert len(desk.process(other)) == 1
    assert desk.crm.leads == {}
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    desk.crm.fails = {"look_up": TransientError("http_503")}
    desk.process(first)
    desk.crm.fails.clear()
    assert desk.process(other) == [], "eleven minutes later the write has certainly ended"


def test_tries_that_failed_in_another_way_do_not_count_against_a_new_look_up() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MOST_SHORT_LIVED, "last_error": "http_503"})
    desk.crm.refuses["de Vries"] = TransientError("DUPLICATE_VALUE")
    desk.process(submission)
    assert desk.state(submission) is State.RECEIVED
    desk.crm.refuses.clear()
    desk.process(submission)
    assert desk.state(submission) is State.CREATED


def test_who_was_kept_waiting_was_not_tried_with_their_last_error_again() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.refuses["de Vries"] = TransientError("DUPLICATE_VALUE")
    desk.process(submission)
    for _ in range(MOST_SHORT_LIVED):
        row = desk.row(submission)
        desk.ledger.note_attempt(row, error=row.last_error, due_at=desk.now, counted=False, in_doubt_until=None)
    desk.process(submission)
    assert (desk.state(submission), desk.row(submission).tries_with("DUPLICATE_VALUE")) == (State.RECEIVED, 2)


def test_a_group_waits_as_long_as_the_one_of_it_that_must_wait_longest() -> None:
    """The first's Task is in doubt, so the second is not tried; it must not come back before the first."""
    desk, in_doubt, second = Desk(), a_submission(), a_submission(phone="0612345678")
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.fails["write_notes"] = UnknownOutcomeError("ReadTimeout", repeatable=False)
    desk.process(in_doubt)
    desk.crm.calls.clear()
    first, behind = desk.process(in_doubt, second)
    assert desk.crm.calls == []
    assert behind.delay == first.delay >= CALL_ENDS_AFTER.total_seconds()


def ledger_fails_next(desk: Desk) -> None:
    desk.ledger.fails_next = TransientError("dynamodb:Throttling")


def test_a_task_in_doubt_waits_its_time_though_the_ledger_can_not_be_told() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.before["write_notes"] = lambda: ledger_fails_next(desk)
    desk.crm.fails["write_notes"] = UnknownOutcomeError("ReadTimeout", repeatable=False)
    [retry] = desk.process(submission)
    assert retry.delay >= CALL_ENDS_AFTER.total_seconds()


def test_nobody_tries_a_task_in_doubt_of_which_the_ledger_could_not_be_told() -> None:
    """A second delivery of the same batch finds the person locked for as long as the first one's Task may land."""
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.before["write_notes"] = lambda: ledger_fails_next(desk)
    desk.crm.fails_in_turn["write_notes"] = [UnknownOutcomeError("ReadTimeout", repeatable=False)]
    desk.process(submission)
    desk.now += timedelta(seconds=100)
    [retry] = desk.process(submission)
    assert (desk.crm.calls.count("write_notes"), retry.delay) == (1, 2 * BUSY_WAIT)
    assert submission.submission_id not in desk.locks.holders.values(), "not handed over: its own next try waits, too"


# --- people who have nothing in common but a name --------------------------------------------------------------------


def namesake(number: int) -> Submission:
    """Everybody has an address of their own; initial and last name are the same."""
    return a_submission(email=f"sanne{number}@example.com")


def test_a_namesake_in_another_worker_s_hands_waits_a_moment() -> None:
    """The matcher knows people by name with place or company too: two workers must not both look and both create."""
    desk, submission = Desk(), namesake(1)
    desk.locks.holders[namesake(2).person_keys[-1]] = "another run"
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    assert not desk.crm.calls
    desk.locks.holders.clear()
    assert desk.process(submission) == []
    assert not desk.locks.holders


def test_twenty_namesakes_at_once_are_all_processed() -> None:
    """The second worker's ten come while the first's are under way."""
    desk = Desk()
    first, second = [namesake(n) for n in range(10)], [namesake(n) for n in range(10, 20)]
    delays: list[int] = []

    def meanwhile() -> None:
        desk.crm.before.clear()
        delays.extend(retry.delay for retry in desk.process(*second))

    desk.crm.before["look_up"] = meanwhile
    assert desk.process(*first) == []
    assert delays == [BUSY_WAIT] * 10
    assert desk.process(*second) == []
    assert {desk.state(one) for one in (*first, *second)} == {State.CREATED}
    assert len(desk.crm.leads) == 20
    assert not desk.locks.holders


def test_while_a_write_is_in_doubt_no_namesake_is_processed_and_somebody_else_is() -> None:
    desk, first = Desk(), namesake(1)
    desk.crm.fails["upsert_leads"] = UnknownOutcomeError("ReadTimeout")
    desk.process(first)
    desk.crm.fails.clear()
    other = a_submission(first_name="Piet", email="piet@example.com")
    assert [retry.delay for retry in desk.process(namesake(2), other)] == [BUSY_WAIT]
    assert desk.state(other) is State.CREATED


def test_of_two_namesakes_in_doubt_the_second_goes_on_once_nothing_of_the_first_can_land() -> None:
    desk, first, second = Desk(), namesake(1), namesake(2)
    desk.crm.fails["upsert_leads"] = UnknownOutcomeError("ReadTimeout")
    assert len(desk.process(first, second)) == 2
    desk.crm.fails.clear()
    assert len(desk.process(second)) == 1
    assert desk.state(second) is State.RECEIVED
    assert desk.process(first) == []
    assert len(desk.process(second)) == 1
    the_lease_ends(desk)
    assert desk.process(second) == []


def test_a_row_of_before_names_were_keys_is_processed_as_it_is() -> None:
    """It waits for nobody of its name, as it never did; nothing in the ledger has to be rewritten."""
    desk, submission = Desk(), a_submission(phone="0612345678")
    old = submission.model_copy(update={"person_keys": submission.person_keys[:2]})
    assert desk.process(old) == []
    assert desk.state(old) is State.CREATED
    assert not desk.locks.holders
