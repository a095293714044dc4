"""What every website may read: schemas, the moment a form was opened, our script. Cached, but never a stale moment."""

import base64
import gzip
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.intake.pages.published import SCRIPT_PARTS, embed_script, lean
from functions.intake.request import read_request
from functions.intake.routes import answer
from shared.errors import TransientError
from shared.form.definition import Form, forms
from shared.form.texts import LANGUAGES, REFUSALS
from shared.intake.form_start import signed_start
from shared.intake.json_schema import _VISIBLE, json_schema
from shared.spam.captcha_answer import TOKEN_FIELDS
from tests.builders import NOW, SECRET
from tests.every_kind import EVERYTHING
from tests.unit.intake_desk import Answered, Intake, event

ALL = [*forms().values(), EVERYTHING]
CACHED = ["/forms/contact/schema", "/embed.js", "/openapi.json"]
FOREIGN = {"Origin": "https://anywhere.example"}


def read(path: str, method: str = "GET", **headers: str) -> Answered:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Intake().hears(event(method, path, headers={**FOREIGN, **sent}))


# --- caching -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CACHED)
def test_what_was_read_before_is_not_sent_again(path: str) -> None:
    first = read(path)
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    for asked in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = read(path, If_None_Match=asked)
        assert (again.status, again.text) == (304, "")
        assert "Content-Type" not in again.headers
        assert (again.headers["ETag"], again.headers["Cache-Control"]) == (tag, first.headers["Cache-Control"])
    for asked in ("", '"x"', tag.strip('"')):
        assert read(path, If_None_Match=asked).status == 200


PACKED = {"Accept": "*/*", "Accept_Encoding": "gzip, deflate, br, zstd"}


@pytest.mark.parametrize("path", CACHED)
def test_it_is_packed_for_whoever_can_unpack_it(path: str) -> None:
    plain, packed = read(path), read(path, **PACKED)
    assert packed.headers["Content-Encoding"] == "gzip"
    sent = base64.b64decode(packed.reply["body"], validate=True)
    assert gzip.decompress(sent) == plain.reply["body"].encode()
    assert len(sent) < len(plain.reply["body"]) / 2
    assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
    assert packed.reply["isBase64Encoded"] is True
    assert "isBase64Encoded" not in plain.reply


@pytest.mark.parametrize("path", CACHED)
def test_caches_tell_the_packed_from_the_plain(path: str) -> None:
    plain, packed = read(path), read(path, **PACKED)
    assert "Accept-Encoding" in plain.headers["Vary"].split(", ")
    assert packed.headers["Vary"] == plain.headers["Vary"]
    assert packed.headers["ETag"] == plain.headers["ETag"].removesuffix('"') + '-gzip"'
    again = read(path, If_None_Match=packed.headers["ETag"], **PACKED)
    assert (again.status, again.text, again.headers["ETag"]) == (304, "", packed.headers["ETag"])
    assert again.headers["Vary"] == plain.headers["Vary"]
    assert "Content-Encoding" not in again.headers
    assert read(path, If_None_Match=packed.headers["ETag"]).status == 200


@pytest.mark.parametrize(
    ("takes", "is_packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("gzip; q=0.001", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("", False),
        ("identity, br", False),
        ("gzipped", False),
    ],
)
def test_only_who_takes_gzip_gets_it(takes: str, is_packed: bool) -> None:
    answered = read("/embed.js", Accept="*/*", Accept_Encoding=takes)
    assert ("Content-Encoding" in answered.headers) is is_packed
    assert answered.text == embed_script()


@pytest.mark.parametrize("accept", [{}, {"Accept": ""}, {"Accept": ", */*"}])
def test_without_an_accept_that_api_gateway_understands_nothing_is_base64(accept: dict[str, str]) -> None:
    assert read("/embed.js", Accept_Encoding="gzip", **accept).reply["body"] == embed_script()


@pytest.mark.parametrize(("path", "age"), [(CACHED[0], 300), (CACHED[1], 3600), (CACHED[2], 300)])
def test_caches_may_keep_it_for_minutes(path: str, age: int) -> None:
    assert read(path).headers["Cache-Control"] == f"public, max-age={age}"


def test_what_differs_has_another_tag() -> None:
    tags = {read(path, Accept_Language=language).headers["ETag"] for path in CACHED for language in ("nl", "en")}
    assert len(tags) == 4
    assert read(CACHED[0]).headers["Vary"] == "Accept-Language, Accept-Encoding"


def test_the_moment_is_signed_and_never_cached_nor_in_what_is() -> None:
    answered = read("/forms/contact/start")
    assert answered.json == {"form_started_at": signed_start(SECRET, "contact", NOW)}
    assert answered.headers["Cache-Control"] == "no-store"
    assert not any(signed_start(SECRET, "contact", NOW) in read(path).text for path in CACHED)


