"""A server posts signed: it needs no website and no patience, and nothing happens before it has proved who it is."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from functions.intake import webhooks
from functions.intake.request import read_request
from functions.intake.routes import answer
from local.intake_keys import INTAKE_SECRET, WEBHOOKS
from shared.aws.secrets import MAX_AGE, Secret
from shared.errors import ConfigurationError, FormToLeadError, TransientError
from shared.form.definition import forms
from shared.submission import State
from tests.builders import NOW
from tests.unit.intake_desk import MULTIPART, URLENCODED, Intake, event, multipart
from tests.unit.spam_posts import form_with
from tests.unit.webhook_desk import ID, NEW, NOW_UNIX, OLD, body_of, keyed, post, server, signed


def nothing_done(intake: Intake) -> bool:
    return not intake.ledger.rows and not intake.queue.sent


# --- who may ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [OLD, NEW])
def test_a_signed_post_is_taken_under_either_live_key_without_an_origin(key: str) -> None:
    intake = keyed()
    answered = server(intake, key=key)
    assert (answered.status, answered.json["state"]) == (202, "received")
    assert intake.row.sources.channel == "shop"
    assert [sent[0] for sent in intake.queue.sent] == [answered.receipt]


def test_the_source_may_be_named_in_the_address() -> None:
    """For a sender that can't set headers of its own choice."""
    body = body_of()
    headers = {name: value for name, value in signed(body).items() if name != "webhook-source"}
    assert post(keyed(), body, headers, query={"webhook-source": "shop"}).status == 202
    assert post(keyed(), body, headers).code == "signature_wrong"


def test_a_form_with_one_source_need_not_be_told_which() -> None:
    contact = forms()["contact"]
    only = contact.model_copy(update={"sources": {"shop": contact.sources["shop"]}})
    body = body_of()
    headers = {name: value for name, value in signed(body).items() if name != "webhook-source"}
    assert post(keyed(forms={"contact": only}), body, headers).status == 202


