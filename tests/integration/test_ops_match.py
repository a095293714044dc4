"""`form-to-lead match` from the operator's terminal to the org stand-in and back."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.session import Session as SessionClass
from typer.testing import CliRunner, Result

from functions.match import app as match_app
from ops.cli import app
from shared.matching import Decision, Evidence, FieldEvidence, Person, default_config
from shared.review.reviewing import CLAIM
from shared.submission import Claim, Outcome, State
from tests.builders import a_submission
from tests.integration.match_desk import CANDIDATE, HELD, Context, MatchDesk, match_desk

__all__ = ["match_desk"]
CANARIES = (
    "Wilhelmina", "Kanarievogel", "w@kanarie", "612345678", "Volière", "Dorpsstraat", "Zeist", "Utrecht", "Mina",
)  # fmt: skip
_session = cache(SessionClass)
"""A new session for each command would read boto3's service descriptions from disk again and again."""
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    "Outputs": {
        "SubmissionsTableName": {"Value": "Submissions"},
        "MatchFunctionName": {"Value": "form-to-lead-match"},
    },
}


@dataclass
class FakeLambda:
    """Runs the real handler."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    fails: str = ""

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("form-to-lead-match", "RequestResponse")
        self.orders.append(json.loads(Payload))
        if self.fails:
            return {"FunctionError": self.fails, "Payload": io.BytesIO(b'{"errorMessage": "Kanarievogel"}')}
        return {"Payload": io.BytesIO(json.dumps(match_app.handler(self.orders[-1], Context())).encode())}


@dataclass
class Terminal:
    desk: MatchDesk
    function: FakeLambda
    folder: Path
    columns: int = 200

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["match", *arguments], env={"COLUMNS": str(self.columns)})

    def json(self, *arguments: str, exit_code: int = 0) -> Any:
        """What stands on standard output, which must be JSON and nothing else."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    def file(self, name: str, content: object) -> str:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)


@pytest.fixture
def terminal(match_desk: MatchDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    boto3.client("cloudformation").create_stack(StackName="form-to-lead", TemplateBody=json.dumps(TEMPLATE))
    for name in ("AWS_PROFILE", "AWS_REGION", "FORM_TO_LEAD_STACK"):
        monkeypatch.delenv(name, raising=False)
    # In Lambda this goes to CloudWatch; here it would stand between what the command prints.
    for place in ("functions.match.app.log", "shared.review.reviewing.log", "shared.review.reviewing.count",
                  "shared.salesforce.connection.count", "shared.salesforce.login.count"):  # fmt: skip
        monkeypatch.setattr(place, lambda *_event, **_fields: None)
    monkeypatch.setattr(boto3, "Session", _session)
    function = FakeLambda()
    real: Any = SessionClass.client

    def client(session: SessionClass, name: str, *arguments: Any, **options: Any) -> Any:
        return function if name == "lambda" else real(session, name, *arguments, **options)

    monkeypatch.setattr(SessionClass, "client", client)
    return Terminal(match_desk, function, tmp_path)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Person, Person, str]]:
    """The matcher with a known answer: who was compared with whom, and for which country."""
    asked: list[tuple[Person, Person, str]] = []

    def decide(person: Person, candidates: list[Person], *, country: str) -> Decision:
        asked.append((person, candidates[0], country))
        evidence = Evidence(
            fields=(FieldEvidence("first_name", "nickname", 4), FieldEvidence("email", "exact", 14)),
            guards=("role_mailbox",),
            config="hand-1",
        )
        return Decision("hold", candidates[0].id, 18, evidence)

    monkeypatch.setattr("ops.commands.match_explain.compare", decide)
    return asked


type Compared = list[tuple[Person, Person, str]]


# --- explain A B -------------------------------------------------------------------------------------------------


