"""What a form wants to happen with known people: every policy, and what a known Lead gets of whom and when."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import TransientError
from shared.form.definition import Form
from shared.form.field import FormField
from shared.leads.planning import verdict_of
from shared.matching import Decision
from shared.submission import State, Submission
from tests.builders import NOW, Desk, a_submission, contact_form
from tests.verdicts import DOUBT, decided, in_doubt

LEAD, CONTACT, PLANNED = "00Q000000000000000", "003000000000000000", "1a2b3c4d-0000-4000-8000-000000000000"
POLICIES = list(itertools.product(("update", "hold", "create"), ("attach", "hold", "lead"), ("hold", "create")))


@pytest.mark.parametrize(("lead", "contact", "unsure"), POLICIES)
@pytest.mark.parametrize("candidate", [LEAD, CONTACT, PLANNED])
@pytest.mark.parametrize("outcome", ["update", "hold", "create"])
def test_every_policy_decides_about_every_outcome(
    lead: str, contact: str, unsure: str, candidate: str, outcome: Any
) -> None:
    existing = contact_form(existing={"lead": lead, "contact": contact, "unsure": unsure})["contact"].existing
    wanted = {
        "create": "create",
        "hold": unsure,
        "update": {"attach": "update", "lead": "update", "hold": "hold"}[contact] if candidate == CONTACT else lead,
    }[outcome]
    assert verdict_of(Decision(outcome, candidate, 20.0), existing) == wanted


@pytest.mark.parametrize(("lead", "contact", "unsure"), POLICIES)
@pytest.mark.parametrize("known_as", ["lead", "contact", "perhaps a lead", "perhaps a contact", "nobody"])
def test_every_policy_ends_in_its_state(
    lead: str, contact: str, unsure: str, known_as: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(forms=contact_form(existing={"lead": lead, "contact": contact, "unsure": unsure}))
    person = {"FirstName": "Sanne", "LastName": "de Vries", "Email": "sanne@example.com"}
    if known_as.endswith("lead"):
        desk.crm.add_lead(**person)
    elif known_as.endswith("contact"):
        desk.crm.add_contact(**person)
    if known_as.startswith("perhaps"):
        in_doubt(monkeypatch)
    submission = a_submission()
    assert desk.process(submission) == []
    held_or_created = State.HELD if unsure == "hold" else State.CREATED
    wanted = {
        "lead": {"update": State.UPDATED, "hold": State.HELD, "create": State.CREATED}[lead],
        "contact": {"attach": State.ATTACHED, "hold": State.HELD, "lead": State.CREATED}[contact],
        "perhaps a lead": held_or_created,
        "perhaps a contact": State.CREATED if contact == "lead" else held_or_created,
        "nobody": State.CREATED,
    }[known_as]
    assert desk.state(submission) is wanted
    assert len(desk.crm.tasks) == (0 if wanted is State.CREATED else 1)


def test_a_policy_that_decided_is_told_in_the_evidence() -> None:
    desk = Desk(forms=contact_form(existing={"lead": "hold"}))
    desk.crm.add_lead(FirstName="Sanne", LastName="de Vries", Email="sanne@example.com")
    submission = a_submission()
    desk.process(submission)
    outcome = desk.row(submission).outcome
    assert outcome is not None
    assert (outcome.evidence["rule"], outcome.evidence["policy"]) == ("same_person", "hold")


def test_two_at_once_of_a_form_that_always_creates_are_two_leads() -> None:
    desk = Desk(forms=contact_form(existing={"lead": "create"}))
    assert desk.process(a_submission(), a_submission()) == []
    assert len(desk.crm.leads) == 2


# --- nothing newer is replaced by something older ---------------------------------------------------------------------


def title_form(**field: Any) -> dict[str, Form]:
    forms = contact_form()
    keys = {"name": "title", "label": {"nl": "Functie", "en": "Title"}, "lead_field": "Title", "max_length": 128}
    title = FormField.model_validate({**keys, "on_existing": "replace", **field})
    return {"contact": forms["contact"].model_copy(update={"fields": (*forms["contact"].fields, title)})}


def sent(title: str, seconds: int, **fields: Any) -> Submission:
    """So many seconds after NOW."""
    submission = a_submission(title=title, **fields)
    return submission.model_copy(update={"received_at": NOW + timedelta(seconds=seconds)})


def known(desk: Desk, **fields: Any) -> str:
    person = {"FirstName": "Sanne", "LastName": "de Vries", "Email": "sanne@example.com"}
    return desk.crm.add_lead(**person | fields)


@pytest.mark.parametrize(("first", "second", "stays"), [(1, 2, "second"), (2, 1, "first")])
def test_of_two_in_one_batch_the_one_that_was_sent_later_stands_whatever_their_order(
    first: int, second: int, stays: str
) -> None:
    desk = Desk(forms=title_form())
    lead_id = known(desk, Title="old", LastModifiedDate="2026-11-30T11:00:00.000+0000")
    assert desk.process(sent("first", first), sent("second", second)) == []
    assert desk.crm.leads[lead_id]["Title"] == stays


@pytest.mark.parametrize(("first", "second", "stays"), [(1, 2, "second"), (2, 1, "first")])
def test_a_lead_that_the_batch_makes_is_as_old_as_what_made_it(first: int, second: int, stays: str) -> None:
    desk = Desk(forms=title_form())
    assert desk.process(sent("first", first), sent("second", second)) == []
    [lead] = desk.crm.leads.values()
    assert lead["Title"] == stays


@pytest.mark.parametrize(("second", "stays"), [(2, "second"), (0, "first")])
def test_a_held_lead_that_the_batch_makes_is_as_old_as_what_made_it(
    second: int, stays: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(forms=title_form())
    candidate = known(desk)
    held, again = sent("first", 1), sent("second", second)
    decided(
        monkeypatch,
        {
            held.submission_id: Decision("hold", candidate, 24.0, DOUBT),
            again.submission_id: Decision("update", held.submission_id, 30.0),
        },
    )
    desk.process(held, again)
    [lead] = [one for one in desk.crm.leads.values() if one["Id"] != candidate]
    assert lead["Title"] == stays


def test_an_older_one_that_only_filled_a_blank_makes_the_lead_no_older() -> None:
    desk = Desk(forms=title_form())
    lead_id = known(desk, Title="old", Phone=None, LastModifiedDate="2026-11-30T12:00:05.000+0000")
    desk.process(sent("late", 1, phone="0612345678"), sent("late too", 2))
    assert (desk.crm.leads[lead_id]["Title"], desk.crm.leads[lead_id]["Phone"]) == ("old", "+31612345678")


def test_a_replay_of_last_week_replaces_nothing() -> None:
    desk = Desk(forms=title_form())
    lead_id = known(desk, Title="of today", LastModifiedDate="2026-11-30T12:00:00.000+0000")
    desk.process(sent("of last week", -7 * 24 * 3600).model_copy(update={"replay_count": 1}))
    assert desk.crm.leads[lead_id]["Title"] == "of today"


# --- texts that grow --------------------------------------------------------------------------------------------------


def growing_form() -> dict[str, Form]:
    forms = contact_form()
    fields = tuple(
        field.model_copy(update={"on_existing": "append"}) if field.name == "message" else field
        for field in forms["contact"].fields
    )
    return {"contact": forms["contact"].model_copy(update={"fields": fields})}


def test_three_in_one_batch_append_each_their_own_text_once() -> None:
    desk = Desk(forms=growing_form())
    lead_id = known(desk, Description="Note of sales")
    assert desk.process(*(a_submission(message=f"Question {n}") for n in range(3))) == []
    text = desk.crm.leads[lead_id]["Description"]
    assert text.startswith("Note of sales\n\n— 2026-11-30 (inzending ")
    assert [text.count(f"Question {n}") for n in range(3)] == [1, 1, 1]


def test_a_text_that_landed_before_the_run_was_cut_off_is_not_appended_again() -> None:
    desk = Desk(forms=growing_form())
    lead_id = known(desk, Description="Note of sales")
    submission = a_submission()
    desk.process(submission)
    text = desk.crm.leads[lead_id]["Description"]
    desk.crm.tasks.clear()
    desk.ledger.rows[submission.submission_id] = submission
    assert desk.process(submission) == []
    assert desk.crm.leads[lead_id]["Description"] == text
    assert len(desk.crm.tasks) == 1


def test_a_text_that_could_not_be_written_is_appended_by_the_next_try() -> None:
    desk = Desk(forms=growing_form())
    lead_id = known(desk, Description="Note of sales")
    desk.crm.refuses["de Vries"] = TransientError("UNABLE_TO_LOCK_ROW")
    submission = a_submission()
    assert len(desk.process(submission)) == 1
    desk.crm.refuses.clear()
    assert desk.process(submission) == []
    assert desk.crm.leads[lead_id]["Description"].count("bakfietsen") == 1
    assert len(desk.crm.tasks) == 1
