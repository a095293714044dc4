"""Row 20: a suspected bot is put aside and is told exactly what an honest visitor is told."""

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest

from shared.intake.form_start import signed_start
from shared.spam.lists import Ruling, Subject, taught_key, taught_keys
from shared.spam.repeats import repeat_key
from shared.spam.signs import Post
from shared.submission import State
from tests.builders import NOW, SECRET
from tests.unit.intake_desk import Answered, Intake
from tests.unit.spam_posts import form_with

HONEYPOT: dict[str, Any] = {"contact_me_by_fax_only": "1"}
TOO_FAST: dict[str, Any] = {"form_started_at": signed_start(SECRET, "contact", NOW)}
DISPOSABLE: dict[str, Any] = {"email": "sanne@mailinator.com"}


def shape(answered: Answered) -> Any:
    """The whole answer with the receipt blotted out."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "receipt", repr(answered.reply))


@pytest.mark.parametrize(
    ("bot", "reason"), [(HONEYPOT, "honeypot"), (TOO_FAST, "too_fast"), (DISPOSABLE, "disposable_domain")]
)
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


@pytest.mark.parametrize("bot", [HONEYPOT, TOO_FAST, DISPOSABLE])
def test_a_suspect_can_not_tell_the_answer_from_an_honest_one_s(bot: dict[str, Any]) -> None:
    for send in (Intake().program, Intake().browser):
        assert shape(send(**bot)) == shape(send())


@pytest.mark.parametrize("bot", [HONEYPOT, TOO_FAST, DISPOSABLE])
def test_nor_the_state_that_the_receipt_gives(bot: dict[str, Any]) -> None:
    intake = Intake()
    seen = {shape(intake.get(f"/submissions/{intake.program(**sent).receipt}")) for sent in (bot, {})}
    assert len(seen) == 1


@pytest.mark.parametrize("state", [state for state in State if state is not State.ERASED])
def test_nor_what_becomes_of_it(state: State) -> None:
    """Honest ones are settled, or rejected, in seconds; a suspect waits for an operator who releases or discards it."""
    intake = Intake()
    suspect = shape(intake.get(f"/submissions/{intake.program(**HONEYPOT).receipt}"))
    receipt = intake.program().receipt
    intake.ledger.rows[receipt] = intake.ledger.rows[receipt].model_copy(update={"state": state})
    assert shape(intake.get(f"/submissions/{receipt}")) == suspect


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


# --- what is asked of the outside --------------------------------------------------------------------------------

SEO = "We offer SEO services and quality backlinks for the first page of Google."


def with_spam(**spam: Any) -> Intake:
    return Intake(forms={"contact": form_with(**spam)})


def test_an_honest_submission_asks_nothing_of_the_spam_memory() -> None:
    intake = Intake()
    intake.program()
    assert intake.memory.asked == 0


@pytest.mark.parametrize(
    ("spam", "message", "asked"),
    [
        ({}, SEO, 1),
        ({}, "Zie https://a.example", 1),
        ({"taught_lists": "never"}, SEO, 0),
        ({"taught_lists": "always"}, "Hallo", 1),
        ({"repeat_filter": True}, "Hallo", 0),
        ({"repeat_filter": True}, "Ik zoek een bakfiets voor mijn drie kinderen en de hond", 1),
        ({"allow": {"domains": ["example.com"]}}, "Hallo", 0),
        ({"allow": {"domains": ["example.com"]}}, SEO, 1),
        ({"allow": {"addresses": ["sanne@example.com"]}, "taught_lists": "always"}, SEO, 0),
        ({"block": {"words": ["hallo"]}}, "Hallo", 1),
    ],
)
def test_the_spam_memory_is_asked_only_where_there_is_a_reason(spam: dict[str, Any], message: str, asked: int) -> None:
    intake = with_spam(**spam)
    intake.program(message=message)
    assert intake.memory.asked == asked


def test_points_and_reasons_stand_on_what_is_let_through_too() -> None:
    intake = Intake()
    intake.program(message="Zie https://a.example")
    assert (intake.row.state, intake.row.spam_score, intake.row.spam_reasons) == (State.RECEIVED, 20, ("link",))
    assert intake.row.expires_at is None
    assert intake.queue.sent


def taught_about(ruling: Ruling, subject: Subject, value: str) -> dict[str, Ruling]:
    return {taught_key(SECRET, subject, value): ruling}


@pytest.mark.parametrize(("subject", "value"), [("address", "San.ne+x@EXAMPLE.com"), ("domain", "example.com")])
def test_who_was_released_once_is_let_through(subject: Subject, value: str) -> None:
    intake = Intake()
    intake.memory.rulings = taught_about("allow", subject, value)
    intake.program(message=SEO, email="san.ne@example.com")
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, (f"allowed_{subject}",))


def test_who_was_blocked_is_put_aside_where_the_form_always_looks() -> None:
    for when, state in (("always", State.QUARANTINED), ("suspicious", State.RECEIVED)):
        intake = with_spam(taught_lists=when)
        intake.memory.rulings = taught_about("block", "address", "sanne@example.com")
        intake.program()
        assert intake.row.state is state


def test_a_taught_address_wins_over_a_taught_domain() -> None:
    intake = with_spam(taught_lists="always")
    intake.memory.rulings = taught_about("allow", "domain", "example.com") | taught_about(
        "block", "address", "sanne@example.com"
    )
    intake.program()
    assert intake.row.spam_reasons == ("blocked_address",)


TAUGHT_AND_WRITTEN: list[tuple[dict[str, Any], Ruling, Subject, str]] = [
    ({"block": {"domains": ["example.com"]}}, "allow", "address", "allowed_address"),
    ({"block": {"words": ["bakfietsen"]}}, "allow", "domain", "allowed_domain"),
    ({"block": {"domains": ["example.com"]}}, "allow", "domain", "allowed_domain"),
    ({"block": {"addresses": ["sanne@example.com"]}}, "allow", "address", "allowed_address"),
    ({"block": {"addresses": ["sanne@example.com"]}}, "allow", "domain", "blocked_address"),
    ({"allow": {"domains": ["example.com"]}}, "block", "address", "blocked_address"),
    ({"allow": {"addresses": ["sanne@example.com"]}}, "block", "address", "allowed_address"),
    ({"allow": {"words": ["bakfietsen"]}}, "block", "domain", "blocked_domain"),
]


@pytest.mark.parametrize(("written", "ruling", "subject", "reason"), TAUGHT_AND_WRITTEN)
def test_the_more_exact_entry_wins_whoever_made_it(
    written: dict[str, Any], ruling: Ruling, subject: Subject, reason: str
) -> None:
    """Who was released once stays released, though the form's file blocks the whole domain."""
    intake = with_spam(taught_lists="always", **written)
    value = {"address": "sanne@example.com", "domain": "example.com"}[subject]
    intake.memory.rulings = taught_about(ruling, subject, value)
    intake.program()
    assert intake.row.spam_reasons == (reason,)
    assert (intake.row.state is State.RECEIVED) is reason.startswith("allowed")


