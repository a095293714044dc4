"""Old pages post in the encoding that they were saved in: no letter of anybody's name is lost."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.intake.request import MAX_BODY
from tests.unit.intake_desk import JSON, MULTIPART, URLENCODED, Answered, Intake, multipart
from tests.unit.web_to_lead_desk import HONEST, OID, intake_with, posted

ENCODINGS = ["UTF-8", "ISO-8859-1", "Shift_JIS", "ISO-2022-JP", "EUC-JP", "ks_c_5601-1987", "Big5", "GB2312"]
"""Those that Salesforce offers when it makes a page."""


def body_with(last_name: bytes, more: str = "") -> bytes:
    return f"oid={OID}&last_name={quote_from_bytes(last_name)}&email=a%40example.com{more}".encode()


def last_name(intake: Intake, body: bytes, encoding: str = "", header: str = URLENCODED) -> object:
    query = {"encoding": encoding} if encoding else None
    answered = posted(intake, body, query=query, headers={"Content-Type": header})
    assert answered.status == 303, answered.text
    return intake.row.fields["last_name"]


@pytest.mark.parametrize(
    ("encoding", "codec", "name"),
    [
        ("UTF-8", "utf-8", "Łukasz 田中"),
        ("ISO-8859-1", "cp1252", "Müller €"),
        ("iso-8859-1", "cp1252", "Müller"),
        ("Shift_JIS", "cp932", "田中ソ\u2460"),
        ("ISO-2022-JP", "iso2022_jp", "田中"),
        ("EUC-JP", "euc_jp", "田中"),
        ("ks_c_5601-1987", "cp949", "김민준 뷁"),
        ("Big5", "big5", "陳大文"),
        ("GB2312", "gb2312", "张伟"),
        ("GB2312", "gbk", "张偉"),
    ],
)
def test_a_name_is_read_in_the_encoding_that_the_address_names(encoding: str, codec: str, name: str) -> None:
    assert last_name(intake_with(), body_with(name.encode(codec)), encoding) == name


@pytest.mark.parametrize(
    ("encoding", "codec"), [("GB2312", "gb2312"), ("EUC-JP", "euc_jp"), ("ks_c_5601-1987", "cp949")]
)
def test_bytes_that_are_utf_8_by_chance_are_still_read_as_the_address_says(encoding: str, codec: str) -> None:
    both = "\u0123\u05aa".encode()
    assert last_name(intake_with(), body_with(both), encoding) == both.decode(codec)


def test_letters_sent_as_they_are_count_as_well() -> None:
    body = f"oid={OID}&email=a%40example.com&last_name=".encode() + "田中".encode("euc_jp")
    assert last_name(intake_with(), body, "EUC-JP") == "田中"


def test_the_encoding_may_stand_in_a_hidden_field() -> None:
    intake = intake_with()
    assert last_name(intake, body_with("田中".encode("cp932"), "&encoding=Shift_JIS")) == "田中"
    assert "encoding" not in intake.row.fields


def test_a_page_that_was_saved_in_utf_8_and_whose_address_says_latin_1_loses_no_letter() -> None:
    name = "Ünsal Çağlar-Wiśniewski"
    assert last_name(intake_with(), body_with(name.encode()), "ISO-8859-1") == name


@pytest.mark.parametrize("encoding", ["", "UTF-8", "ISO-8859-1", "no-such", "idna", "punycode", "rot13", "utf-7"])
def test_latin_1_is_known_without_being_told_and_no_other_name_reaches_a_decoder(encoding: str) -> None:
    assert last_name(intake_with(), body_with("Müller".encode("cp1252")), encoding) == "Müller"


# --- letters that the page's encoding lacks ----------------------------------------------------------------------


@pytest.mark.parametrize("encoding", [encoding for encoding in ENCODINGS if encoding != "UTF-8"])
def test_a_letter_that_the_encoding_lacks_comes_as_a_number_and_is_one_again(encoding: str) -> None:
    """Browsers write Łukasz so on such a page."""
    assert last_name(intake_with(), body_with(b"&#321;ukasz &#128512;"), encoding) == "Łukasz 😀"


def test_a_page_in_latin_1_whose_address_says_utf_8_too() -> None:
    assert last_name(intake_with(), body_with("&#321;ukasz Müller".encode("cp1252")), "UTF-8") == "Łukasz Müller"


def test_in_utf_8_it_is_what_somebody_typed() -> None:
    assert last_name(intake_with(), body_with(b"&#321;ukasz"), "UTF-8") == "&#321;ukasz"


@pytest.mark.parametrize(
    "text", ["&#0;x", "&#10;x", "&#60;b&#62;", "&#133;", "&#55296;", "&#1114112;", "&#9999999;", "&#x141;", "&amp;"]
)
def test_no_other_number_becomes_a_letter(text: str) -> None:
    """A browser writes none of these; a line break in a name must not come in by this door."""
    assert last_name(intake_with(), body_with(text.encode()), "ISO-8859-1") == text


# --- what a program says ------------------------------------------------------------------------------------------


def test_a_charset_in_the_content_type_is_believed() -> None:
    header = f"{URLENCODED}; charset=ISO-8859-1"
    assert last_name(intake_with(), body_with("Müller".encode("cp1252")), header=header) == "Müller"
    assert last_name(intake_with(), body_with("田中".encode("cp932")), "UTF-8", f"{URLENCODED}; charset=Shift_JIS") == (
        "田中"
    )


@pytest.mark.parametrize("charset", ["utf-7", "idna", "utf-16", "x" * 300, "hex"])
def test_a_charset_that_web_to_lead_does_not_have_is_refused(charset: str) -> None:
    refused = posted(intake_with(), headers={"Content-Type": f"{URLENCODED}; charset={charset}", "Accept": JSON})
    assert (refused.status, refused.code) == (415, "unsupported_charset")


def test_other_routes_and_other_kinds_of_body_are_in_utf_8_as_ever() -> None:
    body = body_with("Müller".encode("cp1252"))
    latin = Intake().post(body, f"{URLENCODED}; charset=ISO-8859-1", headers={"Accept": JSON})
    assert (latin.status, latin.code) == (415, "unsupported_charset")
    assert Intake().post(body, URLENCODED).status == 400
    intake = intake_with()
    assert posted(intake, multipart({**HONEST, "last_name": "Łuk"}), headers={"Content-Type": MULTIPART}).status == 303
    assert intake.row.fields["last_name"] == "Łuk"


# --- how much -----------------------------------------------------------------------------------------------------


def big(size: int) -> bytes:
    """A body of so many bytes, in Latin-1, that would be larger in UTF-8."""
    start = b"oid=" + OID.encode() + b"&last_name=x&00N000000000009="
    return start + b"\xe9" * (size - len(start))


def test_what_was_sent_is_measured_and_not_what_we_make_of_it() -> None:
    def answered(body: bytes) -> Answered:
        return posted(intake_with(), body, query={"encoding": "ISO-8859-1"}, headers={"Accept": JSON})

    assert answered(big(MAX_BODY)).status == 202
    assert answered(b"oid=" + OID.encode() + b"&last_name=" + b"%E9" * 11_000).status == 202
    refused = answered(big(MAX_BODY + 1))
    assert (refused.status, refused.code) == (413, "too_large")
    many = b"&".join(b"a%d=%%E9" % number for number in range(201))
    assert answered(many + b"&oid=" + OID.encode()).code == "malformed_payload"


@given(encoding=st.sampled_from(ENCODINGS), rest=st.binary(max_size=60))
def test_whatever_the_bytes_are_there_is_an_answer(encoding: str, rest: bytes) -> None:
    intake = intake_with()
    answered = posted(intake, b"oid=" + OID.encode() + b"&last_name=" + rest, query={"encoding": encoding})
    assert answered.status in {303, 400}
    for row in intake.ledger.rows.values():
        row.model_dump_json().encode()