BODY = body_of()
GOOD = signed(BODY)
FORGED: dict[str, dict[str, str]] = {
    "no signature": {**GOOD, "webhook-signature": ""},
    "another body": signed(BODY + b" "),
    "another id": {**GOOD, "webhook-id": "msg_2"},
    "another time": {**GOOD, "webhook-timestamp": str(NOW_UNIX - 1)},
    "another key": signed(BODY, key="whsec_" + "a" * 44),
    "no id": signed(BODY, message_id=""),
    "an id that is too long": signed(BODY, message_id="x" * 256),
    "an id with a space": signed(BODY, message_id="a b"),
    "no time": {**GOOD, "webhook-timestamp": ""},
    "an unknown source": {**GOOD, "webhook-source": "nobody"},
    "a source of another kind": {**GOOD, "webhook-source": "typeform"},
    "a source with a token": {**GOOD, "webhook-source": "gravity"},
    "only an id": {"webhook-id": ID},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
def test_who_can_not_prove_it_is_refused_and_learns_nothing(headers: dict[str, str]) -> None:
    """One answer for all, so that it does not tell which sources there are."""
    intake = keyed()
    answered = post(intake, BODY, headers)
    assert (answered.status, answered.code) == (401, "signature_wrong")
    assert answered.reply == post(Intake(), BODY, {"webhook-source": "x"}, form="quote").reply
    assert nothing_done(intake)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_or_early_post_is_told_so(seconds: int) -> None:
    intake = keyed(now=NOW + timedelta(seconds=seconds))
    answered = server(intake)
    assert (answered.status, answered.code) == (401, "timestamp_out_of_range")
    assert "300 seconds" in answered.json["detail"]
    assert nothing_done(intake)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_are_allowed(seconds: int) -> None:
    assert server(keyed(now=NOW + timedelta(seconds=seconds))).status == 202


def test_a_wrong_signature_is_not_told_that_its_time_is_wrong_too() -> None:
    headers = {**GOOD, "webhook-timestamp": "1"}
    assert post(keyed(), BODY, headers).code == "signature_wrong"


def test_nothing_is_asked_of_table_queue_or_person_key_before_the_signature_is_right() -> None:
    def must_not(*_: Any, **__: Any) -> Any:
        pytest.fail("asked before the signature was looked at")

    touchy = SimpleNamespace(add=must_not, get=must_not, send=must_not)
    dependencies = replace(keyed().dependencies(), ledger=touchy, queue=touchy, secret=must_not)
    headers = {"Content-Type": "application/json", **FORGED["another key"]}
    assert answer(read_request(event(headers=headers, body=BODY)), dependencies)["statusCode"] == 401


def test_a_body_that_is_too_large_is_not_even_hashed() -> None:
    body = body_of(message="x" * 260 * 1024)
    assert post(keyed(), body, {"webhook-id": "1"}).code == "too_large"


@pytest.mark.parametrize("headers", [{"webhook-id": "1"}, {"webhook-source": "jotform"}, {"webhook-source": "shop"}])
def test_nothing_of_a_large_body_is_read_before_it_has_proved_whose_it_is(
    headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does its size tell which sources there are."""
    monkeypatch.setattr(webhooks, "read_content", lambda _: pytest.fail("read before the signature was looked at"))
    assert post(keyed(), b"x" * 200_000, headers).code == "signature_wrong"


def test_a_server_of_one_s_own_has_no_more_room_than_a_visitor() -> None:
    """Unlike a tool, it sends what its author wrote, and nothing twice."""
    intake = keyed()
    assert server(intake, message="x", more="x" * 65_000).status == 202
    answered = server(intake, message_id="2", more="x" * 66_000)
    assert (answered.status, answered.code) == (413, "too_large")
    assert len(intake.ledger.rows) == 1


def test_a_plain_post_and_a_form_without_sources_read_no_secret() -> None:
    """A visitor's post makes two AWS calls when warm, not three."""

    def must_not() -> dict[str, Any]:
        pytest.fail("the intake's secret was read")

    dependencies = replace(Intake().dependencies(), intake_secrets=must_not)
    plain = event(headers={"Content-Type": "application/json"}, body=BODY)
    assert answer(read_request(plain), dependencies)["statusCode"] == 202
    no_source = event(path="/forms/quote", headers={"Content-Type": "application/json", **GOOD}, body=BODY)
    assert answer(read_request(no_source), dependencies)["statusCode"] == 401


# --- keys ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "secrets",
    [{}, {"webhooks": None}, {"webhooks": []}, {"webhooks": {"shop": []}}, {"webhooks": {"shop": None}},
     {"webhooks": {"shop": ["not a key"]}}, {"webhooks": {"shop": [1, None]}}, {"webhooks": {"shop": {}}}],
)  # fmt: skip
def test_a_source_without_a_key_is_401_for_the_sender_and_a_line_for_operators(
    secrets: dict[str, Any], said: Callable[[], str]
) -> None:
    intake = Intake(secrets=secrets)
    assert server(intake).code == "signature_wrong"
    assert "webhook_key_missing" in said()
    assert "WebhookKeysWrong" in said()
    assert nothing_done(intake)


def test_a_stranger_s_source_makes_no_line_for_operators(said: Callable[[], str]) -> None:
    post(keyed(), BODY, {**GOOD, "webhook-source": "nobody"})
    assert "webhook_key_missing" not in said()
    assert "nobody" not in said()


def test_a_third_key_is_not_used_and_operators_hear_of_it(said: Callable[[], str]) -> None:
    intake = Intake(secrets={"webhooks": {"shop": [NEW, NEW.replace("A", "B"), OLD]}})
    assert server(intake).status == 401
    assert "webhook_key_missing" in said()
    assert server(intake, key=NEW).status == 202


def test_one_key_may_stand_without_a_list() -> None:
    assert server(Intake(secrets={"webhooks": {"shop": OLD}})).status == 202


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TransientError("secretsmanager:InternalServiceError"), 503),
        (ConfigurationError("secretsmanager:AccessDeniedException"), 503),
        (ConfigurationError("secret_not_json"), 503),
        (ConfigurationError("secretsmanager:ResourceNotFoundException"), 401),
    ],
)
def test_a_secret_that_can_not_be_read_now_is_worth_coming_back_for(error: FormToLeadError, status: int) -> None:
    """One that nobody has filled in yet is not: a scan of the internet must not look like an outage."""

    def fails() -> dict[str, Any]:
        raise error

    intake = keyed()
    dependencies = replace(intake.dependencies(), intake_secrets=fails)
    reply = answer(read_request(event(headers={"Content-Type": "application/json", **GOOD}, body=BODY)), dependencies)
    assert reply["statusCode"] == status
    assert nothing_done(intake)
    if status == 503:
        assert reply["headers"]["Retry-After"]


