"""Whose a row is, what an erasure leaves of it, and which of the org's records go: the rules about people who ask."""

from datetime import timedelta
from typing import Any

import pytest

from shared.crm import Record
from shared.privacy.org_records import Left, judge
from shared.privacy.subject import relation, subject
from shared.privacy.tombstone import UNDER_WAY, may_land_until, tombstone
from shared.submission import Claim, State, Submission
from tests.builders import NOW, SECRET, a_submission

EMAIL = "wilhelmina.k@kanarie.example"
PHONE = "+31612345678"
PERSON = subject(SECRET, EMAIL, PHONE)


def item(row: Submission) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude_none=True)


def related(row: Submission | dict[str, Any]) -> str:
    return relation(row if isinstance(row, dict) else item(row), PERSON, "NL")


# --- whose it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL} ", "wilhelmina.k+fiets@kanarie.example"])
@pytest.mark.parametrize("state", [one for one in State if one is not State.ERASED])
def test_a_row_with_the_address_is_theirs_in_every_state(email: str, state: State) -> None:
    assert related(a_submission(state=state, email=email)) == "address"


def test_an_address_that_gave_no_key_is_found_by_its_text() -> None:
    """A form that takes everything keeps it; without a last name and a valid address it has no key of theirs."""
    row = item(a_submission(email=EMAIL)) | {"person_keys": [], "form_id": "gone", "fields": {"contact": EMAIL}}
    assert related(row) == "address"


def test_an_address_that_was_edited_away_is_still_theirs() -> None:
    """In what arrived, or in the keys of a row that nobody has replayed since."""
    first = a_submission(email=EMAIL)
    edited = first.model_copy(update={"fields": {**first.fields, "email": "eva@example.com"}})
    assert related(edited) == "earlier_address"
    replayed = a_submission(email="eva@example.com").model_copy(update={"original_fields": first.fields})
    assert related(replayed) == "earlier_address"


def test_a_row_that_was_edited_to_the_address_is_theirs_before_it_is_replayed() -> None:
    first = a_submission(email="typo@kanarie.exmaple")
    row = first.model_copy(update={"fields": {**first.fields, "email": EMAIL}, "original_fields": first.fields})
    assert related(row) == "address"


@pytest.mark.parametrize("phone", [PHONE, "06-12345678", "0031 6 12345678", "06 123 456 78"])
def test_a_number_without_an_address_is_theirs(phone: str) -> None:
    row = item(a_submission(email="", phone=phone))
    assert related(row) == "phone"
    assert related(row | {"person_keys": []}) == "phone", "also where it gave no key"


def test_a_number_with_another_address_is_somebody_elses() -> None:
    """A family shares a phone: erasing the daughter must not erase the father."""
    assert related(a_submission(email="vader@example.com", phone=PHONE)) == "same_phone"


def test_a_number_counts_only_where_it_was_given() -> None:
    assert relation(item(a_submission(email="", phone=PHONE)), subject(SECRET, EMAIL), "NL") == "none"


def test_an_address_in_somebody_elses_text_is_shown_and_not_taken() -> None:
    row = a_submission(email="eva@example.com", message=f"Mail ook even naar {EMAIL.title()}, mijn moeder")
    assert related(row) == "mentioned"


def test_a_row_that_this_release_cannot_read_is_found_too() -> None:
    assert related({"submission_id": "x", "state": "of_tomorrow", "fields": {"mail": EMAIL, "n": 3}}) == "address"


def test_somebody_else_is_nobody_we_know() -> None:
    assert related(a_submission(email="eva@example.com", phone="+31687654321")) == "none"


def test_what_was_erased_is_known_by_its_keys_alone() -> None:
    row = item(a_submission(state=State.CREATED, email=EMAIL))
    left = tombstone(row, key=PERSON.email_key, by="eva", now=NOW, why="erasure")
    assert related(left) == "erased"
    assert relation(item(left), subject(SECRET, "eva@example.com"), "NL") == "none"


@pytest.mark.parametrize("text", ["", "kanarie", "@", "a@", "@b", "a b@c.nl", "a@b c"])
def test_what_is_no_address_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^email: an address such as sanne@example.com is wanted$"):
        subject(SECRET, text)


@pytest.mark.parametrize("text", ["0612345678", "kanarie", "+31", "112"])
def test_a_number_needs_its_country(text: str) -> None:
    with pytest.raises(ValueError, match=r"^phone: a number with its country is wanted"):
        subject(SECRET, EMAIL, text)


# --- what is left ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [one for one in State if one not in {State.RECEIVED, State.ERASED}])
def test_nothing_is_under_way_for_a_row_that_nobody_works_on(state: State) -> None:
    assert may_land_until(item(a_submission(state=state)), NOW) is None


