"""A suspected bot is put aside and is told exactly what an honest visitor is told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from shared.submission import State
from tests.builders import NOW
from tests.unit.intake_desk import Answered, Intake

HONEYPOT: dict[str, Any] = {"contact_me_by_fax_only": "1"}
TOO_FAST: dict[str, Any] = {"form_started_at": str(int(NOW.timestamp()) - 1)}


def shape(answered: Answered) -> Any:
    """The whole answer with the receipt blotted out."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "receipt", repr(answered.reply))


@pytest.mark.parametrize(("bot", "reason"), [(HONEYPOT, "honeypot"), (TOO_FAST, "too_fast")])
def test_a_suspect_is_quarantined_with_the_reason_and_never_queued(bot: dict[str, Any], reason: str) -> None:
    intake = Intake()
    assert intake.program(**bot).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.QUARANTINED, (reason,))
    assert intake.row.history[0].why == reason
    assert intake.row.expires_at == int((NOW + timedelta(days=90)).timestamp())
    assert not intake.queue.sent


def test_both_reasons_are_kept() -> None:
    intake = Intake()
    intake.program(**HONEYPOT, **TOO_FAST)
    assert intake.row.spam_reasons == ("honeypot", "too_fast")


@pytest.mark.parametrize("bot", [HONEYPOT, TOO_FAST])
def test_a_suspect_can_not_tell_the_answer_from_an_honest_one_s(bot: dict[str, Any]) -> None:
    for send in (Intake().program, Intake().browser):
        assert shape(send(**bot)) == shape(send())


@pytest.mark.parametrize("bot", [HONEYPOT, TOO_FAST])
def test_nor_the_state_that_the_receipt_gives(bot: dict[str, Any]) -> None:
    intake = Intake()
    seen = {shape(intake.get(f"/submissions/{intake.program(**sent).receipt}")) for sent in (bot, {})}
    assert len(seen) == 1


def test_nor_the_field_errors() -> None:
    """Errors come first, so filling the honeypot changes nothing about them."""
    assert shape(Intake().program(**HONEYPOT, email="")) == shape(Intake().program(email=""))


def test_a_repeat_of_a_suspect_s_post_is_the_same_submission_and_still_not_queued() -> None:
    intake = Intake()
    replies = [intake.program(**HONEYPOT, submission_key="k").reply for _ in range(2)]
    assert replies[0] == replies[1]
    assert not intake.queue.sent


def test_an_honest_row_does_not_expire_before_it_is_settled() -> None:
    intake = Intake()
    intake.program()
    assert (intake.row.expires_at, intake.row.spam_reasons) == (None, ())