def test_a_key_that_was_taken_away_is_refused_within_five_minutes() -> None:
    """Rotation: the new key is added, senders change over, the old one is removed."""
    keys = {"shop": [OLD]}
    clock = [0.0]
    client = SimpleNamespace(get_secret_value=lambda **_: {"SecretString": json.dumps({"webhooks": keys})})
    secret = Secret(cast("Any", client), "arn", clock=lambda: clock[0])
    intake = keyed()

    def posted(key: str, message_id: str) -> int:
        headers = {"Content-Type": "application/json", **signed(BODY, key=key, message_id=message_id)}
        dependencies = replace(intake.dependencies(), intake_secrets=secret.values)
        return int(answer(read_request(event(headers=headers, body=BODY)), dependencies)["statusCode"])

    assert (posted(OLD, "1"), posted(NEW, "2")) == (202, 401)
    keys["shop"] = [NEW, OLD]
    clock[0] += MAX_AGE
    assert (posted(OLD, "3"), posted(NEW, "4")) == (202, 202)
    keys["shop"] = [NEW]
    clock[0] += MAX_AGE
    assert (posted(OLD, "5"), posted(NEW, "6")) == (401, 202)
    assert MAX_AGE <= 300


def test_a_new_key_is_taken_at_once_and_strangers_do_not_have_the_secret_read_each_time(
    said: Callable[[], str],
) -> None:
    keys: dict[str, list[str]] = {}
    clock, read = [0.0], [0]

    def get_secret_value(**_: object) -> dict[str, str]:
        read[0] += 1
        return {"SecretString": json.dumps({"webhooks": keys})}

    secret = Secret(cast("Any", SimpleNamespace(get_secret_value=get_secret_value)), "arn", clock=lambda: clock[0])
    intake = keyed()

    def posted(key: str, message_id: str, **changes: str) -> int:
        headers = {"Content-Type": "application/json", **signed(BODY, key=key, message_id=message_id), **changes}
        dependencies = replace(intake.dependencies(), intake_secrets=secret.values, newer_intake_secrets=secret.newer)
        return int(answer(read_request(event(headers=headers, body=BODY)), dependencies)["statusCode"])

    secret.values()
    keys["shop"] = [OLD]
    assert posted(OLD, "1") == 202
    assert "webhook_key_missing" not in said(), "the key is there"
    clock[0] = 60
    keys["shop"] = [OLD, NEW]
    assert (posted(NEW, "2"), read[0]) == (202, 3)
    for number in range(20):
        assert posted("whsec_" + "a" * 44, f"forged-{number}") == 401
        assert posted(NEW, f"forged-{number}", **{"webhook-source": "nobody"}) == 401
    assert read[0] == 3
    clock[0] = 90
    assert (posted("whsec_" + "a" * 44, "forged"), read[0]) == (401, 4)
    keys["shop"] = [NEW]
    clock[0] = 120
    assert posted("whsec_" + "a" * 44, "forged") == 401
    assert posted(OLD, "3") == 401, "what strangers had us read counts too"


def test_a_source_that_nobody_has_has_the_secret_read_again_like_one_that_is_there() -> None:
    """Else the time that an answer takes would tell which sources there are."""
    asked: list[str] = []
    for source in ("shop", "typeform", "nobody"):
        dependencies = replace(keyed().dependencies(), newer_intake_secrets=partial(asked.append, source))
        headers = {"Content-Type": "application/json", **FORGED["another key"], "webhook-source": source}
        assert answer(read_request(event(headers=headers, body=BODY)), dependencies)["statusCode"] == 401
    assert asked == ["shop", "typeform", "nobody"]


