"""Where Salesforce's answer asks for more: duplicates, moved records, campaigns, few calls left."""

import pytest

from shared.crm import CALL_ENDS_AFTER, Match, Named, NewLead, Written
from shared.errors import (
    BudgetError,
    ConfigurationError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.form.definition import Campaign
from shared.form.web_to_lead import WebToLead
from shared.leads.retrying import BUSY_WAIT, FIRST_WAIT, MAX_ATTEMPTS
from shared.rejection import Reason
from shared.submission import Outcome, State, Submission
from tests.builders import Desk, a_submission, contact_form


def outcome(desk: Desk, submission: Submission) -> Outcome:
    found = desk.row(submission).outcome
    assert found is not None
    return found


def a_match(record_id: str, confidence: float = 100.0) -> Match:
    return Match(record_id, confidence, "Standard_Lead_Duplicate_Rule")


# --- a duplicate rule of the org -------------------------------------------------------------------------------------


def test_whom_a_duplicate_rule_finds_gets_the_task_and_no_lead_is_made() -> None:
    """Our own search missed this Lead: another address, no phone."""
    desk, submission = Desk(), a_submission()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com", Phone=None)
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    assert desk.process(submission) == []
    assert list(desk.crm.leads) == [lead_id]
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == lead_id
    assert desk.state(submission) is State.UPDATED
    assert outcome(desk, submission).evidence["duplicate_rule"] == "Standard_Lead_Duplicate_Rule"
    assert desk.crm.calls == ["look_up", "upsert_leads", "upsert_one_by_one", "follow", "write_notes"]


def test_a_contact_that_a_duplicate_rule_finds_is_attached_to() -> None:
    desk, submission = Desk(), a_submission()
    contact_id = desk.crm.add_contact(LastName="de Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(contact_id),)
    desk.process(submission)
    assert desk.state(submission) is State.ATTACHED
    assert outcome(desk, submission).record_id == contact_id


def test_blanks_are_filled_only_where_the_rule_found_the_very_same_name() -> None:
    """A fuzzy rule takes Sanna for Sanne: a Task is no harm, her father's phone number on her Lead would be."""
    desk = Desk()
    same = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com", Phone=None)
    other = desk.crm.add_lead(FirstName="Sanna", LastName="Bakker", Email="sanna@example.com", Phone=None)
    desk.crm.rules |= {"de Vries": (a_match(same),), "Bakker": (a_match(other),)}
    desk.process(
        a_submission(phone="0612345678"), a_submission(last_name="Bakker", email="x@example.com", phone="0612345679")
    )
    assert desk.crm.leads[same]["Phone"] == "+31612345678"
    assert desk.crm.leads[other]["Phone"] is None
    assert len(desk.crm.tasks) == 2


def test_of_several_matches_the_one_with_the_same_address_counts_then_the_name_then_the_contact() -> None:
    desk = Desk()
    lead = desk.crm.add_lead(FirstName="S.", LastName="Vries", Email="a@example.com")
    named = desk.crm.add_lead(FirstName="S.", LastName="De Vries", Email="b@example.com")
    contact = desk.crm.add_contact(LastName="de Vries", Email="c@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead, 100), a_match(named, 99), a_match(contact, 90))
    submission = a_submission()
    desk.process(submission)
    assert outcome(desk, submission).record_id == contact
    assert outcome(desk, submission).evidence["rivals"] == " ".join(sorted((lead, named)))


def test_hold_makes_a_dead_letter_that_names_rule_and_records() -> None:
    desk, submission = Desk(forms=contact_form(existing={"duplicate_rule": "hold"})), a_submission()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    desk.process(submission)
    assert desk.row(submission).reason == Reason.POSSIBLE_DUPLICATE
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert rejection.problems[0].detail == f"Standard_Lead_Duplicate_Rule: {lead_id}"
    assert not desk.crm.tasks


def test_save_asks_the_rule_to_let_it_pass_and_nobody_else_does() -> None:
    desk, submission = Desk(forms=contact_form(existing={"duplicate_rule": "save"})), a_submission()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    desk.crm.rules_that_warn = True
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    careful = a_submission(email="second@example.com")
    desk.forms = contact_form()
    desk.process(careful)
    assert desk.state(careful) is State.UPDATED


def test_save_tells_sales_where_the_rule_blocks() -> None:
    desk, submission = Desk(forms=contact_form(existing={"duplicate_rule": "save"})), a_submission()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    desk.process(submission)
    assert desk.state(submission) is State.UPDATED


def test_a_match_that_nobody_may_see_is_held_for_an_operator() -> None:
    """The org says duplicate and shows no record: whom to tell is for a person to find out."""
    desk, submission = Desk(), a_submission()
    desk.crm.rules["de Vries"] = ()
    desk.process(submission)
    assert desk.row(submission).reason == Reason.POSSIBLE_DUPLICATE


def test_a_rule_that_no_longer_finds_anybody_lets_the_lead_be_made() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.refuses["de Vries"] = PermanentError("DUPLICATES_DETECTED")
    desk.crm.before["upsert_one_by_one"] = desk.crm.refuses.clear
    desk.process(submission)
    assert desk.state(submission) is State.CREATED


@pytest.mark.parametrize("method", ["upsert_one_by_one", "follow", "write_notes"])
@pytest.mark.parametrize("error", [TransientError("SERVER_UNAVAILABLE"), UnknownOutcomeError("ReadTimeout")])
def test_a_failure_while_a_duplicate_is_resolved_is_a_wait_and_no_rejection(method: str, error: TransientError) -> None:
    desk, submission = Desk(), a_submission()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    desk.crm.fails[method] = error
    assert [retry.delay for retry in desk.process(submission)] == [FIRST_WAIT]
    assert desk.state(submission) is State.RECEIVED
    assert desk.row(submission).last_error == error.code
    desk.crm.fails.clear()
    desk.now += CALL_ENDS_AFTER
    desk.process(submission)
    assert desk.state(submission) is State.UPDATED
    assert len(desk.crm.tasks) == 1


def test_one_duplicate_in_a_batch_keeps_nobody_else_waiting() -> None:
    desk = Desk()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    others = [a_submission(last_name=f"Nieuw {n}", email=f"new{n}@example.com") for n in range(9)]
    submission = a_submission()
    assert desk.process(submission, *others) == []
    assert [desk.state(one) for one in others] == [State.CREATED] * 9
    assert desk.state(submission) is State.UPDATED


# --- records that move between the look-up and the write -------------------------------------------------------------


def test_a_lead_that_was_converted_meanwhile_is_followed_to_its_contact() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", Phone=None)
    contact_id = desk.crm.add_contact(LastName="de Vries", Email="zakelijk@example.com")
    desk.crm.moves[lead_id] = contact_id
    assert desk.process(submission) == []
    [task] = desk.crm.tasks.values()
    assert task["WhoId"] == contact_id
    assert desk.state(submission) is State.ATTACHED
    assert outcome(desk, submission).evidence["moved_from"] == lead_id
    assert desk.crm.calls == ["look_up", "write_notes", "follow", "write_notes"]


def test_a_lead_that_was_merged_meanwhile_is_followed_to_its_master() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", Phone=None)
    master = desk.crm.add_lead(LastName="de Vries", Email="zakelijk@example.com", Phone=None)
    desk.crm.moves[lead_id] = master
    desk.process(submission)
    assert desk.crm.leads[master]["Phone"] == "+31612345678"
    assert outcome(desk, submission).record_id == master


def test_a_lead_that_was_deleted_meanwhile_leads_to_a_new_one_a_moment_later() -> None:
    desk, submission = Desk(), a_submission()
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.moves[lead_id] = ""
    assert [retry.delay for retry in desk.process(submission)] == [BUSY_WAIT]
    desk.crm.leads[lead_id]["IsDeleted"] = True
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED
    assert outcome(desk, submission).record_id != lead_id


def test_one_who_moved_keeps_nobody_else_from_being_told() -> None:
    desk = Desk()
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.moves[lead_id] = desk.crm.add_contact(LastName="de Vries", Email="zakelijk@example.com")
    desk.crm.add_lead(FirstName="Sanne", LastName="Bakker", Email="bakker@example.com")
    moved, other = a_submission(), a_submission(last_name="Bakker", email="bakker@example.com")
    assert desk.process(moved, other) == []
    assert (desk.state(moved), desk.state(other)) == (State.ATTACHED, State.UPDATED)
    assert len(desk.crm.tasks) == 2


def test_a_task_that_was_written_is_not_written_again_when_only_the_change_met_a_moved_record() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", Phone=None)
    desk.crm.refuses["de Vries"] = TransientError("ENTITY_IS_DELETED")
    desk.crm.before["follow"] = desk.crm.refuses.clear
    assert desk.process(submission) == []
    assert list(desk.crm.tasks) == [outcome(desk, submission).task_id]
    assert desk.crm.leads[lead_id]["Phone"] == "+31612345678"


def test_a_record_that_is_gone_for_good_is_looked_for_anew_though_its_code_speaks_of_references() -> None:
    """Of a purged record Salesforce says INVALID_CROSS_REFERENCE_KEY, as of a wrong owner."""
    desk, submission = Desk(), a_submission(phone="0612345678")
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", Phone=None)
    desk.crm.refuses["de Vries"] = ConfigurationError("INVALID_CROSS_REFERENCE_KEY")
    desk.crm.before["follow"] = desk.crm.leads.clear
    assert len(desk.process(submission)) == 1
    assert desk.row(submission).last_error == "record_gone"


def test_the_task_of_an_earlier_run_stays_that_submission_s_task() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email="sanne@example.com", Phone=None)
    desk.crm.tasks["00T1"] = {"Id": "00T1", "WhoId": lead_id, "Submission_Id__c": submission.submission_id}
    desk.process(submission)
    assert outcome(desk, submission).task_id == "00T1"


def test_a_failure_while_following_leaves_the_submission_waiting() -> None:
    desk, submission = Desk(), a_submission()
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com")
    desk.crm.moves[lead_id] = desk.crm.add_contact(LastName="de Vries", Email="zakelijk@example.com")
    desk.crm.fails["follow"] = TransientError("SERVER_UNAVAILABLE")
    desk.process(submission)
    assert desk.row(submission).last_error == "SERVER_UNAVAILABLE"
    desk.crm.fails.clear()
    desk.process(submission)
    assert desk.state(submission) is State.ATTACHED


def test_a_lead_of_ours_that_was_merged_before_the_redelivery_is_that_submission_s_lead() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(
        LastName="de Vries", Submission_Id__c=submission.submission_id, IsDeleted=True, MasterRecordId="00Qmaster"
    )
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert outcome(desk, submission).record_id == "00Qmaster"
    assert "upsert_leads" not in desk.crm.calls


# --- changes and campaigns that the org refuses ----------------------------------------------------------------------


def test_changes_that_the_org_refuses_for_good_do_not_reject_what_sales_was_told() -> None:
    desk, submission = Desk(), a_submission(phone="0612345678")
    desk.crm.add_lead(LastName="de Vries", Email="sanne@example.com", Phone=None)
    desk.crm.refuses["de Vries"] = PermanentError("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert desk.process(submission) == []
    assert len(desk.crm.tasks) == 1
    assert desk.state(submission) is State.UPDATED
    assert outcome(desk, submission).evidence["changes_refused"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"


SPRING = Campaign(name="Spring", status="Responded")


def test_everybody_who_sends_the_form_joins_its_campaign_lead_or_contact() -> None:
    desk = Desk(forms=contact_form(lead={"campaign": SPRING}))
    contact_id = desk.crm.add_contact(FirstName="Sanne", LastName="Jansen", Email="jansen@example.com")
    new, known = a_submission(), a_submission(last_name="Jansen", email="jansen@example.com")
    desk.process(new, known)
    assert [(one.record_id, one.status, one.campaign) for one in desk.crm.members] == [
        (outcome(desk, new).record_id, "Responded", Named("campaign", "Spring")),
        (contact_id, "Responded", Named("campaign", "Spring")),
    ]
    assert desk.crm.calls == ["look_up", "upsert_leads", "write_notes", "join_campaigns"]


@pytest.mark.parametrize(
    ("own", "chosen", "joined"),
    [
        (None, "701000000000001", ("701000000000001", "")),
        (SPRING, "701000000000001", ("701000000000001", "Responded")),
        (SPRING, "701000000000009", (Named("campaign", "Spring"), "Responded")),
        (SPRING, "", (Named("campaign", "Spring"), "Responded")),
        (None, "701000000000009", None),
    ],
)
def test_a_page_s_own_choice_counts_where_the_form_lists_it(
    own: Campaign | None, chosen: str, joined: tuple[str | Named, str] | None
) -> None:
    """It is read again here: what was struck off the list since is joined by nobody."""
    pages = WebToLead(org_id="00D000000000062", campaigns=("701000000000001",))
    desk = Desk(forms=contact_form(lead={"campaign": own}, web_to_lead=pages))
    submission = a_submission()
    sources = submission.sources.model_copy(update={"campaign": chosen})
    desk.process(submission.model_copy(update={"sources": sources}))
    assert [(one.campaign, one.status) for one in desk.crm.members] == ([joined] if joined else [])


@pytest.mark.parametrize("error", [TransientError("UNABLE_TO_LOCK_ROW"), ConfigurationError("campaign_not_found")])
def test_a_membership_that_can_not_be_written_now_is_written_later(error: TransientError | ConfigurationError) -> None:
    desk, submission = Desk(forms=contact_form(lead={"campaign": SPRING})), a_submission()
    desk.crm.refuses["Spring"] = error
    assert len(desk.process(submission)) == 1
    assert desk.state(submission) is State.RECEIVED
    desk.crm.refuses.clear()
    assert desk.process(submission) == []
    assert len(desk.crm.leads) == len(desk.crm.members) == 1
    assert desk.state(submission) is State.CREATED


def test_a_membership_that_the_org_refuses_for_good_is_told_in_the_evidence() -> None:
    desk, submission = Desk(forms=contact_form(lead={"campaign": SPRING})), a_submission()
    desk.crm.refuses["Spring"] = PermanentError("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
    assert outcome(desk, submission).evidence["campaign_refused"] == "FIELD_CUSTOM_VALIDATION_EXCEPTION"


def test_a_membership_is_made_where_a_converted_lead_lives_on() -> None:
    desk = Desk(forms=contact_form(lead={"campaign": SPRING}))
    submission = a_submission()
    lead_id = desk.crm.add_lead(LastName="de Vries", Submission_Id__c=submission.submission_id)
    contact_id = desk.crm.add_contact(LastName="de Vries")
    desk.crm.moves[lead_id] = contact_id
    assert desk.process(submission) == []
    assert [one.record_id for one in desk.crm.members] == [contact_id]


def test_a_member_that_refuses_the_whole_call_keeps_nobody_else_out() -> None:
    desk = Desk(forms=contact_form(lead={"campaign": SPRING}))
    desk.crm.fails_in_turn["join_campaigns"] = [RefusedCallError("JSON_PARSER_ERROR", permanent=True)] * 2
    first, second = a_submission(), a_submission(last_name="Bakker", email="bakker@example.com")
    assert desk.process(first, second) == []
    assert outcome(desk, first).evidence["campaign_refused"] == "JSON_PARSER_ERROR"
    assert [one.record_id for one in desk.crm.members] == [outcome(desk, second).record_id]


# --- who must not be taken for somebody else -------------------------------------------------------------------------


def test_a_daughter_s_address_is_not_filled_in_by_a_redelivery_either() -> None:
    """The Task was written, the run was cut off: the second run knows the Lead by the Task, and by nothing more."""
    desk, submission = Desk(), a_submission(first_name="Lotte", phone="0612345678", email="lotte@example.com")
    father = desk.crm.add_lead(FirstName="Jan", LastName="de Vries", Phone="+31612345678", Email=None)
    desk.crm.tasks["00T1"] = {"Id": "00T1", "WhoId": father, "Submission_Id__c": submission.submission_id}
    desk.process(submission)
    assert desk.state(submission) is State.UPDATED
    assert desk.crm.leads[father]["Email"] is None
    assert len(desk.crm.tasks) == 1


def test_who_is_surely_somebody_else_by_now_fills_nothing_in_on_the_record_of_the_task() -> None:
    """The Task is about the father; the daughter's own Lead, which came since, is the one that is sure."""
    desk, submission = Desk(), a_submission(first_name="Lotte", phone="0621345678", email="lotte@example.com")
    father = desk.crm.add_lead(FirstName="Jan", LastName="de Vries", Phone="+31621345678", Email=None)
    desk.crm.add_lead(FirstName="Lotte", LastName="de Vries", Email="lotte@example.com")
    desk.crm.tasks["00T1"] = {"Id": "00T1", "WhoId": father, "Submission_Id__c": submission.submission_id}
    desk.process(submission)
    assert outcome(desk, submission).record_id == father
    assert desk.crm.leads[father]["Email"] is None


def test_two_blank_first_names_are_not_the_same_name() -> None:
    desk, submission = Desk(), a_submission(first_name="", last_name="Jansen", email="dochter@example.com")
    lead_id = desk.crm.add_lead(LastName="Jansen", Email=None)
    desk.crm.rules["Jansen"] = (a_match(lead_id),)
    desk.process(submission)
    assert desk.crm.leads[lead_id]["Email"] is None
    assert len(desk.crm.tasks) == 1


def test_two_whom_a_rule_takes_for_one_do_not_overwrite_each_other() -> None:
    desk = Desk()
    lead_id = desk.crm.add_lead(FirstName="Sanne", LastName="De Vries", Email="prive@example.com", Phone=None)
    desk.crm.rules["de Vries"] = (a_match(lead_id),)
    first = a_submission(phone="0612345678", email="een@example.com")
    second = a_submission(phone="0612345679", email="twee@example.com")
    desk.process(first, second)
    assert desk.crm.leads[lead_id]["Phone"] == "+31612345678"


def test_a_form_that_wants_a_lead_beside_a_contact_prefers_the_lead_that_a_rule_finds() -> None:
    desk, submission = Desk(forms=contact_form(existing={"contact": "lead"})), a_submission()
    contact_id = desk.crm.add_contact(LastName="de Vries", Email="zakelijk@example.com")
    lead_id = desk.crm.add_lead(LastName="de Vries", Email="prive@example.com")
    desk.crm.rules["de Vries"] = (a_match(contact_id), a_match(lead_id, 80))
    desk.process(submission)
    assert outcome(desk, submission).record_id == lead_id


def test_of_two_alike_the_org_s_own_confidence_decides() -> None:
    desk, submission = Desk(), a_submission()
    less, more = (desk.crm.add_lead(LastName="de Vries", Email=f"{n}@example.org") for n in range(2))
    desk.crm.rules["de Vries"] = (a_match(less, 80), a_match(more, 95))
    desk.process(submission)
    assert outcome(desk, submission).record_id == more


def test_a_lead_of_ours_that_somebody_deleted_is_no_answer_to_the_submission() -> None:
    desk, submission = Desk(), a_submission()
    desk.crm.add_lead(LastName="x", Submission_Id__c=submission.submission_id, IsDeleted=True, MasterRecordId=None)
    desk.crm.before["upsert_leads"] = desk.crm.leads.clear
    desk.process(submission)
    assert "upsert_leads" in desk.crm.calls
    assert desk.state(submission) is State.CREATED


# --- what nobody understands -----------------------------------------------------------------------------------------


def test_a_bug_that_one_submission_meets_is_named_and_the_others_go_on() -> None:
    desk = Desk()
    good, odd = a_submission(), a_submission(last_name="Odd", email="odd@example.com")
    plain = desk.crm._upsert

    def breaks(lead: NewLead) -> Written:
        if lead.record["LastName"] == "Odd":
            raise KeyError("canary@example.com")
        return plain(lead)

    desk.crm._upsert = breaks  # type: ignore[method-assign]
    assert desk.process(good, odd) == []
    assert (desk.state(good), desk.row(odd).reason) == (State.CREATED, Reason.INTERNAL_ERROR)
    assert "canary" not in str(desk.row(odd).rejection)


# --- when the org's daily calls run short ----------------------------------------------------------------------------


def a_repeat(submission: Submission) -> Submission:
    return submission.model_copy(update={"attempts": 1})


def test_below_the_reserve_new_submissions_go_first_and_repeats_wait_without_using_up_a_try() -> None:
    desk = Desk()
    desk.crm.calls_run_short = True
    new, repeat = a_submission(), a_repeat(a_submission(last_name="Bakker", email="bakker@example.com"))
    replayed = a_submission(last_name="Smit", email="smit@example.com").model_copy(update={"replay_count": 1})
    assert len(desk.process(new, repeat, replayed)) == 2
    assert desk.state(new) is State.CREATED
    assert (desk.state(repeat), desk.row(repeat).attempts) == (State.RECEIVED, 1)
    assert (desk.state(replayed), desk.row(replayed).attempts) == (State.RECEIVED, 0)
    assert desk.row(repeat).last_error == "api_calls_kept_for_new_submissions"


def test_who_may_be_the_person_of_a_waiting_repeat_waits_as_well() -> None:
    """The repeat may have written already: a new Lead for the same phone would be the second."""
    desk = Desk()
    desk.crm.calls_run_short = True
    repeat = a_repeat(a_submission(phone="0612345678", email="een@example.com"))
    same = a_submission(phone="0612345678", email="twee@example.com")
    assert len(desk.process(repeat, same)) == 2
    assert not desk.crm.leads


def test_a_namesake_of_a_waiting_repeat_waits_as_well_where_they_meet_in_one_batch() -> None:
    """The matcher may take them for one person, and the repeat may have a write under way that nobody sees yet."""
    desk = Desk()
    desk.crm.calls_run_short = True
    repeat, namesake = a_repeat(a_submission(email="een@example.com")), a_submission(email="twee@example.com")
    assert len(desk.process(repeat, namesake)) == 2
    assert not desk.crm.leads
    assert desk.process(namesake) == []
    assert desk.state(namesake) is State.CREATED


def test_repeats_alone_cost_no_call_below_the_reserve() -> None:
    desk = Desk()
    desk.crm.calls_run_short = True
    desk.process(a_repeat(a_submission()))
    assert desk.crm.calls == []


def test_a_cold_instance_learns_from_its_look_up_that_calls_run_short_and_writes_no_repeat() -> None:
    desk, repeat = Desk(), a_repeat(a_submission())

    def run_short() -> None:
        desk.crm.calls_run_short = True

    desk.crm.before["look_up"] = run_short
    assert len(desk.process(repeat)) == 1
    assert desk.crm.calls == ["look_up"]
    assert not desk.crm.leads


def test_at_the_limit_nothing_is_ever_rejected_however_long_it_lasts() -> None:
    desk = Desk()
    submission = a_submission().model_copy(update={"attempts": MAX_ATTEMPTS - 1})
    desk.crm.fails["look_up"] = BudgetError("REQUEST_LIMIT_EXCEEDED")
    for _ in range(3):
        desk.process(submission)
    assert (desk.state(submission), desk.row(submission).attempts) == (State.RECEIVED, MAX_ATTEMPTS - 1)
    desk.crm.fails.clear()
    desk.process(submission)
    assert desk.state(submission) is State.CREATED
