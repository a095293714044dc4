"""Row 19: all four captchas, verified on the server against a provider on this machine, with each way to fail."""

import itertools
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from shared.captcha import siteverify as adapter
from shared.form.definition import Form, forms
from shared.form.spam_section import Spam
from shared.submission import State
from tests.builders import CONTACT
from tests.fakes.captcha_provider import GOOD, SECRET, Provider, hangs_up, running, say, says
from tests.unit.intake_desk import Intake, event

TOKEN_FIELD = {
    "turnstile": "cf-turnstile-response",
    "hcaptcha": "h-captcha-response",
    "recaptcha_v2": "g-recaptcha-response",
    "recaptcha_v3": "g-recaptcha-response",
}
PROVIDERS = list(TOKEN_FIELD)
VISIBLE = PROVIDERS[:3]
every_provider = pytest.mark.parametrize("name", PROVIDERS)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as found:
        yield found


def form_with(name: str, **captcha: Any) -> dict[str, Form]:
    form = forms()["contact"]
    spam = Spam.model_validate({"captcha": {"provider": name, "site_key": "public", **captcha}})
    return {"contact": form.model_copy(update={"spam": spam})}


def desk(provider: Provider, name: str, **captcha: Any) -> Intake:
    if name == "recaptcha_v3":
        provider.success = {"score": 0.9, "action": "contact", **provider.success}
    return Intake(
        forms=form_with(name, **captcha),
        secrets={"captcha": {name: SECRET}},
        captcha_endpoints={name: provider.url},
    )


def with_token(name: str, token: str = GOOD) -> dict[str, Any]:
    return {TOKEN_FIELD[name]: token}


# --- done well ---------------------------------------------------------------------------------------------------


@every_provider
def test_who_did_the_captcha_is_taken_and_the_provider_is_asked_once(name: str, provider: Provider) -> None:
    intake = desk(provider, name)
    assert intake.program(**with_token(name)).status == 202
    assert (intake.row.state, intake.row.spam_reasons, intake.row.spam_score) == (State.RECEIVED, (), 0)
    [asked] = provider.asked
    assert (asked["secret"], asked["response"]) == (SECRET, GOOD)
    assert provider.headers[0]["content-type"] == "application/x-www-form-urlencoded"


@every_provider
def test_the_token_is_kept_nowhere(name: str, provider: Provider, capsys: pytest.CaptureFixture[str]) -> None:
    intake = desk(provider, name)
    intake.program(**with_token(name))
    said = capsys.readouterr()
    assert GOOD not in repr(intake.row) + said.out + said.err
    assert SECRET not in said.out + said.err


def test_hcaptcha_s_script_also_fills_in_the_field_of_recaptcha(provider: Provider) -> None:
    assert desk(provider, "hcaptcha").program(**with_token("recaptcha_v2")).status == 202
    assert provider.asked[0]["sitekey"] == "public"


@every_provider
def test_a_plain_browser_is_told_the_same_as_a_program(name: str, provider: Provider) -> None:
    assert desk(provider, name).browser(**with_token(name)).status == 303


@pytest.mark.parametrize(("wanted", "sent"), [(False, {}), (True, {"remoteip": "192.0.2.7"})])
def test_the_address_of_the_sender_goes_out_only_where_the_form_says_so(
    wanted: bool, sent: dict[str, str], provider: Provider
) -> None:
    intake = desk(provider, "turnstile", send_ip_address=wanted)
    happening = intake_event(with_token("turnstile"))
    happening["requestContext"] = {"identity": {"sourceIp": "192.0.2.7"}}
    assert intake.hears(happening).status == 202
    assert {name: value for name, value in provider.asked[0].items() if name == "remoteip"} == sent


def intake_event(fields: dict[str, str]) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "X-Forwarded-For": "203.0.113.9"}
    return event(headers=headers, body=json.dumps({**CONTACT, **fields}).encode())


