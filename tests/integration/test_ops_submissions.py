"""The lists, exports and masks of the command line against AWS in this process."""

import csv
import io
from datetime import UTC, datetime, timedelta

from shared.rejection import Problem, Reason
from shared.submission import Sources
from tests.builders import a_submission
from tests.integration.ops_desk import CANARIES, PERSON, Desk
from tests.integration.ops_desk import desk as desk  # noqa: PLC0414 (the fixture)


def test_the_list_is_newest_first_across_states_and_says_when_there_is_more(desk: Desk) -> None:
    old, middle, new = (desk.reject(age=timedelta(hours=hours)) for hours in (9, 5, 1))
    received = a_submission().model_copy(update={"received_at": datetime.now(UTC) - timedelta(hours=3)})
    desk.ledger.add(received)
    everything = desk.json("submissions", "list")
    assert [row["submission_id"] for row in everything["submissions"]] == [new, received.submission_id, middle, old]
    assert not everything["more"]
    two = desk.json("submissions", "list", "--limit", "2")
    assert (len(two["submissions"]), two["more"]) == (2, True)
    assert len(desk.json("submissions", "list", "--older-than", "2h", "--newer-than", "6h")["submissions"]) == 2
    assert len(desk.json("submissions", "list", "--state", "received", "--state", "created")["submissions"]) == 1


def test_ids_are_listed_as_they_were_given(desk: Desk) -> None:
    ids = [desk.reject() for _ in range(3)]
    listed = desk.json("submissions", "list", "--id", ids[2], "--id", ids[0].upper())
    assert [row["submission_id"] for row in listed["submissions"]] == [ids[2], ids[0]]


def test_an_export_cannot_run_formulas_in_a_spreadsheet(desk: Desk) -> None:
    """A visitor's `=cmd|...` is kept as it is; only the export defuses it."""
    attacks = ["=1+1", "+31 6", "-2", "@SUM(A1)", "\tx", 'say "hi", ok']
    for attack in attacks:
        desk.reject(fields={"company": attack})
    desk.reject(fields={"message": "tab\rreturn"})
    result = desk.run("submissions", "list", "--csv", "--reveal", "--limit", "0")
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout, newline="")))
    companies = {row["company"] for row in rows}
    assert companies == {"", "'=1+1", "'+31 6", "'-2", "'@SUM(A1)", "'\tx", 'say "hi", ok'}
    assert all(line.startswith('"') for line in result.stdout.splitlines() if line and "return" not in line)


def test_an_export_holds_the_fields_only_when_asked(desk: Desk) -> None:
    desk.reject(fields=PERSON)
    plain = desk.run("submissions", "list", "--csv")
    assert plain.stdout.splitlines()[0] == '"submission_id","form_id","state","received_at","reason","replay_count"'
    assert not [canary for canary in CANARIES if canary in plain.output]
    assert "Kanarievogel" in desk.run("submissions", "list", "--csv", "--reveal").stdout
    assert desk.json("submissions", "list", "--reveal")["submissions"][0]["fields"] == PERSON


# --- personal data --------------------------------------------------------------------------------------


def test_no_masked_output_ever_holds_what_the_visitor_sent(desk: Desk) -> None:
    """Canaries in every place where a row can hold personal data, and every command that shows rows."""
    email = str(PERSON["email"])
    one = desk.reject(
        Problem(code="INVALID_EMAIL_ADDRESS", field="Email", detail=f"invalid email address: {email}"),
        Problem(
            code="STRING_TOO_LONG", field="LastName", detail="Last Name: data value too large: KANARIEVOG (max 80)"
        ),
        reason=Reason.SALESFORCE_REJECTED,
        fields=PERSON,
    )
    row = desk.row(one)
    sources = Sources(
        language="nl",
        page_url="https://www.example.com/voor/Wilhelmina?naam=Kanarievogel#Kanarievogel",
        referrer="https://Kanarievogel:x@mail.example/?q=wilhelmina.k",
        utm={"utm_content": "wilhelmina.k@kanarie.example"},
        click_ids={"gclid": "Kanarievogel"},
    )
    copy = row.model_copy(update={"submission_id": one[:-4] + "beef", "sources": sources})
    desk.ledger.add(copy)
    shown = [
        desk.run(*command, *extra)
        for command in (
            ("submissions", "list"),
            ("submissions", "show", copy.submission_id),
            ("dlq", "list"),
            ("dlq", "show", one),
            ("dlq", "replay", one),
            ("dlq", "discard", one, "--why", "test"),
            ("dlq", "edit", one, "--set", "email=wilhelmina.k@kanarie.example"),
            ("dlq", "show", one),
            ("dlq", "edit", one, "--set", "Kanarievogel"),
            ("dlq", "replay", one, "--yes"),
        )
        for extra in ((), ("--json",))
    ]
    for result in shown:
        # A masked address keeps its domain: that is how an operator tells a typing mistake from a stranger.
        text = result.output.casefold().replace("w•••@kanarie.example", "")
        assert not [canary for canary in CANARIES if canary.casefold() in text], result.output
    revealed = desk.run("submissions", "show", copy.submission_id, "--reveal").stdout
    assert all(canary in revealed for canary in ("Wilhelmina", "Kanarievogel", "612345678", "Geheime vraag"))


def test_what_a_visitor_typed_cannot_steer_the_terminal(desk: Desk) -> None:
    one = desk.reject(fields={"company": "[red]x[/] \x1b[2J\u202e", "message": "[/nonsense]"})
    result = desk.run("submissions", "show", one, "--reveal")
    assert result.exit_code == 0
    assert "\x1b[2J" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "[red]x[/]" in result.stdout
    assert "[/nonsense]" in result.stdout
