"""Somebody who may be known already: a Lead of their own, a Task, and a crash between any two steps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.crm import CALL_ENDS_AFTER, Match
from shared.errors import ConfigurationError, PermanentError, TransientError, UnknownOutcomeError
from shared.form.definition import Campaign
from shared.form.lead_fields import is_custom
from shared.leads.holding import flags
from shared.matching import Decision
from shared.matching.wording import in_words
from shared.rejection import Reason
from shared.submission import Outcome, State, Submission
from tests.builders import NOW, Desk, a_submission, contact_form
from tests.fakes.stores import KilledError
from tests.verdicts import DOUBT, decided, in_doubt

OTHER_DOUBT = replace(DOUBT, guards=("last_names_differ",))
FAMILY = "devries@example.com"
NEW_OWNER, CANDIDATE_S_OWNER, QUEUE = "005000000000007AAA", "005000000000008AAA", "00G000000000001AAA"


@pytest.fixture(autouse=True)
def _doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    in_doubt(monkeypatch)


def known_desk(**lead: str) -> tuple[Desk, str]:
    """An org that has somebody with the address of `a_submission`."""
    desk = Desk()
    desk.crm.owner_of_new = NEW_OWNER
    candidate = {
        "FirstName": "Sanne",
        "LastName": "de Vries",
        "Email": "sanne@example.com",
        "OwnerId": CANDIDATE_S_OWNER,
    }
    return desk, desk.crm.add_lead(**candidate | lead)


def outcome(desk: Desk, submission: Submission) -> Outcome:
    found = desk.row(submission).outcome
    assert found is not None
    return found


def lead_of(desk: Desk, submission: Submission) -> dict[str, object]:
    [lead] = [one for one in desk.crm.leads.values() if one.get("Submission_Id__c") == submission.submission_id]
    return lead


def test_who_may_be_known_becomes_a_lead_that_says_so_and_a_task_for_its_owner() -> None:
    desk, candidate = known_desk()
    before = dict(desk.crm.leads[candidate])
    submission = a_submission()
    assert desk.process(submission) == []
    lead = lead_of(desk, submission)
    assert lead["Possible_Duplicate_Of__c"] == candidate
    [task] = desk.crm.tasks.values()
    assert (task["WhoId"], task["OwnerId"]) == (lead["Id"], NEW_OWNER)
    assert desk.crm.leads[candidate] == before
    assert desk.state(submission) is State.HELD
    found = outcome(desk, submission)
    assert (found.record_id, found.record_type, found.task_id) == (lead["Id"], "Lead", task["Id"])
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes"]


def test_lead_and_task_tell_in_words_why_it_was_held() -> None:
    desk, candidate = known_desk()
    submission = a_submission()
    desk.process(submission)
    words = in_words(Decision("hold", candidate, 24.0, DOUBT), "nl")
    assert "de voornamen verschillen" in words
    assert str(lead_of(desk, submission)["Match_Evidence__c"]).startswith(words[:40])
    [task] = desk.crm.tasks.values()
    assert task["Subject"] == "Mogelijk dubbel: Website: contactformulier"
    assert "de voornamen verschillen" in task["Description"]
    assert f"/{candidate}" in task["Description"]
    assert "Hebben jullie bakfietsen?" in task["Description"]


def test_the_task_speaks_the_form_s_first_language() -> None:
    desk, _ = known_desk()
    desk.forms = contact_form(languages=("en", "nl"))
    desk.process(a_submission())
    [task] = desk.crm.tasks.values()
    assert task["Subject"] == "Possible duplicate: Website: contactformulier"
    assert "the first names differ" in task["Description"]


def test_the_ledger_keeps_the_evidence_and_its_history_the_rule() -> None:
    desk, candidate = known_desk()
    submission = a_submission()
    desk.process(submission)
    evidence = outcome(desk, submission).evidence
    assert (evidence["rule"], evidence["candidate"]) == ("possible_duplicate", candidate)
    assert (evidence["guards"], evidence["config"]) == ("first_names_differ", "doubt-1")
    assert desk.row(submission).history[-1].why == "possible_duplicate"


def test_who_is_held_is_kept_until_somebody_decides_and_everybody_else_as_the_form_says() -> None:
    """Else it would vanish undecided, and nobody could find it any more."""
    desk, _ = known_desk()
    submission, other = a_submission(), a_submission(email="new@example.com", last_name="Nieuw", first_name="Noor")
    desk.process(submission, other)
    assert (desk.state(submission), desk.row(submission).expires_at) == (State.HELD, None)
    assert desk.state(other) is State.CREATED
    assert desk.row(other).expires_at == int((NOW + timedelta(days=365)).timestamp())


def test_a_contact_who_may_be_the_same_is_named_and_gets_nothing() -> None:
    desk, submission = Desk(), a_submission()
    contact = desk.crm.add_contact(LastName="de Vries", Email="sanne@example.com")
    desk.process(submission)
    assert lead_of(desk, submission)["Possible_Duplicate_Of__c"] == contact
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == outcome(desk, submission).record_id


def test_long_evidence_is_cut_to_the_field() -> None:
    assert len(flags("x" * 5000, "")["Match_Evidence__c"]) == 4000


# --- whose Task -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new_owner", "candidate_s_owner", "task_s"),
    [
        (NEW_OWNER, CANDIDATE_S_OWNER, NEW_OWNER),
        (QUEUE, CANDIDATE_S_OWNER, CANDIDATE_S_OWNER),
        (QUEUE, QUEUE, None),
    ],
)
def test_the_task_goes_to_the_new_lead_s_owner_and_past_a_queue_to_the_candidate_s(
    new_owner: str, candidate_s_owner: str, task_s: str | None
) -> None:
    """A queue can't own a Task: whoever knows the other record can tell. Else the API user keeps it."""
    desk, _ = known_desk(OwnerId=candidate_s_owner)
    desk.crm.owner_of_new = new_owner
    desk.process(a_submission())
    [task] = desk.crm.tasks.values()
    assert task.get("OwnerId") == task_s


