"""Where a person's request ends: not at a third person's data, and not before all of theirs."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.aws.person_rows import PersonRows
from shared.intake.person_keys import email_key
from shared.privacy.tombstone import tombstone
from shared.submission import State, Submission
from tests.builders import SECRET
from tests.integration.privacy_desk import EMAIL, PrivacyDesk, nothing_of, privacy_desk, quiet

__all__ = ["privacy_desk", "quiet"]
pytestmark = pytest.mark.usefixtures("quiet")
GONE = "11111111-1111-4111-8111-111111111111"
"""A submission that the ledger no longer has."""
HUSBAND: dict[str, Any] = {
    "first_name": "Piet", "last_name": "Sijsjes", "email": "piet@sijsjes.example", "message": "Sijsjesvraag",
}  # fmt: skip


def ended(desk: PrivacyDesk, row: Submission) -> None:
    """Its time is over; what is left has its keys."""
    rows = PersonRows(desk.client, "Submissions")
    item = rows.get_many([row.submission_id])[row.submission_id]
    assert rows.erase(item, tombstone(item, key="", by="retention", now=datetime.now(UTC), why="over"))


def test_a_row_that_somebody_mended_since_it_was_seen_does_not_end(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.rejected()
    rows = PersonRows(privacy_desk.client, "Submissions")
    item = rows.get_many([row.submission_id])[row.submission_id]
    left = tombstone(item, key="", by="retention", now=datetime.now(UTC), why="over")
    assert privacy_desk.ledger.edit(row, {**row.fields, "last_name": "Vogel"}, by="eva", now=datetime.now(UTC))
    assert not rows.erase(item, left, also_as_seen=("history",))
    item = rows.get_many([row.submission_id])[row.submission_id]
    assert rows.erase(item, left, also_as_seen=("history",))


def revealed(desk: PrivacyDesk, *arguments: str, email: str = EMAIL) -> Any:
    result = desk.run("privacy", "export", "--email", email, "--reveal", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def a_lead_of(desk: PrivacyDesk, submission_id: str, email: str = EMAIL) -> str:
    moment = "2025-01-30T12:00:00.000+0000"
    return desk.org.add(
        "Lead", LastName="K", Company="C", Email=email, Submission_Id__c=submission_id, CreatedDate=moment
    )


# --- a third person ----------------------------------------------------------------------------------------------


def test_a_shared_phone_reaches_nothing_of_the_other_whose_row_has_ended(privacy_desk: PrivacyDesk) -> None:
    _, hers = privacy_desk.settled()
    his_row, his = privacy_desk.settled(**HUSBAND)
    ended(privacy_desk, his_row)
    phone = ("--phone", "+31612345678", "--salesforce")
    copy = revealed(privacy_desk, *phone)
    assert [one["Id"] for one in copy["salesforce"]["leads"]] == [hers]
    assert nothing_of(("sijsjes",), copy) == []
    assert privacy_desk.erase(*phone)["leads"] == 1
    assert his in privacy_desk.live("Lead")


def test_a_copy_has_no_messages_of_others_that_lie_on_the_persons_lead(privacy_desk: PrivacyDesk) -> None:
    """The daughter's message went to her mother's Lead. Also one that nobody can place any more is not the mother's."""
    mine, lead = privacy_desk.settled()
    own = privacy_desk.task(mine, lead)
    daughters = privacy_desk.add(State.UPDATED, first_name="Eva", email="eva@dochter.example", phone="")
    note = privacy_desk.org.add("Task", WhoId=lead, Description="Evageheim", Submission_Id__c=daughters.submission_id)
    old = privacy_desk.org.add("Task", WhoId=lead, Description="Evageheim", Submission_Id__c=GONE)
    copy = revealed(privacy_desk, "--salesforce")
    assert [one["Id"] for one in copy["salesforce"]["tasks"]] == [own]
    assert set(copy["salesforce"]["other_tasks"]) == {note, old}
    assert nothing_of(("evageheim",), copy) == []


def test_a_copy_has_the_persons_own_messages_of_submissions_that_have_ended(privacy_desk: PrivacyDesk) -> None:
    lead = a_lead_of(privacy_desk, GONE)
    own = privacy_desk.org.add("Task", WhoId=lead, Description="x", Submission_Id__c=GONE)
    assert [one["Id"] for one in revealed(privacy_desk, "--salesforce")["salesforce"]["tasks"]] == [own]


