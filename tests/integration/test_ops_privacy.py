"""`form-to-lead privacy` from the operator's terminal: what it shows, writes, refuses and keeps."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.privacy import app as privacy_app
from ops.commands import dlq, privacy
from shared.aws.spam_memory import SpamMemory
from shared.form.definition import Retention
from shared.intake.person_keys import email_key
from shared.spam.lists import taught_key
from shared.submission import State
from tests.builders import SECRET, contact_form
from tests.integration.privacy_desk import (
    CANARIES,
    EMAIL,
    SOMEBODY_ELSE,
    Context,
    PrivacyDesk,
    nothing_of,
    privacy_desk,
    quiet,
)

__all__ = ["privacy_desk", "quiet"]
pytestmark = pytest.mark.usefixtures("quiet")
UNKNOWN = "00000000-0000-4000-8000-000000000000"


# --- erase -------------------------------------------------------------------------------------------------------


def test_without_yes_nothing_is_done_and_all_is_shown(privacy_desk: PrivacyDesk) -> None:
    row, lead = privacy_desk.settled()
    task = privacy_desk.task(row, lead)
    contact = privacy_desk.org.add("Contact", LastName="K", Email=EMAIL)
    before = privacy_desk.items()
    shown = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce")
    assert shown.exit_code == 0
    for one in (row.submission_id, lead, task, contact, "sent with this address", "a Contact: decide in Salesforce"):
        assert one in shown.stdout
    assert "Nothing was done. The same command with --yes erases 1 submissions, 1 Leads, 1 Tasks." in shown.stderr
    planned = privacy_desk.json("privacy", "erase", "--email", EMAIL, "--salesforce")
    assert planned["dry_run"]
    assert (planned["salesforce"]["leads"], planned["salesforce"]["tasks"]) == ([lead], [task])
    assert privacy_desk.items() == before
    assert {lead, task} <= privacy_desk.live("Lead") | privacy_desk.live("Task")


def test_without_salesforce_the_org_is_not_asked(privacy_desk: PrivacyDesk) -> None:
    _, lead = privacy_desk.settled()
    privacy_desk.org.ask("DELETE", "calls")
    assert privacy_desk.erase()["done"]
    assert privacy_desk.org.calls() == []
    assert lead in privacy_desk.live("Lead")
    assert privacy_desk.erase("--salesforce")["leads"] == 1, "what was erased before is still known by its id"


def test_converted_leads_and_contacts_are_named_and_stay(privacy_desk: PrivacyDesk) -> None:
    row, lead = privacy_desk.settled()
    contact = privacy_desk.org.ask("POST", "convert", {"lead": lead})["contact"]
    task = privacy_desk.task(row, contact)
    by_hand = privacy_desk.org.add("Lead", LastName="K", Company="C", Email=EMAIL)
    done = privacy_desk.erase("--salesforce")
    assert {(one["record_id"], one["why"]) for one in done["left"]} == {
        (lead, "converted"),
        (contact, "contact"),
        (by_hand, "not_ours"),
    }
    assert {lead, by_hand} <= privacy_desk.live("Lead")
    assert contact in privacy_desk.live("Contact")
    assert task not in privacy_desk.live("Task"), "our own note about them goes"


def test_somebody_elses_lead_with_our_note_stays_without_the_note(privacy_desk: PrivacyDesk) -> None:
    """Of a submission that the ledger has long forgotten: a family shares a phone."""
    father = {"LastName": "K", "Company": "C", "Email": "vader@example.com", "Submission_Id__c": UNKNOWN}
    fathers = privacy_desk.org.add("Lead", **father)
    row = privacy_desk.add(State.UPDATED)
    task = privacy_desk.task(row, fathers)
    done = privacy_desk.erase("--salesforce")
    assert [(one["record_id"], one["why"]) for one in done["left"]] == [(fathers, "noted")]
    assert fathers in privacy_desk.live("Lead")
    assert task not in privacy_desk.live("Task")


def test_without_the_right_to_delete_leads_it_says_so_and_goes_on_once_it_was_given(privacy_desk: PrivacyDesk) -> None:
    row, lead = privacy_desk.settled()
    privacy_desk.org.ask("POST", "behaviour", {"may_merge_leads": False})
    result = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--salesforce", "--yes")
    assert result.exit_code == 1
    assert "INSUFFICIENT_ACCESS_OR_READONLY" in result.stderr
    assert "permission set" in result.stderr
    assert privacy_desk.row(row).state is State.ERASED
    assert privacy_desk.json("privacy", "audit")["audit"][0]["ended"] == "not finished"
    privacy_desk.org.ask("POST", "behaviour", {"may_merge_leads": True})
    assert privacy_desk.erase("--salesforce")["leads"] == 1
    assert lead not in privacy_desk.live("Lead")
    assert [one["ended"] for one in privacy_desk.json("privacy", "audit")["audit"]] == ["done", "by a later one"]


def test_a_number_takes_rows_without_an_address_and_shows_those_of_others(privacy_desk: PrivacyDesk) -> None:
    alone = privacy_desk.add(email="")
    fathers = privacy_desk.add(email="vader@example.com")
    planned = privacy_desk.json("privacy", "erase", "--email", EMAIL, "--phone", "+31 6 12345678")
    assert {(one["submission_id"], one["would"]) for one in planned["submissions"]} == {
        (alone.submission_id, "erase"),
        (fathers.submission_id, "keep"),
    }
    privacy_desk.erase("--phone", "+31612345678")
    assert [privacy_desk.row(one).state for one in (alone, fathers)] == [State.ERASED, State.CREATED]


def test_an_operator_can_leave_one_out_and_take_another_in(privacy_desk: PrivacyDesk) -> None:
    stays = privacy_desk.add()
    goes = privacy_desk.add(State.CREATED, "contact", **{**SOMEBODY_ELSE, "message": f"Mail ook {EMAIL}"})
    result = privacy_desk.erase("--keep", stays.submission_id, "--also", goes.submission_id)
    assert [one["submission_id"] for one in result["rows"]] == [goes.submission_id]
    assert [privacy_desk.row(one).state for one in (stays, goes)] == [State.CREATED, State.ERASED]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--email", "kanarie"), "email: an address such as"),
        (("--email", EMAIL, "--phone", "0612345678"), "phone: a number with its country"),
        (("--email", EMAIL, "--also", UNKNOWN), "has nothing to do with this person"),
        (("--email", EMAIL, "--keep", "kanarie"), "is not a submission id"),
        (("--email", ""), "--email needs an address"),
    ],
)
def test_what_can_not_be_meant_is_said_in_one_sentence(
    privacy_desk: PrivacyDesk, arguments: tuple[str, ...], words: str
) -> None:
    result = privacy_desk.run("privacy", "erase", *arguments, "--yes")
    assert result.exit_code in {1, 2}
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_an_address_can_be_kept_out_of_the_shells_history(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add()
    result = privacy_desk.run("privacy", "erase", "--email", "-", "--yes", stdin=f"{EMAIL}\n")
    assert result.exit_code == 0
    assert privacy_desk.row(row).state is State.ERASED


def test_nobody_is_nothing_to_do(privacy_desk: PrivacyDesk) -> None:
    privacy_desk.add(State.CREATED, "contact", **SOMEBODY_ELSE)
    result = privacy_desk.run("privacy", "erase", "--email", EMAIL, "--yes", "--salesforce")
    assert (result.exit_code, "No submissions of this person." in result.stdout) == (0, True)


# --- export ------------------------------------------------------------------------------------------------------


def exported(desk: PrivacyDesk, path: Path, *arguments: str) -> Any:
    result = desk.run("privacy", "export", "--email", EMAIL, "--output", str(path), *arguments)
    assert result.exit_code == 0, result.output
    assert nothing_of(CANARIES, result.output) == [], "the screen shows ids and counts"
    return json.loads(path.read_text("utf-8"))


def test_a_copy_holds_everything_and_only_its_owner_may_read_it(privacy_desk: PrivacyDesk, tmp_path: Path) -> None:
    row, lead = privacy_desk.settled()
    task = privacy_desk.task(row, lead)
    contact = privacy_desk.org.add("Contact", LastName="Kanarievogel", Email=EMAIL)
    edited = privacy_desk.rejected()
    privacy_desk.ledger.edit(edited, {**edited.fields, "phone": ""}, by="eva", now=datetime.now(UTC))
    other = privacy_desk.add(State.CREATED, "contact", **{**SOMEBODY_ELSE, "message": f"Mail ook {EMAIL}"})
    SpamMemory(lambda: privacy_desk.client, "SpamMemory").teach({taught_key(SECRET, "address", EMAIL): "allow"})
    path = tmp_path / "copy.json"
    copy = exported(privacy_desk, path, "--salesforce")
    assert copy["taught"] == "allow"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    by_id = {one["submission_id"]: one for one in copy["submissions"]}
    assert set(by_id) == {row.submission_id, edited.submission_id}
    assert by_id[edited.submission_id]["original_fields"]["phone"] == "+31612345678"
    assert by_id[edited.submission_id]["sources"]["consent"]["text_version"] == "2026-01"
    assert [one["to_state"] for one in by_id[edited.submission_id]["history"]][-1] == "rejected"
    assert by_id[row.submission_id]["outcome"]["record_id"] == lead
    assert [one["Id"] for one in copy["salesforce"]["leads"]] == [lead]
    assert copy["salesforce"]["leads"][0]["Company"] == "Kanarie B.V."
    assert copy["salesforce"]["tasks"][0]["Description"] == "Kanarievraag"
    assert (copy["salesforce"]["tasks"][0]["Id"], copy["salesforce"]["contacts"][0]["Id"]) == (task, contact)
    assert copy["others"] == [{"submission_id": other.submission_id, "relation": "mentioned"}]
    assert "bakker" not in path.read_text("utf-8").lower(), "others' data is not this person's"


def test_a_copy_is_never_written_over_a_file(privacy_desk: PrivacyDesk, tmp_path: Path) -> None:
    privacy_desk.add()
    path = tmp_path / "copy.json"
    path.write_text("mine")
    result = privacy_desk.run("privacy", "export", "--email", EMAIL, "--output", str(path))
    assert (result.exit_code, path.read_text()) == (2, "mine")
    assert "is there already" in result.stderr
    assert privacy_desk.function.orders == [], "it is said before anything is looked for"


def test_without_a_file_ids_are_shown_and_with_reveal_everything(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add()
    shown = privacy_desk.run("privacy", "export", "--email", EMAIL)
    assert row.submission_id in shown.stdout
    assert nothing_of(CANARIES, shown.output) == []
    revealed = privacy_desk.run("privacy", "export", "--email", EMAIL, "--reveal")
    assert json.loads(revealed.stdout)["submissions"][0]["fields"]["email"] == EMAIL


# --- audit -------------------------------------------------------------------------------------------------------


def test_the_audit_says_who_did_what_when_and_how_much_and_nothing_personal(
    privacy_desk: PrivacyDesk, tmp_path: Path
) -> None:
    privacy_desk.settled()
    exported(privacy_desk, tmp_path / "copy.json")
    privacy_desk.erase("--salesforce")
    erased, copied = privacy_desk.json("privacy", "audit")["audit"]
    assert (erased["action"], erased["salesforce"], erased["ended"]) == ("erase", True, "done")
    assert erased["counts"] == {
        "rows": 1, "dead_letters": 0, "taught_entries": 0, "leads": 1, "tasks": 0, "left_for_people": 0,
    }  # fmt: skip
    assert (copied["action"], copied["counts"]) == ("export", {"rows": 1})
    assert erased["person_keys"] == [email_key(SECRET, EMAIL)]
    assert erased["by"]
    for moment in (erased["received_at"], erased["ended_at"]):
        assert datetime.now(UTC) - datetime.fromisoformat(moment) < timedelta(minutes=5)
    shown = privacy_desk.run("privacy", "audit")
    assert nothing_of(CANARIES, shown.output, erased, copied) == []
    assert "rows 1, leads 1" in shown.stdout


def test_the_audit_is_no_submission(privacy_desk: PrivacyDesk) -> None:
    """No list shows it, nothing expires it, and an erasure of the same person leaves it alone."""
    privacy_desk.add()
    privacy_desk.erase()
    [audit] = [one for one in privacy_desk.items() if one["state"]["S"] == "audit"]
    assert "expires_at" not in audit
    assert len(audit["submission_id"]["S"]) != 36, "the length of a receipt, which anybody may ask about"
    listed = privacy_desk.json("submissions", "list")["submissions"]
    assert [one["state"] for one in listed] == ["erased"]
    privacy_desk.erase()
    assert audit in privacy_desk.items()
    person = {"email": EMAIL, "submission_ids": [audit["submission_id"]["S"]], "by": "eva"}
    assert privacy_desk.ask("erase", **person, also=person["submission_ids"])["erase"][0]["result"] == "unknown"


# --- what is too old ---------------------------------------------------------------------------------------------


def test_what_is_erased_soon_is_listed_and_dlq_list_says_so(
    privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = contact_form(retention=Retention(rejected_days=30))
    monkeypatch.setattr(privacy, "forms", lambda: limited)
    monkeypatch.setattr(dlq, "forms", lambda: limited)
    row = privacy_desk.rejected()
    assert "erased within two weeks" not in privacy_desk.run("dlq", "list").stderr
    assert privacy_desk.json("privacy", "expiring") == {"expiring": []}
    [ending] = privacy_desk.json("privacy", "expiring", "--within", "31d")["expiring"]
    assert (ending["submission_id"], ending["state"]) == (row.submission_id, "rejected")
    left = datetime.fromisoformat(ending["erased_after"]) - datetime.now(UTC)
    assert timedelta(days=29) < left <= timedelta(days=30)
    monkeypatch.setattr(dlq, "_now", lambda: datetime.now(UTC) + timedelta(days=17))
    assert "1 of them are erased within two weeks, the first on" in privacy_desk.run("dlq", "list").stderr


def test_suspected_spam_that_the_table_soon_drops_is_listed_too(privacy_desk: PrivacyDesk) -> None:
    row = privacy_desk.add(State.QUARANTINED)
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
    privacy_desk.client.update_item(
        TableName="Submissions",
        Key={"submission_id": {"S": row.submission_id}},
        UpdateExpression="SET expires_at = :ends",
        ExpressionAttributeValues={":ends": {"N": str(int(ends.timestamp()))}},
    )
    assert privacy_desk.json("privacy", "expiring") == {"expiring": []}
    [ending] = privacy_desk.json("privacy", "expiring", "--within", "3w")["expiring"]
    assert (ending["submission_id"], ending["state"]) == (row.submission_id, "quarantined")
    assert datetime.fromisoformat(ending["erased_after"]) == ends


def test_the_clock_erases_what_is_over(privacy_desk: PrivacyDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule's event has no command. The real ledger, index and audit."""
    row = privacy_desk.rejected()
    assert privacy_app.handler({}, Context()) == {"retention": {"erased": 0, "soon": 0, "quarantined_soon": 0}}
    limited = contact_form(retention=Retention(rejected_days=30))
    monkeypatch.setattr(privacy_app, "forms", lambda: limited)
    privacy_app.dependencies.cache_clear()
    outside, *others = privacy_app.dependencies()
    later = datetime.now(UTC) + timedelta(days=31)
    with monkeypatch.context() as patched:
        patched.setattr(privacy_app, "dependencies", lambda: (replace(outside, now=lambda: later), *others))
        assert privacy_app.handler({}, Context()) == {"retention": {"erased": 1, "soon": 0, "quarantined_soon": 0}}
    assert privacy_desk.row(row).state is State.ERASED
    [audit] = privacy_desk.json("privacy", "audit")["audit"]
    assert (audit["action"], audit["counts"], audit["person_keys"]) == ("retention", {"rejected": 1}, [])


@pytest.mark.parametrize(
    "order",
    [
        {"command": "kanarie"},
        {"command": "find", "email": ["kanarie"]},
        {"command": "erase", "email": EMAIL, "submission_ids": ["kanarie" * 99], "by": "eva"},
        {"command": "find", "email": "kanarie kanarie"},
    ],
)
def test_an_order_that_can_not_be_read_is_refused_without_a_quote(
    privacy_desk: PrivacyDesk, order: dict[str, Any]
) -> None:
    answer = privacy_desk.ask(**order)
    assert set(answer) == {"error"}
    assert "kanarie" not in answer["error"].replace("'kanarie'", "")