def test_two_records_stand_side_by_side_with_what_is_alike(terminal: Terminal, compared: Compared) -> None:
    lead = terminal.desk.org.add("Lead", **HELD)
    contact = terminal.desk.org.add("Contact", LastName="Kanarievogel", FirstName="Mina", MailingCity="Zeist")
    result = terminal.run("explain", lead, contact[:15], "--reveal")
    assert result.exit_code == 0, result.output
    kinds, ids = (line.split() for line in result.stdout.splitlines()[:2])
    assert (kinds[:2], ids[:2]) == (["Lead", "Contact"], [lead, contact])
    [line] = [line for line in result.stdout.splitlines() if line.startswith("first name")]
    assert line.split()[2:6] == ["Wilhelmina", "Mina", "another", "form"]
    assert line.split()[-1] == "+4"
    assert "18 bits (hand-1)" in result.stdout
    assert "the mailbox is a whole team's" in result.stdout
    assert "perhaps the same person" in result.stdout
    [(left, right, country)] = compared
    assert (left.first_name, right.first_name, country) == ("Wilhelmina", "Mina", "NL")
    assert len(terminal.desk.api_calls()) == 1


def test_the_matcher_s_own_answer_is_told_with_the_version_of_its_rules(terminal: Terminal) -> None:
    mailbox = {"LastName": "Kanarievogel", "Email": "kanarie78@voliere.example"}
    one, other = (terminal.desk.org.add("Lead", FirstName=name, Company="X", **mailbox) for name in ("Jan", "Mina"))
    view = terminal.json("explain", one, other)
    assert (view["decision"]["outcome"], view["decision"]["guards"][0]["guard"]) == ("hold", "first_names_differ")
    assert view["decision"]["config"] == default_config().version
    assert view["decision"]["score"] == sum(line["bits"] for line in view["fields"])


def test_people_are_masked_unless_they_are_asked_for(terminal: Terminal, compared: Compared) -> None:
    lead, other = terminal.desk.org.add("Lead", **HELD), terminal.desk.org.add("Lead", **CANDIDATE)
    for arguments in (("explain", lead, other), ("explain", lead, other, "--json")):
        output = terminal.run(*arguments).output
        assert not [canary for canary in CANARIES if canary in output]
        assert "w•••@kanarie.example" in output
    assert "•••78" in terminal.run("explain", lead, other).output
    assert terminal.json("explain", lead, other, "--reveal")["fields"][0]["left"] == "Wilhelmina"


def test_files_need_no_stack_and_no_org(terminal: Terminal, compared: Compared) -> None:
    one = terminal.file("one.json", {"first_name": "Sanne", "email": "sanne@example.com", "phone": None})
    two = terminal.file("two.json", {"last_name": "de Vries"})
    view = terminal.json("explain", one, two, "--country", "be", "--stack", "no-such-stack")
    assert (view["left"], view["right"], view["decision"]["outcome"]) == ("one.json", "two.json", "hold")
    assert compared[0][0] == Person("left", first_name="Sanne", email="sanne@example.com")
    assert compared[0][2] == "BE"
    assert terminal.function.orders == []


def test_a_submission_is_compared_by_what_its_form_makes_of_it(terminal: Terminal, compared: Compared) -> None:
    row = a_submission(phone="0612345678")
    terminal.desk.ledger.add(row)
    other = terminal.file("two.json", {"last_name": "de Vries"})
    assert terminal.run("explain", row.submission_id, other).exit_code == 0
    assert (compared[0][0].first_name, compared[0][0].email) == ("Sanne", "sanne@example.com")
    assert terminal.function.orders == []


def test_a_converted_lead_can_still_be_compared_and_it_is_said(terminal: Terminal, compared: Compared) -> None:
    lead, other = terminal.desk.org.add("Lead", **HELD), terminal.desk.org.add("Lead", **CANDIDATE)
    contact = terminal.desk.org.ask("POST", "convert", {"lead": lead})["contact"]
    result = terminal.run("explain", lead, other)
    assert result.exit_code == 0
    assert f"was converted to the Contact {contact}" in result.stderr


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (lambda desk, lead, other: desk.org.ask("POST", "merge", {"master": other, "loser": lead}), "was merged into"),
        (
            lambda desk, lead, _other: desk.org.ask("PATCH", f"records/Lead/{lead}", {"IsDeleted": True}),
            "was deleted in Salesforce",
        ),
    ],
)
def test_who_is_gone_is_told_with_where_to(
    terminal: Terminal, before: Callable[[MatchDesk, str, str], object], says: str
) -> None:
    lead, other = terminal.desk.org.add("Lead", **HELD), terminal.desk.org.add("Lead", **CANDIDATE)
    before(terminal.desk, lead, other)
    result = terminal.run("explain", lead, other)
    assert result.exit_code == 1
    assert says in result.stderr
    assert lead in result.stderr


