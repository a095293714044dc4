"""Whose a row is, what an erasure leaves of it, and which of the org's records go: the rules about people who ask."""

from datetime import timedelta
from time import process_time
from typing import Any

import pytest

from shared.crm import Record
from shared.form.definition import Form, forms
from shared.form.field import FieldType, FormField
from shared.privacy.org_records import Left, judge
from shared.privacy.subject import THEIRS, Subject, relation, subject
from shared.privacy.tombstone import UNDER_WAY, may_land_until, tombstone
from shared.submission import Claim, State, Submission
from tests.builders import NOW, SECRET, a_submission

EMAIL = "wilhelmina.k@kanarie.example"
PHONE = "+31612345678"
PERSON = subject(SECRET, EMAIL, PHONE)


def item(row: Submission) -> dict[str, Any]:
    return row.model_dump(mode="json", exclude_none=True)


def related(row: Submission | dict[str, Any], person: Subject = PERSON) -> str:
    stored = row if isinstance(row, dict) else item(row)
    return relation(stored, person, forms().get(str(stored.get("form_id"))))


def edited(first: Submission, **fields: str) -> Submission:
    """By an operator; the keys follow with the replay."""
    return first.model_copy(update={"fields": {**first.fields, **fields}, "original_fields": first.fields})


def accepted(email: str, **fields: str) -> Submission:
    """By a form that takes everything, so that an operator can mend it."""
    return a_submission("test-ride", state=State.REJECTED, email=email, phone="", bike="e-bike", **fields)


# --- whose it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f" {EMAIL} ", "wilhelmina.k+fiets@kanarie.example"])
@pytest.mark.parametrize("state", [one for one in State if one is not State.ERASED])
def test_a_row_with_the_address_is_theirs_in_every_state(email: str, state: State) -> None:
    assert related(a_submission(state=state, email=email)) == "address"


def test_an_address_that_gave_no_key_is_found_by_its_text() -> None:
    """A form that takes everything keeps it; what is no valid address to the letter has no key."""
    row = item(a_submission(email=EMAIL)) | {"person_keys": []}
    assert related(row) == "address"


def test_of_a_form_that_is_gone_the_key_says_whose_a_row_is() -> None:
    """Which of its fields asked for the sender's address nobody knows any more."""
    row = item(a_submission(email=EMAIL)) | {"form_id": "gone"}
    assert related(row) == "address"
    assert related(row | {"person_keys": []}) == "mentioned"


@pytest.mark.parametrize("field", ["message", "company", "first_name"])
@pytest.mark.parametrize("email", ["baas@firma.example", ""])
def test_an_address_in_another_field_is_a_mention_even_where_nothing_else_stands_in_it(field: str, email: str) -> None:
    """A boss who writes about an employee: the row is the boss's."""
    row = item(a_submission(email=email))
    assert related(row | {"fields": {**row["fields"], field: EMAIL}}) == "mentioned"


def asking_for_a_friend(*, own_lead_field: str) -> Form:
    contact = forms()["contact"]
    label = {"nl": "Adres van een vriend", "en": "A friend's address"}
    friend = FormField.model_validate(
        {"name": "friend", "type": FieldType.EMAIL, "label": label, "max_length": 80, "lead_field": "Friend__c"}
    )
    own = [
        one.model_copy(update={"lead_field": own_lead_field}) if one.name == "email" else one for one in contact.fields
    ]
    return contact.model_copy(update={"fields": (*own, friend)})


def test_of_two_e_mail_fields_the_one_that_fills_the_leads_address_says_whose_a_row_is() -> None:
    form = asking_for_a_friend(own_lead_field="Email")
    assert relation(item(a_submission(email="eva@example.com", friend=EMAIL)), PERSON, form) == "mentioned"
    assert relation(item(a_submission(email=EMAIL, friend="eva@example.com")), PERSON, form) == "address"


def test_where_no_field_is_the_leads_address_the_only_e_mail_field_is_and_of_two_none() -> None:
    row = item(a_submission(email=EMAIL)) | {"person_keys": []}
    form = asking_for_a_friend(own_lead_field="Own__c")
    assert relation(row, PERSON, form) == "mentioned"
    alone = form.model_copy(update={"fields": form.fields[:-1]})
    assert relation(row, PERSON, alone) == "address"


def test_an_address_that_was_edited_away_is_shown_and_not_taken() -> None:
    """Mostly a typo that an operator mended: then it is a stranger's address, and the row is not the stranger's. In
    what arrived, or in the keys of a row that nobody has replayed since."""
    away = edited(a_submission(email=EMAIL), email="eva@example.com")
    assert related(away) == "earlier_address"
    replayed = a_submission(email="eva@example.com").model_copy(update={"original_fields": away.original_fields})
    assert related(replayed) == "earlier_address"
    assert related(edited(a_submission(email=EMAIL), email="")) == "earlier_address"
    assert "earlier_address" not in THEIRS