def test_who_is_out_of_time_has_the_right_key_and_nothing_is_read_again() -> None:
    intake = keyed(now=NOW + timedelta(hours=1))
    dependencies = replace(intake.dependencies(), newer_intake_secrets=lambda: pytest.fail("read again"))
    reply = answer(read_request(event(headers={"Content-Type": "application/json", **GOOD}, body=BODY)), dependencies)
    assert json.loads(reply["body"])["code"] == "timestamp_out_of_range"


# --- the same again ----------------------------------------------------------------------------------------------


def test_the_same_id_and_body_give_the_same_receipt() -> None:
    """A retry has a time and so a signature of its own."""
    intake = keyed()
    first = server(intake)
    later = signed(BODY, timestamp=str(NOW_UNIX + 60))
    assert (first.status, post(intake, BODY, later).reply) == (202, first.reply)
    assert len(intake.ledger.rows) == 1


@pytest.mark.parametrize("change", [{"message": "Iets anders"}, {"page_url": "https://other.example/"}, {"lang": "en"}])
def test_the_same_id_with_another_body_is_a_conflict(change: dict[str, str]) -> None:
    intake = keyed()
    first = server(intake)
    second = server(intake, **change)
    assert (second.status, second.code) == (409, "key_used_before")
    assert intake.ledger.rows.keys() == {first.receipt}


def test_other_ids_are_other_submissions() -> None:
    intake = keyed()
    assert server(intake, message_id="1").receipt != server(intake, message_id="2").receipt


def test_a_visitor_s_key_never_meets_a_server_s() -> None:
    """Whoever guesses a server's ids could else answer for it, or learn its receipts."""
    intake = keyed()
    servers = server(intake, message_id="order-1").receipt
    guesses = ["order-1", "shop\norder-1", "shop order-1", "\nshop\norder-1\n", "shop\x0border-1", "shop\u2028order-1"]
    for guess in guesses:
        assert intake.program(headers={"Idempotency-Key": guess}).receipt != servers
        assert intake.program(submission_key=guess).receipt != servers


def test_an_id_belongs_to_its_source() -> None:
    contact = forms()["contact"]
    two = contact.model_copy(update={"sources": dict.fromkeys(("shop", "erp"), contact.sources["shop"])})
    intake = Intake(forms={"contact": two}, secrets={"webhooks": {"shop": [OLD], "erp": [OLD]}})
    receipts = {post(intake, BODY, signed(BODY, source=source)).receipt for source in ("shop", "erp")}
    assert len(receipts) == 2


def test_the_signed_id_counts_and_not_a_key_in_the_body() -> None:
    intake = keyed()
    assert server(intake, submission_key="a").receipt
    assert server(intake, submission_key="b").code == "key_used_before"
    assert server(intake, message_id="2", submission_key="a").status == 202


# --- what it holds -----------------------------------------------------------------------------------------------


def test_all_that_is_wrong_comes_back_as_json_whatever_was_sent() -> None:
    intake = keyed()
    wrong = {"last_name": "x", "email": "no", "consent": "on", "message": ""}
    body = multipart(wrong)
    answered = post(intake, body, signed(body), content_type=MULTIPART)
    assert (answered.status, answered.code) == (422, "validation_failed")
    assert {(error["field"], error["code"]) for error in answered.json["errors"]} == {
        ("email", "invalid_email"), ("message", "required"),
    }  # fmt: skip
    assert nothing_done(intake)


@pytest.mark.parametrize("content_type", [URLENCODED, MULTIPART])
def test_a_refusal_is_json_too(content_type: str) -> None:
    assert post(keyed(), b"x", {"webhook-id": "1"}, content_type=content_type).code == "signature_wrong"
    assert post(keyed(), b"x", signed(b"x"), content_type="text/xml").code == "unsupported_media_type"


@pytest.mark.parametrize("bot", [{"contact_me_by_fax_only": "1"}, {"form_started_at": str(NOW_UNIX)}])
def test_traps_for_bots_are_not_for_servers(bot: dict[str, str]) -> None:
    intake = keyed()
    assert server(intake, **bot).status == 202
    assert (intake.row.state, intake.row.spam_reasons) == (State.RECEIVED, ())


SPAM: list[tuple[dict[str, str], str]] = [
    ({"email": "x@mailinator.com"}, "disposable_domain"),
    ({"email": "bad@partner.example"}, "blocked_address"),
    ({"message": "Buy viagra, really"}, "blocked_word"),
    ({"last_name": "Win http://a.example"}, "link_in_name"),
    ({"message": "SEO services, quality backlinks and guest posts"}, "offer"),
]


