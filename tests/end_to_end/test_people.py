"""Who is one person stays one record, and who is not stays apart: on the deployed stack, as the website sends it."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.submission import State, Submission
from tests.end_to_end.conftest import LocalStack

OWN = ("FirstName", "LastName", "Email", "Phone", "MobilePhone", "Company", "Description")
"""What a visitor filled in: whoever else writes must not change it."""
NAMESAKES = 20


@pytest.fixture(autouse=True)
def a_quiet_org(stack: LocalStack) -> Iterator[None]:
    stack.reset_org()
    yield
    stack.faults()


def a_last_name() -> str:
    """That nobody else in the tests has, and that reads like a name."""
    letters = "".join(
        "bdfgklmnprstvwz"[int(digit, 16) % 15] + "aeiou"[int(digit, 16) % 5] for digit in uuid.uuid4().hex[:5]
    )
    return letters.capitalize()


def a_number() -> str:
    """Nine digits of a Dutch mobile number, without the zero in front: 060, 066, 067 and 069 are none."""
    return f"61{uuid.uuid4().int % 10**7:07d}"


def send(stack: LocalStack, form_id: str = "contact", **fields: Any) -> Submission:
    answer = stack.post(form_id, {"message": "Hallo", "consent": True, **fields})
    assert answer.status_code == 202, answer.text
    return stack.settled(str(answer.json()["receipt"]))


def record_of(row: Submission) -> str:
    assert row.outcome is not None
    return row.outcome.record_id


def leads_called(stack: LocalStack, last_name: str) -> list[dict[str, Any]]:
    return [lead for lead in stack.records("Lead") if last_name[:6].lower() in str(lead["LastName"]).lower()]


def own(stack: LocalStack, lead_id: str) -> dict[str, Any]:
    [lead] = [one for one in stack.records("Lead") if one["Id"] == lead_id]
    return {name: lead[name] for name in OWN}


def test_one_person_who_comes_in_by_five_ways_stays_one_record(stack: LocalStack) -> None:
    name, number = a_last_name(), a_number()
    mailbox = f"robert.{name.lower()}"
    person = {"first_name": "Robert", "last_name": name, "email": f"{mailbox}@example.com", "phone": f"0{number}"}

    first = send(stack, **person)
    assert first.state is State.CREATED
    lead_id = record_of(first)

    spelled = {
        "email": f"{mailbox.upper()}+Fiets@Example.com",
        "phone": f"+31 (0){number[0]} {number[1:5]}-{number[5:]}",
    }
    misspelled = {"first_name": "Rob", "last_name": name[:-1] + ("a" if name[-1] != "a" else "e")}
    new_job = {"email": f"r.{name.lower()}@new-employer.example", "company": "New Employer BV"}
    for way in (spelled, misspelled, new_job):
        row = send(stack, **person | way)
        assert (row.state, record_of(row)) == (State.UPDATED, lead_id), way

    contact_id = stack.convert(lead_id)
    row = send(stack, **person)
    assert (row.state, record_of(row)) == (State.ATTACHED, contact_id)

    assert [lead["Id"] for lead in leads_called(stack, name)] == [lead_id]
    assert len([one for one in stack.records("Contact") if one["LastName"] == name]) == 1
    told = [task for task in stack.records("Task") if task["WhoId"] in {lead_id, contact_id}]
    assert len(told) == 4


def test_five_people_of_one_household_and_one_mailbox_stay_five_and_nobody_changes_another(stack: LocalStack) -> None:
    name, number = a_last_name(), a_number()
    together = {"last_name": name, "email": f"familie.{name.lower()}@example.com", "phone": f"0{number}"}
    stood: dict[str, dict[str, Any]] = {}
    rows = []
    for first_name in ("Jan", "Marieke", "Pieter", "Lotte", "Willemijn"):
        row = send(stack, **together, first_name=first_name, message=f"Ik ben {first_name}")
        rows.append(row)
        stood[record_of(row)] = own(stack, record_of(row))
        assert stood[record_of(row)]["FirstName"] == first_name
        assert {lead_id: own(stack, lead_id) for lead_id in stood} == stood
    assert len(stood) == len(leads_called(stack, name)) == 5
    assert rows[0].state is State.CREATED
    assert {row.state for row in rows[1:]} <= {State.CREATED, State.HELD}
    for row in rows:
        if row.state is State.HELD:
            [lead] = [one for one in stack.records("Lead") if one["Id"] == record_of(row)]
            assert lead["Possible_Duplicate_Of__c"] in set(stood) - {lead["Id"]}
            assert lead["Match_Evidence__c"]
            assert [one["WhoId"] for one in stack.records("Task") if one["Submission_Id__c"] == row.submission_id] == [
                lead["Id"]
            ]


def test_a_household_that_sends_at_the_same_moment_stays_five_too(stack: LocalStack) -> None:
    """One mailbox is one message group: whoever is second sees the first, in one batch as well."""
    name = a_last_name()
    together = {"last_name": name, "email": f"familie.{name.lower()}@example.com"}
    first_names = ("Jan", "Marieke", "Pieter", "Lotte", "Willemijn")
    with ThreadPoolExecutor(len(first_names)) as pool:
        rows = list(pool.map(lambda first_name: send(stack, **together, first_name=first_name), first_names))
    assert sorted(str(lead["FirstName"]) for lead in leads_called(stack, name)) == sorted(first_names)
    assert len({record_of(row) for row in rows}) == 5
    assert {row.state for row in rows} <= {State.CREATED, State.HELD}


def test_twenty_namesakes_at_the_same_moment_are_all_processed(stack: LocalStack) -> None:
    """Initial and last name make one lock for them all: they wait for each other, and nobody for ever."""
    name = a_last_name()
    people = [
        {"first_name": f"S{a_last_name().lower()}", "last_name": name, "email": f"{uuid.uuid4().hex}@example.com"}
        for _ in range(NAMESAKES)
    ]
    with ThreadPoolExecutor(NAMESAKES) as pool:
        rows = list(pool.map(lambda person: send(stack, **person), people))
    assert {row.state for row in rows} <= {State.CREATED, State.HELD}
    assert len(leads_called(stack, name)) == NAMESAKES