def test_an_edit_of_something_else_leaves_a_row_theirs() -> None:
    row = edited(a_submission(email=EMAIL), message="korter")
    assert related(row) == "address"
    assert related(item(row) | {"form_id": "gone"}) == "address"


def test_a_row_that_was_edited_to_the_address_is_theirs_before_it_is_replayed() -> None:
    first = a_submission(email="typo@kanarie.exmaple")
    assert related(edited(first, email=EMAIL)) == "address"


@pytest.mark.parametrize(
    "typed",
    [
        f"{EMAIL}.",
        f"Wilhelmina K. <{EMAIL}>",
        f"<{EMAIL}>",
        f"mailto:{EMAIL}",
        f"{EMAIL} x",
        f"{EMAIL},",
        f'"{EMAIL}"',
        f"'{EMAIL}'",
        "wilhelmina.k @kanarie.example",
        "wilhelmina.k@ kanarie.example",
        f"{EMAIL}; {EMAIL.upper()}",
    ],
)
def test_an_address_that_is_not_well_formed_is_theirs_where_it_is_the_only_one(typed: str) -> None:
    assert related(accepted(typed)) == "address"


@pytest.mark.parametrize("typed", [f"{EMAIL};eva@example.com", f"eva@example.com, {EMAIL}", f"{EMAIL}@example.com"])
def test_with_two_addresses_in_one_field_nobody_can_say_whose_it_is(typed: str) -> None:
    assert related(accepted(typed)) == "several"
    assert "several" not in THEIRS


def test_beyond_many_addresses_in_one_field_a_person_is_still_shown() -> None:
    assert related(accepted(" ".join([*(f"w{n}@kanarie.example" for n in range(50)), EMAIL]))) == "mentioned"


def test_a_word_before_an_address_may_be_a_part_of_it() -> None:
    """`wilhelmina k@...`: a name and k's address, or an address with a blank in it."""
    assert related(accepted(f"jan {EMAIL}")) == "several"


def test_an_address_with_a_blank_in_its_domain_is_shown() -> None:
    assert related(accepted("wilhelmina.k@kanarie .example")) == "mentioned"


@pytest.mark.parametrize(
    "text", ["a" * 64_000, "@" * 64_000, "a@" * 32_000, "a @ " * 16_000, "<" * 64_000 + "@", "a@é " * 16_000]
)
def test_a_text_full_of_signs_takes_time_for_its_length_only(text: str) -> None:
    """The whole table is looked through in this way. So long a text can be sent; with the square of it, minutes."""
    row = {"form_id": "test-ride", "state": "rejected", "fields": {"email": text}, "sources": {"page_url": text}}
    started = process_time()
    assert related(row) == "none"
    assert process_time() - started < 2


UMLAUT, ASCII = "w@müller.example", "w@xn--mller-kva.example"
DECOMPOSED = "w@mu\u0308ller.example"


@pytest.mark.parametrize("asked", [UMLAUT, ASCII, DECOMPOSED, UMLAUT.upper()])
@pytest.mark.parametrize("stored", [UMLAUT, ASCII, DECOMPOSED, "w+fiets@müller.example", "w@ｍüller.example"])
def test_a_domain_is_the_same_in_each_of_its_spellings(asked: str, stored: str) -> None:
    person = subject(SECRET, asked)
    assert related(a_submission(email=stored), person) == "address"
    assert related(item(accepted(stored)) | {"person_keys": []}, person) == "address"
    assert related(a_submission(message=f"Mail {stored}!"), person) == "mentioned"
    assert related(tombstone(item(a_submission(email=stored)), key="", by="eva", now=NOW, why="x"), person) == "erased"
    assert (person.email_key, person.taught_key) == (
        subject(SECRET, ASCII).email_key,
        subject(SECRET, ASCII).taught_key,
    )


def test_a_name_is_the_same_composed_and_decomposed() -> None:
    """No Lead can have it, a row of a form that takes everything can."""
    person = subject(SECRET, "ren\u00e9@kanarie.example")
    assert related(accepted("rene\u0301@kanarie.example"), person) == "address"


def test_at_gmail_dots_and_the_second_domain_count_for_nothing() -> None:
    assert related(accepted("s.anne.v@googlemail.com"), subject(SECRET, "sannev@gmail.com")) == "address"


