"""Signatures are those of the specification, and whoever can't make them learns nothing."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.form.sources import Scheme
from shared.webhooks import signing
from shared.webhooks.verifying import Post, Verdict, usable_keys, verify
from tests.builders import NOW

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = b"a secret of a form tool"


def test_a_signature_is_that_of_the_reference_implementations() -> None:
    """The example that the libraries of Standard Webhooks are tested with."""
    key = signing.key_bytes(KEY)
    assert key
    made = signing.standard(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_webflow_signs_time_and_body_in_hexadecimal() -> None:
    """printf '1663849649733:{}' | openssl dgst -sha256 -hmac secret"""
    assert signing.webflow(b"secret", "1663849649733", b"{}") == (
        "a18dcb67f998fa50eeafe3d4437ec20db2c17a8189f9a08c3d093d5fe641b55a"
    )


@pytest.mark.parametrize("size", [24, 32, 64])
def test_a_key_has_24_to_64_bytes(size: int) -> None:
    assert signing.key_bytes("whsec_" + base64.b64encode(b"k" * size).decode()) == b"k" * size


@pytest.mark.parametrize(
    "text",
    ["", "whsec_", "whsec_k", "whsec_" + base64.b64encode(b"k" * 23).decode(),
     "whsec_" + base64.b64encode(b"k" * 65).decode(), base64.b64encode(b"k" * 32).decode(),
     "whsec_" + "é" * 32, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w", "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
)  # fmt: skip
def test_what_is_no_key_is_none(text: str) -> None:
    assert signing.key_bytes(text) is None


def test_at_most_two_keys_count_and_what_can_be_none_is_left_out() -> None:
    keys = [KEY, 1, None, "whsec_short", KEY.replace("Mf", "Mg"), KEY.replace("Mf", "Mh")]
    assert len(usable_keys(Scheme.STANDARD, keys)) == 2
    assert usable_keys(Scheme.TOKEN, ["short", "x" * 19, "x" * 20]) == (b"x" * 20,)


def a_post(headers: dict[str, str], body: bytes = b"{}", token: str = "") -> Post:
    return Post(lambda name: headers.get(name, ""), token, body)


def standard(message_id: str = "1", timestamp: str = str(int(NOW.timestamp())), more: str = "") -> Post:
    key = signing.key_bytes(KEY)
    assert key
    made = signing.standard(key, message_id, timestamp, b"{}")
    return a_post(
        {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"{more} {made}".strip()}
    )


def judged(post: Post, now: datetime = NOW) -> Verdict:
    return verify(Scheme.STANDARD, usable_keys(Scheme.STANDARD, [KEY]), post, now)


def test_one_right_signature_among_several_is_enough() -> None:
    assert judged(standard(more="v1,xxxx v1a,hnO3f9T8Ytu9 nothing")) is Verdict.GOOD


def test_a_right_signature_of_another_kind_is_wrong() -> None:
    post = standard()
    bare = post.header("webhook-signature").removeprefix("v1,")
    for made in (bare, f"v2,{bare}", f"v1a,{bare}", f"v1,{bare}x"):
        headers = {name: post.header(name) for name in ("webhook-id", "webhook-timestamp")}
        assert judged(a_post({**headers, "webhook-signature": made})) is Verdict.WRONG


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_five_minutes_early_or_late_is_still_in_time(seconds: int) -> None:
    assert judged(standard(), NOW + timedelta(seconds=seconds)) is Verdict.GOOD


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_second_more_is_out_of_time(seconds: int) -> None:
    assert judged(standard(), NOW + timedelta(seconds=seconds)) is Verdict.OUT_OF_TIME


@pytest.mark.parametrize("stamp", ["", "x", "-1", "1e9", "1764504000.0", "٣" * 10, "9" * 16, " 1764504000", "9" * 15])
def test_a_timestamp_is_a_whole_number_of_seconds(stamp: str) -> None:
    """Though rightly signed."""
    assert judged(standard(timestamp=stamp)) is Verdict.WRONG


@pytest.mark.parametrize("message_id", ["", "a b", "é", "a\x00", "x" * 256, "a\n", "a.1"])
def test_an_id_is_visible_and_not_too_long(message_id: str) -> None:
    assert judged(standard(message_id=message_id)) is Verdict.WRONG


@pytest.mark.parametrize("message_id", ["x", "x" * 255, "!~", "msg.a", "1", "a.1b"])
def test_all_other_ids_are_taken(message_id: str) -> None:
    assert judged(standard(message_id=message_id)) is Verdict.GOOD


def test_a_signature_says_where_the_id_ends() -> None:
    """Else a signed post could be sent again under another id: what is signed is the same text."""
    now = str(int(NOW.timestamp()))
    post = standard(message_id="a")
    shifted = {
        "webhook-id": f"a.{now}",
        "webhook-timestamp": now,
        "webhook-signature": post.header("webhook-signature"),
    }
    assert judged(a_post(shifted, body=b"{}")) is Verdict.WRONG


@pytest.mark.parametrize("scheme", list(Scheme))
def test_without_a_key_nothing_is_right(scheme: Scheme) -> None:
    """Not even an empty signature or token."""
    assert verify(scheme, (), a_post({}), NOW) is Verdict.WRONG
    assert verify(scheme, (SECRET,), a_post({}), NOW) is Verdict.WRONG


def test_without_a_key_the_empty_key_is_not_right_either() -> None:
    made = signing.standard(b"", "1", str(int(NOW.timestamp())), b"{}")
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(NOW.timestamp())), "webhook-signature": made}
    assert verify(Scheme.STANDARD, (), a_post(headers), NOW) is Verdict.WRONG


def test_typeform_has_no_time_and_webflow_has_milliseconds() -> None:
    assert (
        verify(Scheme.TYPEFORM, (SECRET,), a_post({"typeform-signature": signing.typeform(SECRET, b"{}")}), NOW)
        is Verdict.GOOD
    )
    for stamp, verdict in ((NOW, Verdict.GOOD), (NOW - timedelta(seconds=301), Verdict.OUT_OF_TIME)):
        text = str(int(stamp.timestamp() * 1000))
        headers = {"x-webflow-timestamp": text, "x-webflow-signature": signing.webflow(SECRET, text, b"{}")}
        assert verify(Scheme.WEBFLOW, (SECRET,), a_post(headers), NOW) is verdict


def test_a_token_is_compared_whole() -> None:
    for token, verdict in ((SECRET.decode(), Verdict.GOOD), (SECRET.decode()[:-1], Verdict.WRONG), ("", Verdict.WRONG)):
        assert verify(Scheme.TOKEN, (SECRET,), a_post({}, token=token), NOW) is verdict


NAMES = ["webhook-id", "webhook-timestamp", "webhook-signature", "typeform-signature", "x-webflow-timestamp",
         "x-webflow-signature"]  # fmt: skip
ANY_TEXT = st.text(alphabet=st.characters(), max_size=40) | st.integers().map(str)


@given(
    scheme=st.sampled_from(list(Scheme)),
    headers=st.dictionaries(st.sampled_from(NAMES), ANY_TEXT),
    token=ANY_TEXT,
    body=st.binary(max_size=50),
)
def test_whatever_is_sent_without_the_key_is_wrong(
    scheme: Scheme, headers: dict[str, str], token: str, body: bytes
) -> None:
    for now in (NOW, datetime(1970, 1, 1, tzinfo=UTC)):
        assert verify(scheme, (b"k" * 32,), a_post(headers, body, token), now) is Verdict.WRONG