def test_the_task_of_an_owner_who_left_is_written_for_nobody_in_particular() -> None:
    desk, _ = known_desk()
    desk.crm.inactive_users.add(NEW_OWNER)
    submission = a_submission()
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    assert desk.process(submission) == []
    [task] = desk.crm.tasks.values()
    assert "OwnerId" not in task
    assert desk.state(submission) is State.HELD


# --- within one batch -------------------------------------------------------------------------------------------------


def test_a_candidate_of_the_same_batch_is_named_by_its_record() -> None:
    desk, first, second = Desk(), a_submission(email=FAMILY), a_submission(email=FAMILY, first_name="Lotte")
    assert desk.process(first, second) == []
    assert (desk.state(first), desk.state(second)) == (State.CREATED, State.HELD)
    candidate = outcome(desk, first).record_id
    assert lead_of(desk, second)["Possible_Duplicate_Of__c"] == candidate
    assert outcome(desk, second).evidence["candidate"] == candidate
    [task] = desk.crm.tasks.values()
    assert f"/{candidate}" in task["Description"]
    assert first.submission_id not in task["Description"]
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes"]


def test_a_held_lead_of_the_batch_can_be_the_candidate_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, candidate = known_desk()
    first, second = a_submission(), a_submission(first_name="Lotte")
    decided(
        monkeypatch,
        {
            first.submission_id: Decision("hold", candidate, 24.0, DOUBT),
            second.submission_id: Decision("hold", first.submission_id, 24.0, DOUBT),
        },
    )
    assert desk.process(first, second) == []
    assert (desk.state(first), desk.state(second)) == (State.HELD, State.HELD)
    assert lead_of(desk, second)["Possible_Duplicate_Of__c"] == lead_of(desk, first)["Id"]
    assert len(desk.crm.tasks) == 2