def test_in_a_copy_of_many_submissions_each_task_is_there_once(privacy_desk: PrivacyDesk) -> None:
    """The org is asked in batches: what one of them doesn't know as the person's, another does."""
    mine, lead = privacy_desk.settled()
    more = [privacy_desk.settled()[0] for _ in range(11)]
    tasks = {privacy_desk.task(one, lead) for one in (mine, *more)}
    copy = revealed(privacy_desk, "--salesforce")
    assert {one["Id"] for one in copy["salesforce"]["tasks"]} == tasks
    assert copy["salesforce"]["other_tasks"] == []


def test_who_is_only_mentioned_gets_nothing_of_the_sender(privacy_desk: PrivacyDesk) -> None:
    boss, lead = privacy_desk.settled(**{**HUSBAND, "phone": "", "message": EMAIL})
    copy = revealed(privacy_desk, "--salesforce")
    assert (copy["submissions"], copy["salesforce"]["leads"]) == ([], [])
    assert copy["others"] == [{"submission_id": boss.submission_id, "relation": "mentioned"}]
    privacy_desk.erase("--salesforce")
    assert privacy_desk.row(boss).state is State.CREATED
    assert lead in privacy_desk.live("Lead")


def test_a_mended_typo_is_not_handed_to_whom_the_address_belongs(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.rejected(**{**HUSBAND, "email": EMAIL, "phone": ""})
    privacy_desk.ledger.edit(row, {**row.fields, "email": HUSBAND["email"]}, by="eva", now=datetime.now(UTC))
    assert revealed(privacy_desk)["submissions"] == []
    done = privacy_desk.erase()
    assert (done["counts"]["rows"], done["stays"]) == (0, [row.submission_id])
    assert privacy_desk.row(row).state is State.REJECTED
    assert len(revealed(privacy_desk, email=HUSBAND["email"])["submissions"]) == 1, "who sent it finds it"
    assert len(revealed(privacy_desk, "--also", row.submission_id)["submissions"]) == 1
    assert privacy_desk.erase("--also", row.submission_id)["counts"]["rows"] == 1


def test_what_stays_is_told_when_nobody_looked_at_the_plan(privacy_desk: PrivacyDesk) -> None:
    privacy_desk.add(email="vader@example.com", message=f"Ook {EMAIL}")
    told = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--yes").stderr
    assert "1 more has to do with this person and stays" in told


# --- of a mailbox that a family shares -----------------------------------------------------------------------------


def test_a_lead_whose_submission_has_ended_is_shown_with_it(privacy_desk: PrivacyDesk) -> None:
    mine, lead = privacy_desk.settled()
    old = a_lead_of(privacy_desk, GONE)
    planned = privacy_desk.json("privacy", "erase", "--email", EMAIL, "--salesforce")
    assert planned["salesforce"]["submissions"] == {lead: mine.submission_id, old: GONE}
    shown = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce").stdout
    assert f"delete; of {GONE}, which the ledger no longer has" in shown


@pytest.mark.parametrize("by", ["lead", "short lead", "submission"])
def test_such_a_lead_is_kept_by_its_id_or_its_submissions(privacy_desk: PrivacyDesk, by: str) -> None:
    _, lead = privacy_desk.settled()
    his = a_lead_of(privacy_desk, GONE)
    note = privacy_desk.org.add("Task", WhoId=his, Description="x", Submission_Id__c=GONE)
    keep = {"lead": his, "short lead": his[:15], "submission": GONE}[by]
    planned = privacy_desk.json("privacy", "erase", "--email", EMAIL, "--salesforce", "--keep", keep)
    assert (planned["salesforce"]["leads"], planned["salesforce"]["tasks"]) == ([lead], [])
    done = privacy_desk.erase("--salesforce", "--keep", keep)
    assert {(one["record_id"], one["why"]) for one in done["left"]} == {(his, "kept"), (note, "kept")}
    assert (his in privacy_desk.live("Lead"), lead in privacy_desk.live("Lead")) == (True, False)
    assert note in privacy_desk.live("Task")


def test_what_stays_anyway_can_be_kept_too(privacy_desk: PrivacyDesk) -> None:
    privacy_desk.settled()
    by_hand = privacy_desk.org.add("Lead", LastName="K", Company="C", Email=EMAIL)
    assert privacy_desk.erase("--salesforce", "--keep", by_hand)["leads"] == 1
    assert by_hand in privacy_desk.live("Lead")


def test_of_what_was_erased_before_a_lead_can_be_kept(privacy_desk: PrivacyDesk) -> None:
    row, lead = privacy_desk.settled()
    privacy_desk.erase()
    assert privacy_desk.erase("--salesforce", "--keep", row.submission_id)["leads"] == 0
    assert lead in privacy_desk.live("Lead")


@pytest.mark.parametrize(
    "arguments", [("--keep", GONE), ("--keep", GONE, "--salesforce"), ("--keep", "00QFx0000000001")]
)
def test_what_is_nowhere_can_not_be_kept(privacy_desk: PrivacyDesk, arguments: tuple[str, ...]) -> None:
    privacy_desk.settled()
    result = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--yes", *arguments)
    assert result.exit_code == 2
    assert "has nothing to do with this person" in result.stderr
    assert [one["state"]["S"] for one in privacy_desk.items()] == ["created"]


# --- all of theirs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("w@müller.example", "w@xn--mller-kva.example"), ("w@xn--mller-kva.example", "w@müller.example")],
)
def test_a_domain_in_another_spelling_is_found_in_the_ledger_and_in_the_org(
    privacy_desk: PrivacyDesk, asked: str, sent: str
) -> None:
    row, lead = privacy_desk.settled(email=sent)
    old = a_lead_of(privacy_desk, GONE, "w@xn--mller-kva.example")
    done = privacy_desk.json("privacy", "erase", "--email", asked, "--salesforce", "--yes")
    assert (done["counts"]["rows"], done["leads"]) == (1, 2)
    assert privacy_desk.row(row).state is State.ERASED
    assert {lead, old} & privacy_desk.live("Lead") == set()
    assert privacy_desk.json("privacy", "audit")["audit"][0]["person_keys"] == [email_key(SECRET, sent)]