@pytest.mark.parametrize("path", [*CACHED, "/forms/contact/start"])
def test_every_website_may_read_it_and_nobody_may_post_there(path: str) -> None:
    assert read(path).headers["Access-Control-Allow-Origin"] == "*"
    preflight = read(path, "OPTIONS")
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
    refused = read(path, "POST")
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, OPTIONS")


@pytest.mark.parametrize("path", ["/forms/nothing/schema", "/forms/nothing/start"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_an_unknown_form_has_none(path: str, method: str) -> None:
    assert read(path, method).code == "unknown_form"


def test_when_the_key_can_t_be_read_the_sender_is_told_to_come_again() -> None:
    def fails() -> bytes:
        raise TransientError("secret", "no")

    dependencies = replace(Intake().dependencies(), secret=fails)
    for path in ("/forms/contact/start", "/forms/contact"):
        assert Answered(answer(read_request(event("GET", path)), dependencies)).code == "unavailable"


# --- the schema --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ALL, ids=lambda form: form.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_schema_is_one_and_names_every_field_that_the_form_reads(form: Form, language: Any) -> None:
    schema = json_schema(form, language)
    Draft202012Validator.check_schema(schema)
    assert form.spam.captcha is None
    tokens = {name for names in TOKEN_FIELDS.values() for name in names}
    unseen = {form.spam.honeypot, "hosted_page", *tokens}
    assert set(schema["properties"]) == form.input_names - unseen
    assert schema["x-form-to-lead"]["order"] == [field.name for field in form.fields]
    assert schema["x-form-to-lead"]["honeypot"] == form.spam.honeypot
    assert schema["x-form-to-lead"]["captcha"] is None


def test_the_schema_says_which_consent_its_text_is() -> None:
    form = forms()["contact"]
    assert json_schema(form, "nl")["x-form-to-lead"]["consent_text_version"] == "2026-11"
    without = form.model_copy(update={"consent": None})
    assert json_schema(without, "nl")["x-form-to-lead"]["consent_text_version"] is None


def test_the_schema_speaks_the_language_that_was_asked_for() -> None:
    answered = Intake().hears({**event("GET", "/forms/contact/schema"), "queryStringParameters": {"lang": "en"}})
    assert answered.headers["Content-Language"] == "en"
    assert answered.headers["Content-Type"] == "application/schema+json"
    assert answered.json["properties"]["last_name"] == {
        "title": "Last name",
        "type": "string",
        "maxLength": 80,
        "pattern": _VISIBLE,
    }
    assert answered.json["required"] == ["last_name", "email", "message", "consent"]
    assert answered.json["properties"]["consent"]["const"] is True


# --- the script --------------------------------------------------------------------------------------------------


def test_the_script_weighs_at_most_8_kb() -> None:
    assert len(base64.b64decode(read("/embed.js", **PACKED).reply["body"])) <= 8 * 1024


def test_the_script_uses_nothing_that_a_strict_policy_forbids() -> None:
    code = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/", "", embed_script(), flags=re.DOTALL)
    forbidden = ["eval(", "Function(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "localStorage"]
    assert [each for each in forbidden if each in code] == []


def test_the_script_says_everything_in_every_language() -> None:
    texts = (SCRIPT_PARTS / "texts.js").read_text("utf-8")
    by_language = dict(re.findall(r"\n  (\w\w): \{(.*?)\n  \}", texts, re.DOTALL))
    assert set(by_language) == set(LANGUAGES)
    names = {language: re.findall(r"\n    (\w+):", words) for language, words in by_language.items()}
    assert len({tuple(each) for each in names.values()}) == 1
    for language in LANGUAGES:
        assert f'files: "{REFUSALS["files_not_taken"][language]}"' in by_language[language]


def test_the_script_is_served_without_what_only_its_writers_read() -> None:
    lines = embed_script().split("\n")
    assert [line for line in lines[:-1] if not line or line != line.strip() or line.startswith(("//", "/*"))] == []
    assert lean("  a; // kept\n\n  // gone\n\t/** gone */\n  b\n") == "a; // kept\nb"


@pytest.mark.parametrize("part", sorted(SCRIPT_PARTS.iterdir()), ids=lambda part: part.name)
def test_no_text_or_comment_of_the_script_spans_lines(part: Path) -> None:
    """What is served would be something else: each line is stripped by itself."""
    for line in part.read_text("utf-8").split("\n"):
        assert line.count("`") % 2 == 0, line
        assert not line.endswith("\\"), line
        assert line.count("/*") == line.count("*/"), line
        if line.strip().startswith("/*"):
            assert line.endswith("*/"), line
    assert part.suffix == ".css" or lean(part.read_text("utf-8")) in embed_script()


def test_the_script_is_served_as_one() -> None:
    answered = read("/embed.js")
    assert answered.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answered.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answered.text == embed_script()
