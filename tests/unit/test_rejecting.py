"""A rejection says that nothing of a submission is in Salesforce.

Its form may have changed between two tries, a write may still land, or a part is written and the rest refused. Found by
the simulation, and by reading on from there.
"""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.crm import CALL_ENDS_AFTER, Found, LookUp, NewLead, Written
from shared.errors import ConfigurationError, PermanentError, TransientError, UnknownOutcomeError
from shared.leads.retrying import MAX_ATTEMPTS
from shared.rejection import Reason
from shared.submission import State, Submission
from tests.builders import Desk, a_submission


def ledger_fails_next(desk: Desk) -> None:
    desk.ledger.fails_next = TransientError("dynamodb:Throttling")


def ask_for_more(desk: Desk, submission: Submission) -> None:
    """The form's next version has a question that the submission does not answer."""
    form = desk.forms[submission.form_id]
    [message] = [one for one in form.fields if one.name == "message"]
    fields = (*form.fields, message.model_copy(update={"name": "shop", "required": True}))
    parts = {name: getattr(form, name) for name in type(form).model_fields}
    desk.forms = {**desk.forms, form.id: type(form)(**parts | {"version": "2", "fields": fields})}


def test_what_was_written_before_the_form_changed_is_no_rejection() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.before["upsert_leads"] = lambda: ledger_fails_next(desk)
    desk.process(submission)
    ask_for_more(desk, submission)
    assert desk.process(submission) == []
    [lead] = desk.crm.leads.values()
    assert desk.state(submission) is State.CREATED
    assert desk.row(submission).outcome.record_id == lead["Id"]  # type: ignore[union-attr]
    assert not desk.dead_letters.letters


def test_a_lead_from_before_a_refused_submission_is_another_s_under_the_same_key() -> None:
    desk, submission = Desk(), a_submission()
    long_ago = f"{(submission.received_at - timedelta(days=31)):%Y-%m-%dT%H:%M:%S}.000+0000"
    desk.crm.add_lead(LastName="Jansen", Submission_Id__c=submission.submission_id, CreatedDate=long_ago)
    ask_for_more(desk, submission)
    desk.process(submission)
    assert (desk.state(submission), desk.row(submission).reason) == (State.REJECTED, Reason.VALIDATION_FAILED)


def test_what_was_told_before_the_form_changed_is_no_rejection() -> None:
    desk, submission = Desk(), a_submission()
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.before["write_notes"] = lambda: ledger_fails_next(desk)
    desk.process(submission)
    ask_for_more(desk, submission)
    assert desk.process(submission) == []
    [task_id] = desk.crm.tasks
    outcome = desk.row(submission).outcome
    assert desk.state(submission) is State.UPDATED
    assert outcome
    assert (outcome.record_id, outcome.task_id) == (lead_id, task_id)


def test_nothing_is_rejected_while_a_write_may_still_land() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    ask_for_more(desk, submission)
    assert len(desk.process(submission)) == 1
    assert (desk.state(submission), desk.dead_letters.letters) == (State.RECEIVED, [])
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.REJECTED


def test_what_is_wrong_waits_while_nobody_can_say_whether_it_was_written_before() -> None:
    desk, submission = Desk(), a_submission()
    ask_for_more(desk, submission)
    desk.crm.fails["look_up"] = TransientError("http_503")
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED


def test_the_last_try_of_all_is_no_rejection_while_it_may_still_land() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.fails["upsert_leads"] = UnknownOutcomeError("ReadTimeout")
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    assert len(desk.process(submission)) == 1
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert (rejection.reason, rejection.problems[0].detail) == (Reason.RETRIES_EXHAUSTED, "ReadTimeout")
    assert desk.crm.calls.count("upsert_leads") == 1, "after the last try it is only looked for"


def test_what_the_last_try_wrote_after_all_is_no_rejection() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    desk.crm.add_lead(LastName="de Vries", Submission_Id__c=submission.submission_id)
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED


def test_a_form_that_is_gone_is_no_matter_to_what_was_written_under_it() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.before["upsert_leads"] = lambda: ledger_fails_next(desk)
    desk.process(submission)
    desk.forms = {}
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED
    assert desk.row(submission).expires_at is not None