@pytest.mark.parametrize(
    ("texts", "exit_code", "says"),
    [
        (("00Q000000000001EAA", "00Q000000000002EAA"), 1, "Lead 00Q000000000001EAA is not in the org"),
        (("00Q000000000001AAA", "x"), 2, "last three characters"),
        (("001000000000001", "x"), 2, "is an Account: only Leads"),
        (("a0B000000000001", "x"), 2, "is something else"),
        ((UNKNOWN_ID, UNKNOWN_ID), 1, f"There is no submission {UNKNOWN_ID}"),
        (("nobody.json", "x"), 2, "neither a Salesforce id"),
        (("one",), 2, "Give two people to compare, not 1"),
        ((), 2, "Give two people, or --submission"),
        (("a", "b", "--submission", UNKNOWN_ID), 2, "Give two people, or --submission"),
        (("--submission", UNKNOWN_ID), 1, "There is no submission"),
        (("--submission", "x"), 2, "x"),
        (("--submission", UNKNOWN_ID, "--country", "NL"), 2, "--country is for two people"),
    ],
)
def test_who_is_not_understood_is_named(terminal: Terminal, texts: tuple[str, ...], exit_code: int, says: str) -> None:
    result = terminal.run("explain", *texts)
    assert (result.exit_code, says in result.stderr) == (exit_code, True), result.stderr


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "can't be read"),
        ("[]", "holds no person"),
        ({"name": "x"}, "a person has no name"),
        ({"email": 3}, "email must be a text"),
    ],
)
def test_a_file_that_holds_no_person_is_told_what_is_wrong(terminal: Terminal, content: object, says: str) -> None:
    result = terminal.run("explain", terminal.file("one.json", content), UNKNOWN_ID)
    assert (result.exit_code, says in result.stderr) == (2, True), result.stderr


def test_what_is_erased_or_of_an_unknown_form_can_t_be_compared(terminal: Terminal) -> None:
    erased, strange = a_submission(state=State.ERASED), a_submission().model_copy(update={"form_id": "gone"})
    file = terminal.file("two.json", {})
    for row, says in ((erased, "was erased"), (strange, "no form 'gone'")):
        terminal.desk.ledger.add(row)
        result = terminal.run("explain", row.submission_id, file)
        assert (result.exit_code, says in result.stderr) == (1, True), result.stderr


# --- explain --submission ----------------------------------------------------------------------------------------


def test_what_was_decided_is_told_from_the_ledger_alone(terminal: Terminal) -> None:
    row, _, candidate = terminal.desk.hold_a_pair(rivals="00Q000000000001EAA:12", keys="email name_postcode")
    result = terminal.run("explain", "--submission", row.submission_id)
    assert result.exit_code == 0, result.output
    for words in (candidate, "14.5 bits (hand-1)", "the first names differ", "perhaps the same person",
                  "00Q000000000001EAA (12 bits)", "email, name_postcode"):  # fmt: skip
        assert words in result.stdout
    assert "phone number" not in result.stdout  # not known of both
    assert "match review" in result.stderr
    assert terminal.function.orders == []