# --- not done, or badly ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VISIBLE)
@pytest.mark.parametrize("sent", [None, "", "wrong", "x" * 9000, "é"])
def test_who_did_not_do_it_is_told_so_and_nothing_is_kept(name: str, sent: str | None, provider: Provider) -> None:
    """It is no judgement about spam: the widget itself shows who passed. An honest one's token runs out."""
    intake = desk(provider, name)
    answered = intake.program(**({} if sent is None else with_token(name, sent)), lang="en")
    assert answered.status == 422
    [error] = answered.json["errors"]
    assert (error["field"], error["code"]) == ("captcha", "captcha_failed")
    assert "not a robot" in error["message"]
    assert not intake.ledger.rows
    assert len(provider.asked) == (sent == "wrong")


def test_a_missing_token_is_told_with_all_other_errors_and_a_token_is_not_spent_on_them(provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    errors = intake.program(email="").json["errors"]
    assert [error["field"] for error in errors] == ["email", "captcha"]
    assert [error["field"] for error in intake.program(**with_token("turnstile"), email="").json["errors"]] == ["email"]
    assert not provider.asked
    assert intake.program(**with_token("turnstile")).status == 202


@pytest.mark.parametrize("sent", [None, "wrong"])
def test_nobody_can_do_v3_again_so_it_is_put_aside(sent: str | None, provider: Provider) -> None:
    intake = desk(provider, "recaptcha_v3")
    assert intake.program(**({} if sent is None else with_token("recaptcha_v3", sent))).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.QUARANTINED, ("captcha_failed",))


def test_a_form_may_put_aside_instead_and_one_that_answers_nobody_does(provider: Provider) -> None:
    quiet = desk(provider, "hcaptcha", on_failure="quarantine")
    assert quiet.program().status == 202
    assert quiet.row.spam_reasons == ("captcha_failed",)
    accepting = desk(provider, "hcaptcha")
    accepting.forms = {"contact": accepting.forms["contact"].model_copy(update={"on_field_error": "accept"})}
    assert accepting.program(email="nonsense").status == 202
    assert accepting.row.state is State.QUARANTINED


@every_provider
def test_a_token_of_another_website_is_put_aside(name: str, provider: Provider) -> None:
    provider.success["hostname"] = "evil.example"
    intake = desk(provider, name)
    assert intake.program(**with_token(name)).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.QUARANTINED, ("captcha_wrong_site",))


@pytest.mark.parametrize("host", ["not-provided", "", None, 5])
@every_provider
def test_a_website_that_is_not_named_is_a_sign_and_no_verdict(name: str, host: object, provider: Provider) -> None:
    provider.success["hostname"] = host
    intake = desk(provider, name)
    intake.program(**with_token(name))
    row = intake.row
    assert (row.state, row.spam_reasons, row.spam_score) == (State.RECEIVED, ("captcha_no_host",), 30)


def test_websites_of_the_form_of_its_file_and_of_the_stack_are_known(provider: Provider) -> None:
    for host, known in (("www.flexfit-bikes.example", True), ("more.example", True), ("localhost", True), ("x", False)):
        provider.success["hostname"], provider.used = host, set()
        intake = desk(provider, "turnstile", hostnames=["more.example"])
        intake.extra_origins = ("http://localhost:8080",)
        intake.program(**with_token("turnstile"))
        assert (intake.row.state is State.RECEIVED) is known, host


def test_the_api_s_own_name_is_known_where_its_hosted_page_stands(provider: Provider) -> None:
    provider.success["hostname"] = "api.example"
    intake = desk(provider, "turnstile")
    happening = intake_event(with_token("turnstile"))
    happening["requestContext"] = {"domainName": "API.example"}
    happening["headers"]["Host"] = "evil.example"
    intake.hears(happening)
    assert intake.row.state is State.RECEIVED


@pytest.mark.parametrize("name", ["turnstile", "recaptcha_v3"])
def test_another_action_is_put_aside(name: str, provider: Provider) -> None:
    provider.success["action"] = "login"
    intake = desk(provider, name, action="contact")
    intake.program(**with_token(name))
    assert intake.row.spam_reasons == ("captcha_wrong_site",)