def test_what_a_processor_may_have_in_hand_can_land_until_its_call_has_ended() -> None:
    assert may_land_until(item(a_submission()), NOW) == NOW + UNDER_WAY
    assert timedelta(seconds=660) < UNDER_WAY


def test_a_write_without_an_answer_and_a_decision_under_way_have_their_own_ends() -> None:
    later = NOW + timedelta(minutes=5)
    doubt = a_submission(state=State.REJECTED).model_copy(update={"in_doubt_until": later})
    assert may_land_until(item(doubt), NOW) == later
    claim = Claim(run="r", by="eva", decision="merge", until=later)
    held = a_submission(state=State.HELD).model_copy(update={"claim": claim})
    assert may_land_until(item(held), NOW) == later
    assert may_land_until(item(held), later) is None


def test_what_is_left_of_a_row_holds_nothing_personal_and_keeps_its_replays() -> None:
    row = a_submission(email=EMAIL, phone=PHONE).model_copy(
        update={"original_fields": {"email": EMAIL}, "replay_count": 2, "last_error": "x", "fingerprint": "f"}
    )
    left = tombstone(item(row) | {"of_tomorrow": EMAIL}, key="", by="eva", now=NOW, why="erasure")
    assert "kanarie" not in left.model_dump_json()
    assert (left.state, left.replay_count, left.received_at) == (State.ERASED, 2, row.received_at)
    assert set(left.person_keys) == set(row.person_keys)


# --- the org -----------------------------------------------------------------------------------------------------


def lead(record_id: str, submission_id: str = "", **more: Any) -> Record:
    row = {"Id": record_id, "IsDeleted": False, "MasterRecordId": None, "IsConverted": False}
    return row | {"Submission_Id__c": submission_id or None} | more


def task(record_id: str, submission_id: str, who_id: str) -> Record:
    return {"Id": record_id, "Submission_Id__c": submission_id, "WhoId": who_id}


def judged(*leads: Record, **more: Any) -> Any:
    return judge(**{"leads": leads, "tasks": (), "contacts": (), "noted": (), "staying": set()} | more)


def test_our_own_leads_and_tasks_go() -> None:
    verdict = judged(lead("00Q1", "s-1"), tasks=[task("00T1", "s-1", "00Q1")])
    assert (verdict.leads, verdict.tasks, verdict.left) == (("00Q1",), ("00T1",), ())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (lead("00Q1", "s-1", IsConverted=True), "converted"),
        (lead("00Q1"), "not_ours"),
        (lead("00Q1", "s-new"), "newer_submission"),
    ],
)
def test_what_a_program_must_not_delete_is_left_to_people(row: Record, why: str) -> None:
    verdict = judged(row, staying={"s-new"})
    assert (verdict.leads, [one.why for one in verdict.left]) == ((), [why])


def test_a_contact_is_never_deleted_and_our_task_on_it_is() -> None:
    verdict = judged(contacts=[{"Id": "0031"}], tasks=[task("00T1", "s-1", "0031")])
    assert (verdict.tasks, verdict.left) == (("00T1",), (Left("0031", "Contact", "contact"),))


def test_a_lead_with_a_note_of_a_submission_that_stays_is_kept_and_so_is_the_note() -> None:
    """A Lead takes its Tasks along: sales would never hear of what was sent after the request."""
    verdict = judged(lead("00Q1", "s-1"), tasks=[task("00T1", "s-new", "00Q1")], staying={"s-new"})
    assert (verdict.leads, verdict.tasks) == ((), ())
    assert {(one.record_id, one.submission_id) for one in verdict.left} == {("00Q1", "s-new"), ("00T1", "s-new")}


def test_somebody_elses_lead_with_a_note_about_this_person_is_left_and_the_note_goes() -> None:
    """Whoever shares a phone: the father's Lead is ours as well, of a submission that is long gone."""
    verdict = judged(noted=[lead("00Q9", "s-9")], tasks=[task("00T1", "s-1", "00Q9")])
    assert (verdict.leads, verdict.tasks) == ((), ("00T1",))
    assert verdict.left == (Left("00Q9", "Lead", "noted"),)


def test_what_a_lead_was_merged_into_is_named() -> None:
    gone = lead("00Q1", "s-1", IsDeleted=True, MasterRecordId="00Q2")
    verdict = judged(gone, lead("00Q2"))
    assert verdict.left == (Left("00Q2", "Lead", "merged_into"),)


def test_a_master_of_ours_goes_like_any_other() -> None:
    gone = lead("00Q1", "s-1", IsDeleted=True, MasterRecordId="00Q2")
    assert judged(gone, lead("00Q2", "s-2")).leads == ("00Q2",)