def test_a_released_address_is_known_to_a_form_that_only_looks_up_suspects() -> None:
    intake = with_spam(block={"domains": ["example.com"]})
    intake.memory.rulings = taught_about("allow", "address", "sanne@example.com")
    intake.program()
    assert intake.row.spam_reasons == ("allowed_address",)


def test_what_was_taught_of_an_address_holds_for_its_other_spellings() -> None:
    intake = with_spam(taught_lists="always")
    intake.memory.rulings = taught_about("block", "domain", "MÜLLER.example")
    intake.program(email="jan@xn--mller-kva.example")
    assert intake.row.spam_reasons == ("blocked_domain",)


def test_without_the_spam_memory_everything_goes_on() -> None:
    intake = with_spam(taught_lists="always", repeat_filter=True)
    intake.memory.down = True
    assert intake.program(message="Ik zoek een bakfiets voor mijn drie kinderen en de hond").status == 202
    assert intake.row.state is State.RECEIVED
    assert intake.memory.asked == 2


TEXT = "Hello, I would like to know more about your products and prices."


def test_the_fourth_mailbox_with_one_text_is_put_aside_and_the_first_three_are_not() -> None:
    intake = with_spam(repeat_filter=True)
    states = []
    for number in range(5):
        spaced = TEXT.upper() if number % 2 else f"  {TEXT}\n"
        receipt = intake.program(email=f"a{number}@example.com", message=spaced).receipt
        states.append((intake.ledger.rows[receipt].state, intake.ledger.rows[receipt].spam_reasons))
    assert states == [(State.RECEIVED, ())] * 3 + [(State.QUARANTINED, ("repeat",))] * 2


def test_one_mailbox_may_repeat_itself_and_so_may_anybody_a_day_later() -> None:
    intake = with_spam(repeat_filter=True)
    for number in range(12):
        intake.now = NOW + timedelta(hours=9 * number)
        intake.program(email=f"a{number}@example.com", message=TEXT)
        intake.program(email=f"a{number}+x@example.com", message=TEXT)
    assert {row.state for row in intake.ledger.rows.values()} == {State.RECEIVED}


def test_nothing_of_a_person_is_in_the_keys_that_are_asked_for() -> None:
    post = Post(form_with(), {"email": "sanne@example.com", "message": TEXT}, SECRET, NOW)
    keys = [*taught_keys(post), *(repeat_key(post) or ())]
    assert not any(word in key for key in keys for word in ("sanne", "example", "products"))
    assert all(re.fullmatch(r"((taught|repeat)\.)?[0-9a-f]{16,64}", key) for key in keys)
    assert set(keys).isdisjoint(taught_keys(dataclasses.replace(post, secret=b"another")))