@pytest.mark.parametrize("phone", [PHONE, "06-12345678", "0031 6 12345678", "06 123 456 78"])
def test_a_number_without_an_address_is_theirs(phone: str) -> None:
    row = item(a_submission(email="", phone=phone))
    assert related(row) == "phone"
    assert related(row | {"person_keys": []}) == "phone", "also where it gave no key"


def test_a_number_that_was_edited_away_may_be_a_strangers() -> None:
    """As with an address. An edit of something else changes nothing."""
    first = a_submission(email="", phone=PHONE)
    assert related(edited(first, phone="+31687654321")) == "mentioned"
    assert related(item(edited(first, phone="")) | {"person_keys": []}) == "mentioned"
    assert related(edited(first, message="korter")) == "phone"
    assert related(item(edited(first, message="korter")) | {"form_id": "gone"}) == "phone"


def test_a_number_beside_what_is_no_address_may_be_somebody_elses() -> None:
    """A son's, who forgot the @."""
    row = a_submission("test-ride", email="zoon.kanarie.example", phone=PHONE, bike="e-bike")
    assert related(row) == "same_phone"


def test_a_number_in_another_field_is_a_mention() -> None:
    assert related(a_submission(email="", phone="", message="06 12345678")) == "mentioned"
    assert related(item(a_submission(email="", phone=PHONE)) | {"form_id": "gone", "person_keys": []}) == "mentioned"


def test_a_number_with_another_address_is_somebody_elses() -> None:
    """A family shares a phone: erasing the daughter must not erase the father."""
    row = a_submission(email="vader@example.com", phone=PHONE)
    assert related(row) == "same_phone"
    without = item(row) | {"person_keys": [], "fields": {"phone": PHONE}, "original_fields": dict(row.fields)}
    assert related(without) == "same_phone", "also after an operator took the address away"


def test_a_number_counts_only_where_it_was_given() -> None:
    assert related(a_submission(email="", phone=PHONE), subject(SECRET, EMAIL)) == "none"


def test_an_address_in_somebody_elses_text_is_shown_and_not_taken() -> None:
    row = a_submission(email="eva@example.com", message=f"Mail ook even naar {EMAIL.title()}, mijn moeder")
    assert related(row) == "mentioned"


def test_a_row_that_this_release_cannot_read_is_found_too() -> None:
    row = {"submission_id": "x", "form_id": "contact", "state": "of_tomorrow", "fields": {"email": EMAIL, "n": 3}}
    assert related(row) == "address"
    assert related(row | {"fields": {"mail": EMAIL, "n": 3}}) == "mentioned"
    assert related(row | {"fields": [EMAIL]}) == "mentioned"


def test_somebody_else_is_nobody_we_know() -> None:
    assert related(a_submission(email="eva@example.com", phone="+31687654321")) == "none"


def test_what_was_erased_is_known_by_its_keys_alone() -> None:
    row = item(a_submission(state=State.CREATED, email=EMAIL))
    left = tombstone(row, key=PERSON.email_key, by="eva", now=NOW, why="erasure")
    assert related(left) == "erased"
    assert related(left, subject(SECRET, "eva@example.com")) == "none"


def test_what_is_left_of_somebody_else_with_the_same_number_is_not_theirs() -> None:
    """Husband and wife: his row ended, and her request must not reach his Lead."""
    his = tombstone(item(a_submission(email="man@example.com", phone=PHONE)), key="", by="x", now=NOW, why="retention")
    assert related(his) == "none"
    nobodys = tombstone(item(a_submission(email="", phone=PHONE)), key="", by="x", now=NOW, why="retention")
    assert related(nobodys) == "erased"
    his_too = tombstone(
        item(a_submission(email="", phone=PHONE)),
        key=subject(SECRET, "man@example.com").email_key,
        by="x",
        now=NOW,
        why="he asked for it",
    )
    assert related(his_too) == "none"


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


@pytest.mark.parametrize("keep", ["s-1", "00Q1"])
def test_what_an_operator_keeps_stays_by_its_id_or_its_submissions(keep: str) -> None:
    verdict = judged(lead("00Q1", "s-1"), lead("00Q2", "s-2"), tasks=[task("00T1", "s-1", "00Q2")], keep=[keep])
    assert (verdict.leads, verdict.tasks) == ((), ()), "a Lead takes its Tasks along"
    assert {(one.record_id, one.why) for one in verdict.left} == {("00Q1", "kept"), ("00Q2", "kept"), ("00T1", "kept")}
    assert judged(lead("00Q1", "s-1"), lead("00Q2", "s-2"), keep=[keep]).leads == ("00Q2",)