@pytest.mark.parametrize(("score", "state"), [(0.49, State.QUARANTINED), (0.5, State.RECEIVED), (1, State.RECEIVED)])
def test_a_low_score_is_put_aside(score: float, state: State, provider: Provider) -> None:
    provider.success["score"] = score
    intake = desk(provider, "recaptcha_v3")
    assert intake.program(**with_token("recaptcha_v3")).status == 202
    assert intake.row.state is state


# --- the provider fails ------------------------------------------------------------------------------------------

NONSENSE = [
    b"", b"<html>busy</html>", b"[]", b"null", b'"x"', b"{}", b'{"success": "true"}', b'{"success": false}',
    b'{"success": false, "error-codes": "x"}',
    b'{"success": false, "error-codes": ["internal-error"]}', b"[" * 50_000, b"\xff", b"x" * 70_000,
]  # fmt: skip


def is_taken_with_a_flag(intake: Intake, name: str) -> bool:
    answered = intake.program(**with_token(name))
    row = intake.row
    assert (row.state, row.spam_reasons, row.spam_score) == (State.RECEIVED, ("captcha_unverified",), 0)
    assert intake.queue.sent
    return answered.status == 202


@every_provider
@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_stops_nobody(name: str, body: bytes, provider: Provider) -> None:
    provider.plan = [says(body)] * 2
    assert is_taken_with_a_flag(desk(provider, name), name)


@every_provider
@pytest.mark.parametrize("status", [500, 503, 429, 404, 302, 204])
def test_no_status_of_the_provider_stops_anybody(name: str, status: int, provider: Provider) -> None:
    headers = {"Location": f"{provider.url}/elsewhere"} if status == 302 else {}
    provider.plan = [says(b"" if status == 204 else b"{}", status, headers)] * 2
    assert is_taken_with_a_flag(desk(provider, name), name)
    assert len(provider.asked) == (2 if status in {500, 503, 429} else 1)
    assert not any("followed" in asked for asked in provider.asked)


def test_a_redirect_is_not_believed_even_with_an_answer(provider: Provider) -> None:
    body = b'{"success": true, "hostname": "www.flexfit-fietsen.example"}'
    provider.plan = [says(body, 302, {"Location": provider.url})]
    assert is_taken_with_a_flag(desk(provider, "turnstile"), "turnstile")


