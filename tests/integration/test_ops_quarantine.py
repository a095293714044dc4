"""The quarantine commands against AWS in this process."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from mypy_boto3_dynamodb import DynamoDBClient

from shared.aws.spam_memory import SpamMemory
from shared.spam.lists import taught_key
from shared.submission import State
from tests.builders import SECRET, a_submission
from tests.integration.ops_desk import CANARIES, PERSON, Desk
from tests.integration.ops_desk import desk as desk  # noqa: PLC0414 (the fixture)

ADDRESS = "wilhelmina.k@kanarie.example"


def hold(desk: Desk, *, score: int = 100, reasons: tuple[str, ...] = ("honeypot",), hours: int = 1, **more: Any) -> str:
    fields: dict[str, Any] = {**PERSON, "email": ADDRESS}
    row = a_submission(state=State.QUARANTINED, **fields).model_copy(
        update={
            "spam_score": score,
            "spam_reasons": reasons,
            "received_at": datetime.now(UTC) - timedelta(hours=hours),
            **more,
        }
    )
    desk.ledger.add(row)
    return row.submission_id


@pytest.fixture
def memory(dynamodb: DynamoDBClient) -> SpamMemory:
    return SpamMemory(lambda: dynamodb, "SpamMemory")


def listed(desk: Desk, *arguments: str) -> list[str]:
    return [row["submission_id"] for row in desk.json("quarantine", "list", *arguments)["submissions"]]


def test_the_list_has_points_and_signs_newest_first_and_nothing_personal(desk: Desk) -> None:
    old = hold(desk, hours=5)
    new = hold(desk, score=160, reasons=("link", "offer"))
    desk.reject()
    found = desk.json("quarantine", "list")
    assert [(one["submission_id"], one["spam_score"], one["spam_reasons"]) for one in found["submissions"]] == [
        (new, 160, ["link", "offer"]),
        (old, 100, ["honeypot"]),
    ]
    for arguments in ((), ("--json",), ("--csv",)):
        said = desk.run("quarantine", "list", *arguments).output
        assert new in said
        assert not any(canary in said for canary in CANARIES)


def test_the_csv_has_a_line_each(desk: Desk) -> None:
    one = hold(desk, reasons=("link", "offer"))
    [row] = csv.DictReader(io.StringIO(desk.run("quarantine", "list", "--csv").stdout, newline=""))
    assert (row["submission_id"], row["spam_score"], row["spam_reasons"]) == (one, "100", "link; offer")


def test_the_list_is_narrowed_by_sign_score_age_form_id_and_limit(desk: Desk) -> None:
    low = hold(desk, score=100, reasons=("honeypot",), hours=50)
    high = hold(desk, score=240, reasons=("link", "offer"), form_id="quote")
    assert listed(desk, "--sign", "honeypot") == [low]
    assert listed(desk, "--sign", "link", "--sign", "offer") == [high]
    assert listed(desk, "--min-score", "101") == [high]
    assert listed(desk, "--max-score", "100") == [low]
    assert listed(desk, "--newer-than", "1d") == listed(desk, "--form", "quote") == [high]
    assert listed(desk, "--older-than", "1d") == listed(desk, "--id", low) == [low]
    assert desk.json("quarantine", "list", "--limit", "1")["more"] is True


def test_show_masks_and_says_what_can_be_done(desk: Desk) -> None:
    one = hold(desk, score=120, reasons=("offer",))
    said = desk.run("quarantine", "show", one).output
    assert "120 points: offer" in said
    assert f"form-to-lead quarantine release {one} --yes" in said
    assert not any(canary in said for canary in CANARIES if canary != "kanarie.example")
    assert "Kanarievogel" in desk.run("quarantine", "show", one, "--reveal").output


def test_without_yes_nothing_is_done(desk: Desk, memory: SpamMemory) -> None:
    one = hold(desk)
    assert desk.json("quarantine", "release", one)["count"] == 1
    assert desk.json("quarantine", "discard", one, "--why", "spam")["count"] == 1
    assert (desk.row(one).state, desk.function.orders) == (State.QUARANTINED, [])


@pytest.mark.parametrize(
    ("arguments", "subject", "value"),
    [((), "address", ADDRESS), (("--teach", "domain"), "domain", "kanarie.example"), (("--no-teach",), None, "")],
)
def test_a_release_goes_to_the_queue_and_teaches(
    arguments: tuple[str, ...], subject: Any, value: str, desk: Desk, memory: SpamMemory
) -> None:
    one = hold(desk)
    [done] = desk.json("quarantine", "release", one, *arguments, "--yes")["done"]
    assert (done["result"], done["words"]) == ("released", "on the queue")
    assert (desk.row(one).state, desk.queue()) == (State.RECEIVED, [one])
    keys = [taught_key(SECRET, "address", ADDRESS), taught_key(SECRET, "domain", "kanarie.example")]
    expected = {taught_key(SECRET, subject, value): "allow"} if subject else {}
    assert memory.taught(keys) == expected


def test_a_discard_may_block(desk: Desk, memory: SpamMemory) -> None:
    one = hold(desk)
    desk.json("quarantine", "discard", one, "--why", "spam", "--block", "address", "--yes")
    assert desk.row(one).state is State.DISCARDED
    key = taught_key(SECRET, "address", ADDRESS)
    assert memory.taught([key]) == {key: "block"}


def test_filters_choose_what_is_released_and_leave_the_rest(desk: Desk) -> None:
    chosen, other = hold(desk, reasons=("form_start_old",)), hold(desk)
    desk.json("quarantine", "release", "--sign", "form_start_old", "--no-teach", "--yes")
    assert (desk.row(chosen).state, desk.row(other).state) == (State.RECEIVED, State.QUARANTINED)


def test_a_filter_that_fits_none_does_nothing_to_anybody(desk: Desk) -> None:
    one = hold(desk)
    for verb in (("release",), ("discard", "--why", "spam")):
        assert desk.json("quarantine", *verb, "--sign", "markup", "--yes") == {"done": [], "error": None}
    assert (desk.row(one).state, desk.function.orders) == (State.QUARANTINED, [])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (("release", "--yes"), 2, "Say which"),
        (("discard", "--why", "spam", "--yes"), 2, "Say which"),
        (("list", "--sign", "typo"), 2, "is no sign of spam; known are honeypot"),
        (("list", "--csv", "--json"), 2, "not both"),
        (("discard", "--all", "--why", "a@b.example"), 2, "no e-mail addresses"),
        (("release", "nonsense"), 2, "is not a submission id"),
        (("release", "00000000-0000-4000-8000-000000000000", "--yes"), 1, "There is no submission"),
    ],
)
def test_a_wrong_order_is_told_in_one_line(arguments: tuple[str, ...], exit_code: int, words: str, desk: Desk) -> None:
    result = desk.run("quarantine", *arguments)
    assert (result.exit_code, words in " ".join(result.output.split())) == (exit_code, True)
    assert "Traceback" not in result.output


def test_an_id_of_something_else_is_told_and_nothing_is_done(desk: Desk) -> None:
    rejected, suspect = desk.reject(), hold(desk)
    result = desk.run("quarantine", "release", rejected, suspect, "--yes")
    assert (result.exit_code, desk.function.orders) == (1, [])
    assert "is not in quarantine: it is rejected" in " ".join(result.output.split())