def test_who_is_surely_the_person_of_a_held_lead_of_the_batch_joins_it(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, candidate = known_desk()
    held, again = a_submission(), a_submission()
    decided(
        monkeypatch,
        {
            held.submission_id: Decision("hold", candidate, 24.0, DOUBT),
            again.submission_id: Decision("update", held.submission_id, 30.0),
        },
    )
    assert desk.process(held, again) == []
    assert (desk.state(held), desk.state(again)) == (State.HELD, State.UPDATED)
    assert outcome(desk, again).record_id == outcome(desk, held).record_id
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes"]


def test_when_the_candidate_s_lead_of_the_same_batch_fails_the_next_try_looks_again() -> None:
    desk = Desk()
    first, second = a_submission(last_name="Bad"), a_submission(last_name="Good")
    desk.crm.refuses["Bad"] = PermanentError("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert len(desk.process(first, second)) == 1
    assert (desk.state(first), desk.state(second)) == (State.REJECTED, State.RECEIVED)
    assert not desk.crm.tasks
    assert desk.process(second) == []
    assert desk.state(second) is State.CREATED
    assert not desk.crm.tasks


def with_a_rule_for_the_first(
    monkeypatch: pytest.MonkeyPatch, found_later: Decision
) -> tuple[Desk, Submission, Submission, str]:
    """The second one is held on the first, whom a rule of the org then stops. Last stands whom that rule found.

    `found_later` is what the second look at the second one says.
    """
    desk, known = known_desk()
    first, second = a_submission(email=FAMILY, last_name="Vriens"), a_submission(email=FAMILY, first_name="Lotte")
    desk.crm.rules["Vriens"] = (Match(known, 90.0, "Standard_Lead_Duplicate_Rule"),)
    verdicts = {first.submission_id: Decision("create")}
    verdicts[second.submission_id] = Decision("hold", first.submission_id, 24.0, OTHER_DOUBT)
    decided(monkeypatch, verdicts)
    desk.process(first, second)
    assert (desk.state(first), desk.state(second)) == (State.UPDATED, State.RECEIVED)
    assert "Possible_Duplicate_Of__c" not in lead_of(desk, second)
    assert "de achternamen verschillen" in str(lead_of(desk, second)["Match_Evidence__c"])
    decided(monkeypatch, {second.submission_id: found_later})
    return desk, first, second, known


def test_held_on_one_of_the_batch_whom_the_org_stops_it_is_decided_anew_and_may_become_a_plain_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The Lead that it may have been the same person as never came to be, and it is like nobody else."""
    desk, first, second, _ = with_a_rule_for_the_first(monkeypatch, Decision("create"))
    assert desk.process(second) == []
    assert desk.state(second) is State.CREATED
    lead = lead_of(desk, second)
    assert outcome(desk, second).record_id == lead["Id"]
    assert (lead.get("Possible_Duplicate_Of__c"), lead["Match_Evidence__c"]) == (None, None)
    assert [task["Submission_Id__c"] for task in desk.crm.tasks.values()] == [first.submission_id]
    assert desk.process(second) == []


@pytest.mark.parametrize("verdict", ["hold", "update"])
def test_held_on_one_of_the_batch_whom_the_org_stops_it_may_be_held_on_whom_the_org_found(
    monkeypatch: pytest.MonkeyPatch, verdict: Any
) -> None:
    """In the words of the second look: the first was at somebody who never came to be. It stays a Lead of its own."""
    known = "00Q000000000000000"
    later = Decision(verdict, known, 24.0, DOUBT)
    desk, _, second, known = with_a_rule_for_the_first(monkeypatch, later)
    assert later.candidate_id == known
    assert desk.process(second) == []
    assert desk.state(second) is State.HELD
    lead = lead_of(desk, second)
    assert (lead["Possible_Duplicate_Of__c"], outcome(desk, second).evidence["candidate"]) == (known, known)
    [task] = [one for one in desk.crm.tasks.values() if one["Submission_Id__c"] == second.submission_id]
    assert f"/{known}" in task["Description"]
    for text in (lead["Match_Evidence__c"], task["Description"]):
        assert "de voornamen verschillen" in str(text)
        assert "de achternamen verschillen" not in str(text)


def test_a_lead_that_was_held_on_nobody_and_moves_meanwhile_is_settled_where_it_lives_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, _, second, known = with_a_rule_for_the_first(monkeypatch, Decision("create"))
    desk.crm.moves[str(lead_of(desk, second)["Id"])] = known
    assert desk.process(second) == []
    assert (desk.state(second), outcome(desk, second).record_id) == (State.CREATED, known)
    assert len(desk.crm.tasks) == 1


def test_held_on_one_of_the_batch_whom_the_org_rejects_it_is_decided_anew_as_well() -> None:
    desk, first, second = Desk(), a_submission(last_name="Bad"), a_submission(last_name="Good")
    desk.forms = contact_form(existing={"duplicate_rule": "hold"})
    desk.crm.rules["Bad"] = (Match("00Q000000000000009", 90.0, "Standard_Lead_Duplicate_Rule"),)
    desk.process(first, second)
    assert (desk.state(first), desk.state(second)) == (State.REJECTED, State.RECEIVED)
    assert desk.process(second) == []
    assert desk.state(second) is State.CREATED
    assert not desk.crm.tasks


def test_held_on_one_of_the_batch_who_is_only_now_written_it_waits_a_moment_and_then_names_them() -> None:
    """That one is held on it by now, since its own Lead stood there first."""
    desk, first, second = Desk(), a_submission(email=FAMILY, last_name="Bad"), a_submission(email=FAMILY)
    desk.crm.refuses["Bad"] = TransientError("UNABLE_TO_LOCK_ROW")
    assert len(desk.process(first, second)) == 2
    desk.crm.refuses.clear()
    assert [retry.message.message_id for retry in desk.process(first, second)] == [f"message of {second.submission_id}"]
    assert (desk.state(first), desk.row(second).last_error) == (State.HELD, "candidate_not_written_yet")
    assert desk.process(second) == []
    assert desk.state(second) is State.HELD
    assert lead_of(desk, second)["Possible_Duplicate_Of__c"] == outcome(desk, first).record_id


# --- a crash between any two steps ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        TransientError("SERVER_UNAVAILABLE"),
        ConfigurationError("INSUFFICIENT_ACCESS_OR_READONLY"),
        UnknownOutcomeError("ReadTimeout", repeatable=False),
    ],
)
def test_a_lead_whose_task_failed_is_not_settled_and_gets_its_task_next_time(error: Exception) -> None:
    desk, candidate = known_desk()
    submission = a_submission()
    desk.crm.fails["write_notes"] = error  # type: ignore[assignment]
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    assert len(desk.crm.leads) == 2
    desk.crm.fails.clear()
    desk.now += CALL_ENDS_AFTER + timedelta(seconds=1)
    assert desk.process(submission) == []
    assert desk.state(submission) is State.HELD
    assert len(desk.crm.leads) == 2
    [task] = desk.crm.tasks.values()
    assert (task["WhoId"], task["OwnerId"]) == (lead_of(desk, submission)["Id"], NEW_OWNER)
    assert task["Subject"].startswith("Mogelijk dubbel: ")
    assert "de voornamen verschillen" in task["Description"]
    assert f"/{candidate}" in task["Description"]
    assert outcome(desk, submission).evidence["candidate"] == candidate
    assert desk.crm.calls[3:] == ["look_up", "write_notes"]


def test_killed_after_the_task_the_next_run_finds_both_and_writes_nothing() -> None:
    desk, candidate = known_desk()
    submission = a_submission()
    desk.ledger.crash_before_settle = True
    with pytest.raises(KilledError):
        desk.process(submission)
    desk.ledger.crash_before_settle = False
    assert desk.process(submission) == []
    assert (len(desk.crm.leads), len(desk.crm.tasks)) == (2, 1)
    assert desk.crm.calls[3:] == ["look_up"]
    found = outcome(desk, submission)
    assert desk.state(submission) is State.HELD
    assert (found.task_id, found.evidence["candidate"]) == (next(iter(desk.crm.tasks)), candidate)


def test_an_upsert_without_an_answer_that_landed_is_told_to_sales_and_no_second_lead_is_made() -> None:
    desk, _ = known_desk()
    submission = a_submission()
    plain = desk.crm._written

    def no_answer(*args: object) -> object:
        plain(*args)  # type: ignore[arg-type]
        raise UnknownOutcomeError("ReadTimeout")

    desk.crm._written = no_answer  # type: ignore[method-assign, assignment]
    assert len(desk.process(submission)) == 1
    desk.crm._written = plain  # type: ignore[method-assign]
    assert desk.process(submission) == []
    assert (len(desk.crm.leads), len(desk.crm.tasks)) == (2, 1)
    assert desk.state(submission) is State.HELD


def test_killed_before_a_candidate_of_the_same_batch_could_be_named_the_next_run_names_it() -> None:
    desk, first, second = Desk(), a_submission(email=FAMILY), a_submission(email=FAMILY, first_name="Lotte")
    desk.crm.fails["write_notes"] = TransientError("SERVER_UNAVAILABLE")
    desk.process(first, second)
    assert "Possible_Duplicate_Of__c" not in lead_of(desk, second)
    desk.crm.fails.clear()
    assert desk.process(second) == []
    assert desk.state(second) is State.HELD
    assert lead_of(desk, second)["Possible_Duplicate_Of__c"] == outcome(desk, first).record_id
    assert len(desk.crm.tasks) == 1


def test_a_task_that_was_written_is_not_written_again_while_its_candidate_must_still_be_named() -> None:
    desk, first = Desk(), a_submission(email=FAMILY)
    second = a_submission(email=FAMILY, first_name="Lotte", last_name="de Vries-Smit")
    desk.crm.before["write_notes"] = lambda: desk.crm.refuses.update(
        {"de Vries-Smit": TransientError("UNABLE_TO_LOCK_ROW")}
    )
    assert len(desk.process(first, second)) == 1
    assert len(desk.crm.tasks) == 1
    desk.crm.before.clear()
    desk.crm.refuses.clear()
    assert desk.process(second) == []
    assert lead_of(desk, second)["Possible_Duplicate_Of__c"] == outcome(desk, first).record_id
    assert outcome(desk, second).task_id in desk.crm.tasks
    assert len(desk.crm.tasks) == 1


def test_a_candidate_that_nobody_finds_any_more_keeps_a_told_lead_from_nothing() -> None:
    """The first run could not name it; the Task is there, and a call that writes nothing is no call."""
    desk, submission = Desk(), a_submission()
    own = desk.crm.add_lead(Submission_Id__c=submission.submission_id, Match_Evidence__c="words", LastName="de Vries")
    desk.crm.tasks["00T1"] = {"Id": "00T1", "WhoId": own, "Submission_Id__c": submission.submission_id}
    assert desk.process(submission) == []
    assert (desk.state(submission), outcome(desk, submission).task_id) == (State.HELD, "00T1")
    assert desk.crm.calls == ["look_up"]


# --- a human was faster -----------------------------------------------------------------------------------------------


def test_a_held_lead_that_somebody_merged_before_its_task_needs_none() -> None:
    """The question was: is it one person? Merging is the answer."""
    desk, candidate = known_desk()
    submission = a_submission()
    desk.crm.fails["write_notes"] = TransientError("SERVER_UNAVAILABLE")
    desk.process(submission)
    desk.crm.fails.clear()
    lead_of(desk, submission).update(IsDeleted=True, MasterRecordId=candidate)
    assert desk.process(submission) == []
    assert not desk.crm.tasks
    assert (desk.state(submission), outcome(desk, submission).record_id) == (State.HELD, candidate)


@pytest.mark.parametrize("kind", ["Lead", "Contact"])
def test_a_held_lead_that_moves_within_the_run_is_settled_where_it_lives_on(kind: str) -> None:
    desk, candidate = known_desk()
    goes_to = candidate if kind == "Lead" else desk.crm.add_contact(LastName="de Vries", Email="else@example.com")
    submission = a_submission()

    def moves() -> None:
        desk.crm.moves.setdefault(str(lead_of(desk, submission)["Id"]), goes_to)

    desk.crm.before["write_notes"] = moves
    assert desk.process(submission) == []
    assert not desk.crm.tasks
    found = outcome(desk, submission)
    assert (desk.state(submission), found.record_id, found.record_type) == (State.HELD, goes_to, kind)


def test_a_held_lead_that_was_converted_before_its_task_is_settled_as_it_is() -> None:
    """Salesforce takes no Task on a converted Lead, and who converts it has read it."""
    desk, _ = known_desk()
    submission = a_submission()
    desk.crm.fails["write_notes"] = TransientError("SERVER_UNAVAILABLE")
    desk.process(submission)
    desk.crm.fails.clear()
    lead_of(desk, submission).update(IsConverted=True)
    assert desk.process(submission) == []
    assert not desk.crm.tasks
    assert desk.state(submission) is State.HELD


def test_flags_that_somebody_cleared_are_not_set_again() -> None:
    desk, _ = known_desk()
    submission = a_submission()
    desk.ledger.crash_before_settle = True
    with pytest.raises(KilledError):
        desk.process(submission)
    desk.ledger.crash_before_settle = False
    lead_of(desk, submission).update(Possible_Duplicate_Of__c=None, Match_Evidence__c=None)
    desk.process(submission)
    assert desk.state(submission) is State.HELD
    assert lead_of(desk, submission)["Possible_Duplicate_Of__c"] is None


def test_the_owner_of_a_task_that_is_no_user_is_a_wait_and_the_next_try_mends_it() -> None:
    desk, _ = known_desk()
    submission = a_submission()
    desk.crm.refuses_tasks_once = ConfigurationError("INVALID_CROSS_REFERENCE_KEY")
    assert desk.process(submission) == []
    assert len(desk.crm.tasks) == 1
    assert desk.state(submission) is State.HELD
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes", "follow", "write_notes"]


# --- campaigns and the org's own rules --------------------------------------------------------------------------------


def test_a_held_lead_joins_the_form_s_campaign_like_any_other() -> None:
    desk, _ = known_desk()
    desk.forms = contact_form(lead={"campaign": Campaign(name="Spring")})
    submission = a_submission()
    desk.process(submission)
    assert [one.record_id for one in desk.crm.members] == [lead_of(desk, submission)["Id"]]


def a_rule(desk: Desk, candidate: str, *, warns: bool) -> None:
    desk.crm.rules["de Vries"] = (Match(candidate, 100.0, "Standard_Lead_Duplicate_Rule"),)
    desk.crm.rules_that_warn = warns


def test_a_held_lead_passes_a_rule_that_only_warns() -> None:
    """It is a possible duplicate, and says so: that is what the rule wants to know."""
    desk, candidate = known_desk()
    a_rule(desk, candidate, warns=True)
    submission = a_submission()
    desk.process(submission)
    assert desk.state(submission) is State.HELD


def test_a_form_that_holds_by_the_org_s_rule_lets_that_rule_stop_it() -> None:
    desk, candidate = known_desk()
    desk.forms = contact_form(existing={"duplicate_rule": "hold"})
    a_rule(desk, candidate, warns=True)
    submission = a_submission()
    desk.process(submission)
    assert desk.row(submission).reason == Reason.POSSIBLE_DUPLICATE


def test_where_a_rule_blocks_sales_is_told_and_nothing_is_filled_in_though_the_names_agree() -> None:
    """Father and son have one name: whoever the matcher was not sure of gets nobody's phone number."""
    desk, candidate = known_desk(FirstName="Sanne", LastName="de Vries")
    a_rule(desk, candidate, warns=False)
    submission = a_submission(phone="0612345678")
    desk.process(submission)
    assert desk.state(submission) is State.UPDATED
    assert "Phone" not in desk.crm.leads[candidate]
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == candidate


def test_a_rule_that_no_longer_finds_anybody_lets_the_held_lead_be_made_with_its_task() -> None:
    desk, candidate = known_desk()
    a_rule(desk, candidate, warns=False)
    desk.crm.before["upsert_one_by_one"] = desk.crm.rules.clear
    submission = a_submission()
    assert desk.process(submission) == []
    assert desk.state(submission) is State.HELD
    [task] = desk.crm.tasks.values()
    assert (task["WhoId"], task["OwnerId"]) == (lead_of(desk, submission)["Id"], NEW_OWNER)


def test_a_task_about_whom_the_matcher_is_not_sure_changes_nothing_on_a_redelivery() -> None:
    """The Task of an earlier run names a Lead; today the matcher has its doubts about it."""
    desk, candidate = known_desk(FirstName="Sanne", LastName="de Vries")
    submission = a_submission(phone="0612345678")
    desk.crm.tasks["00T1"] = {"Id": "00T1", "WhoId": candidate, "Submission_Id__c": submission.submission_id}
    desk.process(submission)
    assert desk.state(submission) is State.UPDATED
    assert "Phone" not in desk.crm.leads[candidate]


@pytest.mark.parametrize("name", ["Possible_Duplicate_Of__c", "MATCH_evidence__c", "Submission_Id__c"])
def test_no_form_writes_what_we_keep_our_own_account_in(name: str) -> None:
    assert not is_custom(name)