def test_with_reveal_the_two_are_shown_too(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    view = terminal.json("explain", "--submission", row.submission_id, "--reveal")
    [first] = [one for one in view["fields"] if one["field"] == "first_name"]
    assert (first["left"], first["right"], first["level"], first["bits"]) == ("Sanne", "Mina", "different", -4)
    assert len(terminal.function.orders) == 1


def test_with_reveal_a_candidate_that_is_gone_is_told_beside_the_decision(terminal: Terminal) -> None:
    row, held, candidate = terminal.desk.hold_a_pair()
    terminal.desk.org.ask("POST", "merge", {"master": held, "loser": candidate})
    result = terminal.run("explain", "--submission", row.submission_id, "--reveal")
    assert result.exit_code == 0
    assert f"was merged into {held}" in result.stderr
    assert "Sanne" in result.stdout


@pytest.mark.parametrize(
    ("state", "evidence", "says"),
    [
        (State.RECEIVED, None, "nothing was decided"),
        (State.REJECTED, None, "nothing was decided"),
        (State.CREATED, {"rule": "own_lead"}, "an earlier try wrote it"),
        (State.UPDATED, {"rule": "org_duplicate_rule"}, "duplicate rule of the Salesforce org"),
        (State.UPDATED, {"rule": "same_person"}, "before this release compared people"),
        (State.CREATED, {}, "before this release compared people"),
    ],
)
def test_who_was_not_compared_is_told_why(
    terminal: Terminal, state: State, evidence: dict[str, str] | None, says: str
) -> None:
    outcome = None if evidence is None else Outcome(record_id="00Q1", record_type="Lead", evidence=evidence)
    row = a_submission(state=state).model_copy(update={"outcome": outcome})
    terminal.desk.ledger.add(row)
    result = terminal.run("explain", "--submission", row.submission_id)
    assert (result.exit_code, says in " ".join(result.stdout.split())) == (1, True), result.output


def test_names_of_another_release_are_shown_as_they_are(terminal: Terminal) -> None:
    evidence = {"fields": "shoe_size:odd_pair:+2 broken", "guards": "full_moon", "rivals": "nobody"}
    row, *_ = terminal.desk.hold_a_pair(**evidence)
    output = terminal.run("explain", "--submission", row.submission_id).stdout
    assert "shoe size" in output
    assert "odd pair" in output
    assert "full moon" in output


def test_a_decision_of_a_person_is_told_after_the_matcher_s(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    terminal.desk.decide(row, "separate")
    assert "two people" in terminal.run("explain", "--submission", row.submission_id).stdout


# --- review ------------------------------------------------------------------------------------------------------


def test_held_pairs_are_listed_with_why_and_nothing_about_the_people(terminal: Terminal) -> None:
    assert "Nobody waits" in terminal.run("review").stdout
    row, held, candidate = terminal.desk.hold_a_pair()
    result = terminal.run("review")
    for words in (row.submission_id, f"{held} ~ {candidate}", "14.5", "alike: last name, e-mail address",
                  "the first names differ"):  # fmt: skip
        assert words in result.stdout
    assert not [canary for canary in CANARIES if canary in result.output]
    [line] = terminal.json("review")["held"]
    assert (line["lead_id"], line["candidate_id"], line["score"]) == (held, candidate, 14.5)
    assert terminal.function.orders == []


def test_the_list_ends_at_its_limit_and_says_so(terminal: Terminal) -> None:
    for _ in range(3):
        terminal.desk.hold_a_pair()
    result = terminal.run("review", "--limit", "2")
    assert result.stdout.count(" ~ ") == 2
    assert "more than these 2" in result.stderr
    assert terminal.json("review", "--limit", "0")["more"] is False


def test_the_list_fits_a_hundred_columns(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    row, held, candidate = terminal.desk.hold_a_pair(guards="first_names_differ rival no_personal_identifier")
    monkeypatch.setattr("ops.output.screen._PIPE_WIDTH", 100)
    lines = terminal.run("review").stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert any(row.submission_id in line for line in lines)
    assert any(f"{held} ~ {candidate}" in line for line in lines)


def test_a_pair_is_shown_with_what_would_win(terminal: Terminal) -> None:
    row, held, candidate = terminal.desk.hold_a_pair()
    result = terminal.run("review", row.submission_id)
    assert result.exit_code == 0, result.output
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert "differs: candidate's stays" in lines["FirstName"]
    assert "filled from the held Lead" in lines["Phone"]
    assert "it would mix two" in lines["Street"]
    assert "differs" in lines["City"]
    assert f"Lead {held}" in result.stdout
    assert f"Lead {candidate}" in result.stdout
    assert not [canary for canary in CANARIES if canary in result.output]
    assert "--decide merge" in result.stderr
    assert '--decide separate --why "..."' in result.stderr
    assert "Wilhelmina" in terminal.run("review", row.submission_id, "--reveal").stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--decide", "merge"), "stays and takes over: Phone; tasks and campaigns move along"),
        (("--decide", "merge", "--take", "City=held", "--take", "Phone=candidate"), "takes over: City;"),
        (("--decide", "separate", "--why", "father and son"), "they stay two"),
    ],
)
def test_without_yes_nothing_is_done(terminal: Terminal, arguments: tuple[str, ...], says: str) -> None:
    row, held, _ = terminal.desk.hold_a_pair()
    before = terminal.desk.lead(held)
    result = terminal.run("review", row.submission_id, *arguments)
    assert result.exit_code == 0, result.output
    assert "Nothing was done" in result.stderr
    assert says in result.stderr
    assert terminal.desk.lead(held) == before
    assert terminal.desk.row(row).state is State.HELD
    assert terminal.json("review", row.submission_id, *arguments)["dry_run"] is True


def test_with_yes_two_become_one_and_the_operator_is_named(terminal: Terminal) -> None:
    row, held, candidate = terminal.desk.hold_a_pair()
    merge = ("review", row.submission_id, "--decide", "merge", "--take", "City=held", "--yes")
    done = terminal.json(*merge)
    assert (done["result"], done["record_id"], sorted(done["fields"])) == ("merge", candidate, ["City", "Phone"])
    assert terminal.desk.lead(held)["MasterRecordId"] == candidate
    assert terminal.desk.lead(candidate)["City"] == "Zeist"
    assert terminal.desk.row(row).history[-1].by not in {"", "operator"}
    again = terminal.run(*merge)
    assert (again.exit_code, "nothing changed" in again.stdout) == (0, True)
    assert "is updated, not held" in terminal.run("review", row.submission_id).stderr
    assert terminal.json("review") == {"held": [], "more": False}


def test_with_yes_they_stay_two(terminal: Terminal) -> None:
    row, held, _ = terminal.desk.hold_a_pair()
    result = terminal.run("review", row.submission_id, "--decide", "separate", "--why", "father and son", "--yes")
    assert result.exit_code == 0, result.output
    assert terminal.desk.lead(held)["Possible_Duplicate_Of__c"] is None
    assert terminal.desk.row(row).history[-1].why == "separate: father and son"


def test_a_contact_is_not_merged_and_what_to_do_instead_is_told(terminal: Terminal) -> None:
    contact = terminal.desk.org.add("Contact", LastName="Kanarievogel")
    row = terminal.desk.hold(contact)
    shown = terminal.run("review", row.submission_id)
    assert "choose Convert" in " ".join(shown.stdout.split())
    assert "--decide merge" not in shown.stderr
    [names] = [line for line in shown.stdout.splitlines() if line.startswith("last name")]
    assert names.split()[2:4] == ["K•••", "K•••"]
    for more in ((), ("--yes",)):
        result = terminal.run("review", row.submission_id, "--decide", "merge", *more)
        assert result.exit_code == 1
        assert "choose Convert" in " ".join(result.output.split())
    terminal.desk.org.ask("POST", "convert", {"lead": terminal.desk.held(row), "contact": contact})
    shown = terminal.run("review", row.submission_id)
    assert "--decide merge" in shown.stderr
    assert terminal.run("review", row.submission_id, "--decide", "merge", "--yes").exit_code == 0
    assert terminal.desk.row(row).state is State.ATTACHED


def test_a_lead_that_somebody_deleted_can_be_recorded_so(terminal: Terminal) -> None:
    row, held, _ = terminal.desk.hold_a_pair()
    terminal.desk.org.ask("PATCH", f"records/Lead/{held}", {"IsDeleted": True})
    assert "--decide deleted" in terminal.run("review", row.submission_id).stderr
    assert terminal.run("review", row.submission_id, "--decide", "deleted", "--yes").exit_code == 0
    assert terminal.desk.row(row).state is State.DISCARDED


def test_a_mark_that_somebody_took_off_is_told_with_what_would_be_right(terminal: Terminal) -> None:
    row, held, _ = terminal.desk.hold_a_pair()
    terminal.desk.org.ask("PATCH", f"records/Lead/{held}", {"Possible_Duplicate_Of__c": None})
    shown = terminal.run("review", row.submission_id)
    assert "Somebody has taken the mark" in " ".join(shown.stdout.split())
    assert ("--decide merge" in shown.stderr, "--decide separate" in shown.stderr) == (False, True)
    for more in ((), ("--yes",)):
        result = terminal.run("review", row.submission_id, "--decide", "merge", *more)
        assert result.exit_code == 1
        assert "Not done. Somebody has taken the mark" in " ".join(result.output.split())
        assert "Record it with `separate`" in " ".join(result.output.split())
    assert terminal.json("review", row.submission_id)["finding"] == "cleared"


def test_a_pair_that_somebody_else_is_deciding_about_is_told_with_when_it_is_free(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    claim = Claim(run="1", by="bob", decision="separate", until=datetime.now(UTC) + CLAIM)
    assert terminal.desk.ledger.claim(row, claim)
    result = terminal.run("review", row.submission_id, "--decide", "merge", "--yes")
    assert result.exit_code == 1
    assert "Another decision about this pair is under way" in " ".join(result.stdout.split())
    assert "after twelve minutes it has certainly ended" in " ".join(result.stdout.split())
    assert timedelta(minutes=12) == CLAIM


def test_a_pair_whose_lead_may_still_be_written_is_told_with_when_to_give_the_command_again(
    terminal: Terminal,
) -> None:
    row, held, _ = terminal.desk.hold_a_pair()
    until = datetime.now(UTC) + timedelta(minutes=5)
    terminal.desk.in_doubt(row, until)
    order = ("review", row.submission_id, "--decide", "merge", "--yes")
    result = terminal.run(*order)
    assert result.exit_code == 1
    assert "Not done. A write of this Lead got no answer" in " ".join(result.stdout.split())
    assert f"after {until + timedelta(minutes=1):%H:%M} UTC" in " ".join(result.stdout.split())
    assert terminal.json(*order, exit_code=1)["changed"] is False
    assert terminal.desk.lead(held)["IsDeleted"] is False
    assert terminal.json("review")["held"][0]["submission_id"] == row.submission_id


def test_a_missing_right_is_told_with_the_way_out(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    terminal.desk.org.ask("POST", "behaviour", {"may_merge_leads": False})
    result = terminal.run("review", row.submission_id, "--decide", "merge", "--yes")
    assert result.exit_code == 1
    assert "salesforce/README.md" in " ".join(result.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (("--decide", "merge"), 2, "Say which pair"),
        (("--reveal",), 2, "Say which pair"),
        ((UNKNOWN_ID, "--decide", "forget"), 2, "merge, separate or deleted"),
        ((UNKNOWN_ID, "--yes"), 2, "give both"),
        ((UNKNOWN_ID, "--decide", "separate"), 2, "Say why"),
        ((UNKNOWN_ID, "--decide", "separate", "--why", "a@example.com"), 2, "no e-mail addresses"),
        ((UNKNOWN_ID, "--decide", "separate", "--why", "x" * 201), 2, "200 characters"),
        ((UNKNOWN_ID, "--decide", "separate", "--why", "x", "--take", "City=held"), 2, "--take is for a merge"),
        ((UNKNOWN_ID, "--take", "City=mine"), 2, "FIELD=held or FIELD=candidate"),
        ((UNKNOWN_ID, "--take", "=held"), 2, "FIELD=held or FIELD=candidate"),
        ((UNKNOWN_ID,), 1, f"There is no submission {UNKNOWN_ID}"),
        ((UNKNOWN_ID, "--decide", "merge", "--yes"), 1, "There is no such submission"),
        (("x",), 2, "x"),
    ],
)
def test_what_is_not_understood_is_told(
    terminal: Terminal, arguments: tuple[str, ...], exit_code: int, says: str
) -> None:
    result = terminal.run("review", *arguments)
    assert (result.exit_code, says in result.output) == (exit_code, True), result.output


def test_an_unknown_field_to_take_is_told(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    result = terminal.run("review", row.submission_id, "--take", "Shoe__c=held")
    assert (result.exit_code, "--take names a field" in result.stderr) == (1, True)


def test_a_failing_function_is_told_without_its_words(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    terminal.function.fails = "Unhandled"
    result = terminal.run("review", row.submission_id)
    assert (result.exit_code, "The match function failed" in result.stderr) == (1, True)
    assert "Kanarievogel" not in result.output


def test_an_org_that_does_not_answer_is_told(terminal: Terminal) -> None:
    row, *_ = terminal.desk.hold_a_pair()
    terminal.desk.org.faults({"fault": "unavailable_html"})
    result = terminal.run("review", row.submission_id)
    assert (result.exit_code, "http_503: not done" in result.stderr) == (1, True)


def test_what_stands_in_salesforce_cannot_steer_the_terminal(terminal: Terminal) -> None:
    nasty = {**HELD, "Title": "\x1b[2Jgone [red]x[/red]", "LastName": "a\u202eb"}
    row = terminal.desk.hold(terminal.desk.org.add("Lead", **CANDIDATE), nasty)
    output = terminal.run("review", row.submission_id, "--reveal").output
    assert "\x1b[2J" not in output
    assert "\u202e" not in output
    assert "[red]x[/red]" in output