def test_at_gmail_a_lead_is_found_in_each_spelling_that_can_be_asked_for(privacy_desk: PrivacyDesk) -> None:
    """docs/privacy.md says of the others that they are not."""
    found = [
        a_lead_of(privacy_desk, GONE, email)
        for email in ("sannev@gmail.com", "sannev@googlemail.com", "s.annev@gmail.com", "s.annev+x@googlemail.com")
    ]
    other = a_lead_of(privacy_desk, GONE, "sa.nnev@gmail.com")
    planned = privacy_desk.json("privacy", "erase", "--email", "s.annev@gmail.com", "--salesforce")
    assert (set(planned["salesforce"]["leads"]), other in planned["salesforce"]["leads"]) == (set(found), False)


def test_all_dead_letters_of_a_person_go_however_many(privacy_desk: PrivacyDesk) -> None:
    """They are one group, and of a group the queue gives ten until these are gone."""
    others = privacy_desk.rejected(**HUSBAND)
    for _ in range(24):
        privacy_desk.rejected()
    assert privacy_desk.erase()["dead_letters"] == 24
    assert privacy_desk.letters() == [others.submission_id]


def of_tomorrow(desk: PrivacyDesk, row: Submission) -> None:
    desk.client.update_item(
        TableName="Submissions",
        Key={"submission_id": {"S": row.submission_id}},
        UpdateExpression="SET #state = :state, weight = :weight REMOVE received_at",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":state": {"S": "of_tomorrow"}, ":weight": {"N": "1.5"}},
    )


def test_a_row_that_this_release_cannot_read_is_in_the_copy_as_it_is_stored(
    privacy_desk: PrivacyDesk, tmp_path: Path
) -> None:
    row, readable = privacy_desk.add(), privacy_desk.add()
    of_tomorrow(privacy_desk, row)
    path = tmp_path / "copy.json"
    result = privacy_desk.run("privacy", "export", "--email", EMAIL, "--output", str(path))
    assert result.exit_code == 0, result.output
    assert "2 rows" in result.stderr
    assert "1 of them can't be read by this release: it stands in the copy as it is stored" in result.stderr
    copy = json.loads(path.read_text("utf-8"))
    assert [one["submission_id"] for one in copy["submissions"]] == [readable.submission_id]
    [stored] = copy["as_stored"]
    assert (stored["state"], stored["fields"]["email"], stored["weight"]) == ("of_tomorrow", EMAIL, 1.5)
    assert {"person_keys", "fingerprint"} & set(stored) == set()
    assert privacy_desk.json("privacy", "audit")["audit"][0]["counts"] == {"rows": 2, "as_stored": 1}
    assert privacy_desk.erase()["counts"]["rows"] == 2


def test_the_doubt_about_a_row_under_way_is_told_without_the_org_too(privacy_desk: PrivacyDesk) -> None:
    privacy_desk.add(State.RECEIVED)
    result = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--yes")
    assert result.exit_code == 1
    assert "may still reach Salesforce until" in result.stderr
    assert "with --salesforce" in result.stderr
    done = privacy_desk.erase(exit_code=1)
    wait = datetime.fromisoformat(done["look_again_after"]) - datetime.now(UTC)
    assert timedelta(minutes=11) < wait < timedelta(minutes=13)
