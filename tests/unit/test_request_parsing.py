"""Any body of the three kinds becomes fields or a refusal that says what would be right; nothing else may happen."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from functions.intake.request import MAX_BODY, Refusal, Request, read_fields, read_request
from shared.intake.limits import MAX_FIELDS
from shared.submission import FieldValue
from tests.unit.intake_desk import END, JSON, MULTIPART, URLENCODED, event, part


def read(content_type: str, body: bytes, **headers: str) -> dict[str, FieldValue]:
    sent = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return read_fields(Request("POST", ("forms", "contact"), sent, body))


def refused(content_type: str, body: bytes, **headers: str) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        read(content_type, body, **headers)
    return caught.value.status, caught.value.code


MALFORMED = (400, "malformed_payload")


# --- what is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b'{"name": "Jos\xc3\xa9", "tick": ["a", "b"]}'),
        ("application/vnd.api+json", b'{"name": "Jos\\u00e9", "tick": ["a", "b"]}'),
        ("Application/JSON; charset=UTF-8", b'\xef\xbb\xbf{"name": "Jos\xc3\xa9", "tick": ["a", "b"]}'),
        (URLENCODED, b"name=Jos%C3%A9&tick=a&tick=b"),
        (f'{URLENCODED}; charset="utf-8"', "name=José&tick=a&tick=b".encode()),
        (MULTIPART, part("name", "José") + part("tick", "a") + part("tick", "b") + END),
        (
            'multipart/form-data; boundary="AaB03x"',
            part("name", "José", headers="Content-Type: text/plain; charset=utf-8\r\n")
            + part("tick", "a")
            + part("tick", "b")
            + END,
        ),
    ],
)
def test_the_same_form_is_read_the_same_from_all_kinds_of_body(content_type: str, body: bytes) -> None:
    assert read(content_type, body) == {"name": "José", "tick": ["a", "b"]}


def test_numbers_truth_and_null_of_json_become_the_texts_that_a_form_would_send() -> None:
    sent = {"number": 3, "price": 1.5, "yes": True, "no": False, "nothing": None, "several": [1, True, "x"]}
    assert read(JSON, json.dumps(sent).encode()) == {
        "number": "3",
        "price": "1.5",
        "yes": "true",
        "no": "false",
        "nothing": "",
        "several": ["1", "true", "x"],
    }


def test_a_blank_field_of_a_form_is_kept_as_blank() -> None:
    assert read(URLENCODED, b"name=&other") == {"name": "", "other": ""}


def test_an_empty_form_has_no_fields() -> None:
    """What is missing is then told field by field."""
    assert read(URLENCODED, b"") == {}
    assert read(JSON, b"{}") == {}
    assert read(MULTIPART, END) == {}


def test_an_empty_file_input_is_no_file() -> None:
    """Browsers send one for each file input that the visitor left alone."""
    empty = part("cv", "", disposition='; filename=""', headers="Content-Type: application/octet-stream\r\n")
    assert read(MULTIPART, part("name", "Sanne") + empty + END) == {"name": "Sanne", "cv": ""}


def test_a_multipart_text_keeps_its_line_breaks() -> None:
    assert read(MULTIPART, part("message", "one\r\ntwo\r\n--AaB03\r\nthree") + END) == {
        "message": "one\r\ntwo\r\n--AaB03\r\nthree"
    }


def test_a_lone_surrogate_in_json_is_read_and_left_to_the_cleaning() -> None:
    assert read(JSON, rb'{"name": "\ud800", "\udfff": "x"}') == {"name": "\ud800", "\udfff": "x"}


# --- size --------------------------------------------------------------------------------------------------------


def exactly(size: int, before: bytes, after: bytes) -> bytes:
    return before + b"x" * (size - len(before) - len(after)) + after


AT_THE_LIMIT = [
    (JSON, b'{"message": "', b'"}'),
    (URLENCODED, b"message=", b""),
    (MULTIPART, part("message", "")[:-2], b"\r\n" + END),
]


@pytest.mark.parametrize(("content_type", "before", "after"), AT_THE_LIMIT)
def test_a_body_of_exactly_64_kib_is_read(content_type: str, before: bytes, after: bytes) -> None:
    assert MAX_BODY == 65536
    assert list(read(content_type, exactly(MAX_BODY, before, after))) == ["message"]


@pytest.mark.parametrize(("content_type", "before", "after"), AT_THE_LIMIT)
def test_one_byte_more_is_too_large(content_type: str, before: bytes, after: bytes) -> None:
    assert refused(content_type, exactly(MAX_BODY + 1, before, after)) == (413, "too_large")


def test_size_is_looked_at_before_anything_is_parsed() -> None:
    assert refused("text/xml", b"x" * (MAX_BODY + 1), content_encoding="gzip") == (413, "too_large")


# --- kinds, encodings and charsets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content_type",
    ["", "text/xml", "application/xml", "text/plain", "application/octet-stream", "json", "application/jsonp", "+json",
     "text/html; charset=utf-8", "multipart/mixed; boundary=AaB03x", "image/svg+xml", ";", "application/json\x00"],
)  # fmt: skip
def test_other_kinds_of_body_are_refused_with_the_list_of_those_that_are_taken(content_type: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(content_type, b"<a/>")
    assert (caught.value.status, caught.value.code) == (415, "unsupported_media_type")
    assert caught.value.headers["Accept-Post"] == f"{JSON}, {URLENCODED}, multipart/form-data"


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "gzip, identity", "zstd"])
def test_a_packed_body_is_refused(encoding: str) -> None:
    """Else 64 KiB could unpack to gigabytes."""
    assert refused(JSON, b"\x1f\x8b", content_encoding=encoding) == (415, "unsupported_encoding")


def test_identity_is_no_packing() -> None:
    assert read(JSON, b'{"a": "b"}', content_encoding="identity") == {"a": "b"}


@pytest.mark.parametrize("kind", [JSON, URLENCODED, MULTIPART])
@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", "utf-7", "windows-1252", "x-odd", '"shift_jis"', "base64"])
def test_only_utf8_is_taken(kind: str, charset: str) -> None:
    assert refused(f"{kind}; charset={charset}", b"{}") == (415, "unsupported_charset")


@pytest.mark.parametrize(
    "charset", ["utf-7", "utf-16", "latin-1", "punycode", "idna", "unicode_escape", "rot13", "base64", "x-odd", "a\0b"]
)
def test_a_part_in_another_charset_is_refused_as_a_whole_body_is(charset: str) -> None:
    """Python has codecs that run code's escapes, warn, or take seconds for 64 KiB; the visitor's part picks none."""
    odd = part("name", "abc", headers=f"Content-Type: text/plain; charset={charset}\r\n")
    assert refused(MULTIPART, odd + END) == (415, "unsupported_charset")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b'{"name": "\xff"}'),
        (JSON, b'{"name": "\xed\xa0\x80"}'),
        (JSON, b"\x00"),
        (JSON, '{"name": "x"}'.encode("utf-16")),
        (URLENCODED, b"name=\xff"),
        (URLENCODED, b"name=%FF"),
        (URLENCODED, b"%ED%A0%80=x"),
        (MULTIPART, part("name", b"\xff") + END),
        (MULTIPART, part("name", "x").replace(b'"name"', b'"\xff"') + END),
    ],
)
def test_what_is_not_utf8_is_malformed(content_type: str, body: bytes) -> None:
    assert refused(content_type, body) == MALFORMED


# --- JSON --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "3",
        '"text"',
        "[]",
        '[{"name": "x"}]',
        "{",
        '{"name": "x"} {"name": "y"}',
        '{"name": "x",}',
        "{'name': 'x'}",
        '{"name": NaN}',
        '{"name": Infinity}',
        '{"name": -Infinity}',
        '{"name": [NaN]}',
        '{"name": 1e999}',
        '{"name": [-1e999]}',
        '{"name": "x", "name": "y"}',
        '{"name": {"a": 1, "a": 2}}',
        '{"name": {"first": "x"}}',
        '{"name": [["x"]]}',
        '{"name": [{}]}',
        '{"name": ' + "9" * 5000 + "}",
        '{"name": [-' + "9" * 5000 + "]}",
        '{"name": ' + "[" * 30000 + "]" * 30000 + "}",
        "[" * 60000,
        '{"a":' * 10000 + "1" + "}" * 10000,
        '{"name": "tab\there"}',
        '{"name": "\\x41"}',
        json.dumps({f"field_{number}": "" for number in range(MAX_FIELDS + 1)}),
        json.dumps({"name": [""] * (MAX_FIELDS + 1)}),
        json.dumps({"n" * 101: "x"}),
    ],
)
def test_json_that_is_not_one_flat_object_is_malformed(text: str) -> None:
    assert refused(JSON, text.encode()) == MALFORMED


def test_200_fields_are_read() -> None:
    assert len(read(JSON, json.dumps({f"field_{number}": "" for number in range(MAX_FIELDS)}).encode())) == 200


def test_the_refusal_names_a_field_only_if_its_name_can_be_one_of_a_form() -> None:
    """Senders have put addresses and worse where a name belongs; names of real fields help a developer."""
    details = []
    for name in ("first_name", "jan@example.com"):
        with pytest.raises(Refusal) as caught:
            read(JSON, json.dumps({name: {}}).encode())
        details.append(caught.value.detail)
    assert "first_name" in details[0]
    assert "jan" not in details[1]


# --- urlencoded --------------------------------------------------------------------------------------------------


def test_more_fields_than_any_form_has_are_malformed() -> None:
    assert refused(URLENCODED, b"&".join(b"a=%d" % number for number in range(MAX_FIELDS + 1))) == MALFORMED
    assert refused(URLENCODED, b"&" * 60000) == MALFORMED


def test_a_name_longer_than_any_field_s_is_malformed() -> None:
    assert refused(URLENCODED, b"a" * 101 + b"=x") == MALFORMED


# --- multipart ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("no end", part("name", "Sanne")),
        ("cut in the middle of a boundary", part("name", "Sanne") + b"--AaB0"),
        ("nothing", b""),
        ("only another boundary", b"--other\r\n\r\n--other--"),
        ("as many parts as fit", b"--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 1000 + END),
        ("a huge header", part("name", "x", headers=f"X-Long: {'x' * 60000}\r\n") + END),
        ("many headers", part("name", "x", headers="X-A: b\r\n" * 1000) + END),
        ("no disposition", b"--AaB03x\r\n\r\nx\r\n" + END),
        ("another disposition", b"--AaB03x\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n" + END),
        ("a header without a colon", part("name", "x", headers="Odd\r\n") + END),
        ("a content length of 5,000 digits", part("name", "x", headers=f"Content-Length: {'9' * 5000}\r\n") + END),
        ("a content length that is wrong", part("name", "x", headers="Content-Length: 3\r\n") + END),
        ("bare line feeds", part("name", "x").replace(b"\r\n", b"\n") + END),
        ("something after the boundary", part("name", "x") + b"--AaB03xyz\r\n"),
        ("a very long name", part("n" * 101, "x") + END),
    ],
)
def test_a_broken_multipart_body_is_malformed(why: str, body: bytes) -> None:
    assert refused(MULTIPART, body) == MALFORMED, why


def test_ten_thousand_parts_are_refused() -> None:
    """Whichever limit they meet first."""
    parts = b"--AaB03x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 10000 + END
    assert refused(MULTIPART, parts) == (413, "too_large")


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=é\ud800",
     "multipart/form-data; boundary=" + "x" * 5000],
)  # fmt: skip
def test_a_boundary_that_is_none_is_malformed(content_type: str) -> None:
    assert refused(content_type, part("name", "x") + END) == MALFORMED


@pytest.mark.parametrize("filename", ["cv.pdf", "../../etc/passwd", "é.exe", " "])
def test_a_file_is_refused(filename: str) -> None:
    file = part("cv", "MZ", disposition=f'; filename="{filename}"', headers="Content-Type: application/pdf\r\n")
    assert refused(MULTIPART, part("name", "Sanne") + file + END) == (415, "files_not_taken")


# --- the event ---------------------------------------------------------------------------------------------------


def test_an_event_is_read_as_a_request() -> None:
    request = read_request(event("post", "//forms/contact/", headers={"CONTENT-TYPE": JSON}, body=b"{}"))
    assert (request.method, request.path, request.media_type, request.body) == (
        "POST", ("forms", "contact"), JSON, b"{}",
    )  # fmt: skip


@pytest.mark.parametrize("happening", [{}, {"headers": None, "body": None, "path": None, "httpMethod": None}])
def test_an_event_with_nothing_in_it_is_a_request_for_nothing(happening: Mapping[str, Any]) -> None:
    assert read_request(happening).body == b""


def test_a_body_that_is_not_base64_is_malformed() -> None:
    for text in ("é", "abc"):
        request = read_request({**event(headers={"Content-Type": JSON}), "body": text, "isBase64Encoded": True})
        with pytest.raises(Refusal):
            read_fields(request)


def test_a_body_that_came_as_text_is_read_too() -> None:
    """An emulator or a test console of API Gateway sends it so."""
    request = read_request({**event(headers={"Content-Type": JSON}), "body": '{"name": "José"}'})
    assert read_fields(request) == {"name": "José"}


def test_base64_is_what_the_console_says_it_is() -> None:
    assert read_request(event(body=b"\x00\xff")).body == base64.b64decode("AP8=")


@pytest.mark.parametrize(
    ("headers", "wants"),
    [
        ({"content-type": JSON}, True),
        ({"content-type": URLENCODED, "accept": "application/json"}, True),
        ({"content-type": URLENCODED, "accept": "application/problem+json, */*;q=0.1"}, True),
        ({"content-type": URLENCODED, "accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, False),
        ({"content-type": MULTIPART}, False),
    ],
)
def test_programs_are_told_from_browsers_by_what_they_send_or_accept(headers: dict[str, str], wants: bool) -> None:
    assert Request("POST", ("forms", "contact"), headers, b"").wants_json is wants


def test_a_custom_domain_with_a_base_path_reaches_the_same_routes() -> None:
    """API Gateway puts the base path in front of `path`; `resource` and its parameters stay as they are."""
    request = read_request(
        {
            "httpMethod": "POST",
            "resource": "/forms/{form_id}",
            "path": "/leads/forms/contact",
            "pathParameters": {"form_id": "contact"},
        }
    )
    assert request.path == ("forms", "contact")