@pytest.mark.parametrize(("written", "reason"), SPAM)
def test_what_a_visitor_wrote_at_a_server_s_is_judged_as_it_is_here(written: dict[str, str], reason: str) -> None:
    """A key proves who passes it on, not who filled it in."""
    form = form_with(block={"addresses": ["bad@partner.example"], "words": ["viagra"]})
    intake = keyed(forms={"contact": form})
    answered = server(intake, **written)
    assert (answered.status, answered.json["state"]) == (202, "received")
    assert (intake.row.state, intake.row.spam_reasons[0]) == (State.QUARANTINED, reason)
    assert not intake.queue.sent


def test_the_repeat_filter_counts_what_servers_pass_on() -> None:
    intake = keyed(forms={"contact": form_with(repeat_filter=True)})
    text = "Hello, I would like to know more about your products and prices."
    for number in range(4):
        receipt = server(intake, message_id=f"m{number}", email=f"a{number}@example.com", message=text).receipt
    assert intake.ledger.rows[receipt].spam_reasons == ("repeat",)


def test_a_foreign_origin_says_nothing_about_a_server() -> None:
    answered = post(keyed(), BODY, {**GOOD, "Origin": "https://evil.example"})
    assert answered.status == 202
    assert "Access-Control-Allow-Origin" not in answered.headers


def test_what_the_form_does_not_ask_is_ignored_and_counted(said: Callable[[], str]) -> None:
    """Row 6: no mass assignment by way of a server either."""
    intake = keyed()
    assert server(intake, OwnerId="005000000000001", IsConverted=True, nested={"Id": "x", "Status": "y"}).status == 202
    assert not {"OwnerId", "IsConverted", "nested", "nested.Id"} & set(intake.row.fields)
    assert "FieldsIgnored" in said()


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[]", 400), (b"1", 400), (b'"x"', 400), (b"{", 400), (b"\xff", 400), (b'{"a": 1, "a": 2}', 400),
     (b"[" * 5000, 400), (b"9" * 5000, 400), (b"{}", 422), (b'{"last_name": {"a": {"b": 1}}}', 422)],
)  # fmt: skip
def test_a_signed_post_can_be_nonsense_too(body: bytes, status: int) -> None:
    intake = keyed()
    assert post(intake, body, signed(body)).status == status
    assert nothing_done(intake)


def test_a_server_s_own_names_are_mapped_by_their_path() -> None:
    contact = forms()["contact"]
    fields = {
        "data.name": "last_name",
        "data.mail.0": "email",
        "data.mail": "email",
        "data.ask": "message",
        "ok": "consent",
    }
    source = contact.sources["shop"].model_copy(update={"fields": fields})
    intake = keyed(forms={"contact": contact.model_copy(update={"sources": {"shop": source}})})
    content = {"type": "a.b", "data": {"name": "Bos", "mail": ["bos@example.com"], "ask": "Hoi", "more": 1}, "ok": True}
    body = json.dumps(content).encode()
    assert post(intake, body, signed(body)).status == 202
    assert intake.row.fields == {
        "last_name": "Bos", "email": "bos@example.com", "message": "Hoi", "consent": "true",
    }  # fmt: skip


# --- nothing personal, no key in the log ---------------------------------------------------------------------------


def test_keys_tokens_and_answers_are_in_no_log_line_and_no_answer(said: Callable[[], str]) -> None:
    token = WEBHOOKS["gravity"][0]
    queries = [{"webhook-source": "gravity", "webhook-token": text} for text in (token, f"{token}x")]
    replies = [post(keyed(), b'{"2": "kanarie@example.com"}', {}, query=query) for query in queries]
    replies += [server(keyed(), email="kanarie"), post(keyed(), BODY, FORGED["another key"])]
    everything = said() + "".join(reply.text + str(reply.headers) for reply in replies)
    for keys in INTAKE_SECRET["webhooks"].values():
        for key in keys:
            assert key not in everything
    assert "kanarie" not in everything
    assert token not in repr(read_request({"queryStringParameters": {"webhook-token": token}}))