@every_provider
def test_a_provider_that_is_not_there_stops_nobody(name: str, provider: Provider) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        intake = desk(provider, name)
        intake.captcha_endpoints = {name: f"http://127.0.0.1:{taken.getsockname()[1]}/"}
        assert is_taken_with_a_flag(intake, name)


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_a_slow_provider_is_waited_for_no_longer_than_the_limit(
    how: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SECONDS", 0.4)
    provider.plan = [getattr(provider, how)] * 2
    assert is_taken_with_a_flag(desk(provider, "turnstile"), "turnstile")
    assert len(provider.asked) == 1


def test_the_limit_is_three_seconds_for_all_tries() -> None:
    assert adapter.SECONDS == 3.0
    clock = itertools.count(step=2)
    assert adapter._ask_twice("http://127.0.0.1:9/", b"", 3.0, lambda: next(clock)) == (None, 2)


@every_provider
def test_a_lost_connection_is_tried_once_more(name: str, provider: Provider) -> None:
    provider.plan = [hangs_up]
    intake = desk(provider, name)
    assert intake.program(**with_token(name)).status == 202
    assert (intake.row.spam_reasons, len(provider.asked)) == ((), 2)


@every_provider
def test_a_token_that_our_own_lost_try_used_up_is_not_held_against_the_visitor(name: str, provider: Provider) -> None:
    provider.plan = [provider.uses_the_token_and_hangs_up]
    assert is_taken_with_a_flag(desk(provider, name), name)


def test_turnstile_is_asked_again_under_the_same_idempotency_key(provider: Provider) -> None:
    provider.plan = [hangs_up]
    desk(provider, "turnstile").program(**with_token("turnstile"))
    first, second = (asked["idempotency_key"] for asked in provider.asked)
    assert first == second


@pytest.mark.parametrize(
    "held", [{}, {"captcha": {}}, {"captcha": {"turnstile": ""}}, {"captcha": "x"}, {"captcha": []}]
)
def test_a_secret_that_operators_forgot_stops_nobody(held: dict[str, Any], provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    intake.secrets = held
    assert is_taken_with_a_flag(intake, "turnstile")
    assert not provider.asked


def test_a_wrong_secret_is_ours_to_mend(provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    intake.secrets = {"captcha": {"turnstile": "old"}}
    assert is_taken_with_a_flag(intake, "turnstile")


@every_provider
@pytest.mark.parametrize("known", [{"captcha": {"turnstile": "old", "hcaptcha": "old", "recaptcha_v2": "old",
                                                "recaptcha_v3": "old"}}, {}])  # fmt: skip
def test_a_secret_that_was_replaced_is_read_again_before_anybody_is_flagged(
    known: dict[str, Any], name: str, provider: Provider
) -> None:
    intake = desk(provider, name)
    intake.secrets, intake.newer_secrets = known, intake.secrets
    assert intake.program(**with_token(name)).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, ())
    assert [asked["secret"] for asked in provider.asked] == ["old", SECRET][-len(known) - 1 :]


def test_a_refused_secret_is_not_sent_twice_and_operators_hear_of_it(
    provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    intake = desk(provider, "turnstile")
    intake.secrets = intake.newer_secrets = {"captcha": {"turnstile": "old"}}
    assert is_taken_with_a_flag(intake, "turnstile")
    assert len(provider.asked) == 1
    assert "CaptchaSecretMissing" in capsys.readouterr().out


def test_a_used_token_under_a_new_secret_is_no_way_in(provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    intake.secrets, intake.newer_secrets = {"captcha": {"turnstile": "old"}}, intake.secrets
    provider.used.add(GOOD)
    assert intake.program(**with_token("turnstile")).status == 422


# --- the same submission again -----------------------------------------------------------------------------------


@every_provider
def test_a_retry_with_the_same_key_gets_its_receipt_though_the_token_is_used(name: str, provider: Provider) -> None:
    intake = desk(provider, name)
    first = intake.program(**with_token(name), submission_key="k")
    again = intake.program(**with_token(name), submission_key="k")
    assert (again.status, again.receipt) == (202, first.receipt)
    assert len(provider.asked) == 1


def test_a_retry_with_the_same_key_and_other_answers_is_still_a_conflict(provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    intake.program(**with_token("turnstile"), submission_key="k")
    assert intake.program(**with_token("turnstile"), submission_key="k", message="Iets anders").status == 409


def test_two_at_the_same_moment_with_one_token_are_one_submission(provider: Provider) -> None:
    """The second asks the provider while the first is being kept: it hears `used`, looks again, and finds the row."""
    intake = desk(provider, "turnstile")

    def keeps_the_other_meanwhile(request: Any, _asked: dict[str, str]) -> None:
        provider.used.clear()
        intake.program(**with_token("turnstile"), submission_key="k")
        say(request, {"success": False, "error-codes": ["timeout-or-duplicate"]})

    provider.plan = [keeps_the_other_meanwhile]
    answered = intake.program(**with_token("turnstile"), submission_key="k")
    assert (answered.status, answered.receipt) == (202, intake.row.submission_id)


def test_a_used_token_with_another_key_is_no_way_in(provider: Provider) -> None:
    intake = desk(provider, "turnstile")
    intake.program(**with_token("turnstile"), submission_key="k")
    assert intake.program(**with_token("turnstile"), submission_key="l").status == 422
    assert len(intake.ledger.rows) == 1


# --- forms without one -------------------------------------------------------------------------------------------


def test_a_form_without_a_captcha_asks_nobody_and_minds_no_token(provider: Provider) -> None:
    intake = Intake(captcha_endpoints=dict.fromkeys(PROVIDERS, provider.url))
    assert intake.program(**with_token("turnstile")).status == 202
    assert (provider.asked, intake.row.spam_reasons) == ([], ())
    assert "cf-turnstile-response" not in intake.row.fields