def test_while_one_that_is_refused_may_still_land_nobody_else_of_that_person_is_created() -> None:
    desk, first, second = Desk(), a_submission(), a_submission()
    sent: list[Sequence[NewLead]] = []
    upsert = desk.crm.upsert_leads

    def lands_late(leads: Sequence[NewLead]) -> list[Written]:
        sent.append(leads)
        desk.crm.upsert_leads = upsert  # type: ignore[method-assign]
        raise UnknownOutcomeError("ReadTimeout")

    desk.crm.upsert_leads = lands_late  # type: ignore[method-assign]
    desk.process(first)
    ask_for_more(desk, first)
    second = second.model_copy(update={"fields": {**second.fields, "shop": "Utrecht"}})
    assert len(desk.process(first, second)) == 2
    upsert(sent[0])
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(first, second) == []
    assert (len(desk.crm.leads), desk.state(first), desk.state(second)) == (1, State.CREATED, State.UPDATED)


def test_a_doubt_of_which_the_ledger_could_not_be_told_is_no_rejection_either() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.before["upsert_leads"] = lambda: ledger_fails_next(desk)
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(submission)
    ask_for_more(desk, submission)
    desk.now += timedelta(seconds=31)
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED


def test_a_held_lead_whose_task_is_refused_for_good_is_no_rejection() -> None:
    desk, submission = Desk(), a_submission()
    candidate = desk.crm.add_lead(FirstName="Karel", LastName="de Vries", Email="sanne@example.com")
    desk.crm.refuses_tasks_once = PermanentError("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert desk.process(submission) == []
    outcome = desk.row(submission).outcome
    assert desk.state(submission) is State.HELD
    assert outcome
    assert outcome.evidence == {"rule": "own_lead", "candidate": candidate}


def test_who_tried_too_often_without_a_look_is_not_rejected_without_one() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.add_lead(LastName="de Vries", Submission_Id__c=submission.submission_id)
    desk.crm.fails["look_up"] = TransientError("http_503")
    assert len(desk.process(submission)) == 1
    assert len(desk.process(submission)) == 1
    desk.crm.fails.clear()
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED


def test_a_missing_right_to_look_is_told_as_one() -> None:
    desk, submission = Desk(), a_submission()
    ask_for_more(desk, submission)
    desk.crm.fails["look_up"] = ConfigurationError("INVALID_FIELD")
    assert len(desk.process(submission)) == 1
    assert (desk.row(submission).last_error, desk.row(submission).attempts) == ("INVALID_FIELD", 0)


def test_a_bug_in_the_look_before_a_rejection_leaves_a_doubt_of_its_batch_known_and_locked() -> None:
    """Else somebody with the same phone would be created beside what then lands."""
    desk, doubtful = Desk(), a_submission(phone="0621345678")
    wrong = a_submission(email="other@example.com", message="")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    look_up = desk.crm.look_up

    def with_a_bug(what: LookUp) -> Found:
        if not what.emails:
            raise KeyError("Id")
        return look_up(what)

    desk.crm.look_up = with_a_bug  # type: ignore[method-assign]
    assert len(desk.process(doubtful, wrong)) == 2
    assert desk.row(doubtful).in_doubt_until
    assert (desk.state(wrong), desk.row(wrong).last_error) == (State.RECEIVED, "internal_error")
    assert len(desk.process(a_submission(phone="0621345678", email="third@example.com"))) == 1
    assert not desk.crm.leads


def test_however_a_run_ends_it_releases_no_doubt() -> None:
    desk, doubtful = Desk(), a_submission(phone="0621345678")
    desk.crm.fails_in_turn["upsert_leads"] = [UnknownOutcomeError("ReadTimeout")]
    desk.process(doubtful)
    look_up = desk.crm.look_up

    def ended(what: LookUp) -> Found:
        raise SystemExit(repr(what))

    desk.crm.look_up = ended  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        desk.process(doubtful)
    desk.crm.look_up = look_up  # type: ignore[method-assign]
    desk.process(a_submission(phone="0621345678", email="third@example.com"))
    assert not desk.crm.leads
