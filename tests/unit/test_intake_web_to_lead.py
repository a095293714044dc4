"""A page that Salesforce generated is posted here unchanged, and nobody who was thanked is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from functions.intake.dependencies import Dependencies
from shared.errors import TransientError
from shared.form.web_to_lead import STANDARD
from shared.privacy.tombstone import tombstone
from shared.spam.captcha_answer import Verdict
from shared.submission import State
from tests.builders import Desk
from tests.unit.captcha_forms import with_captcha
from tests.unit.intake_desk import JSON, ORIGIN, Intake
from tests.unit.test_intake_anything import HEADERS, kept, whole_and_harmless
from tests.unit.web_to_lead_desk import HONEST, OID, SECTION, form_with, intake_with, posted

EVIL = "x\r\nSet-Cookie: a=b"


def with_debug(section: str = SECTION) -> Intake:
    return intake_with(form_with(section.replace("[web_to_lead]", "[web_to_lead]\ndebug = true", 1)))


def test_a_post_becomes_a_row_with_the_form_s_own_names_and_the_visitor_goes_to_the_ret_url() -> None:
    intake = intake_with()
    answered = posted(intake)
    assert (answered.status, answered.page) == (303, HONEST["retURL"])
    assert answered.receipt == intake.row.submission_id
    assert intake.row.sources.channel == "web_to_lead"
    assert intake.row.fields == {
        "first_name": "Sanne",
        "last_name": "de Vries",
        "email": "sanne@example.com",
        "company": "Bakkerij De Vries",
        "product": "cargo-bike",
        "extras": ["service", "branding"],
        "number": "3",
        "consent": "1",
        "timing": "now",
    }
    assert [one for one, *_ in intake.queue.sent] == [intake.row.submission_id]


def test_the_row_becomes_the_lead() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "00N000000000006": "nieuwsbrief"})
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    [lead] = desk.crm.leads.values()
    assert (lead["LastName"], lead["Email"], lead["Rating"]) == ("de Vries", "sanne@example.com", "Hot")
    assert lead["UTM_Source__c"] == "nieuwsbrief"
    assert "Extra's: Onderhoudscontract, Eigen logo" in lead["Description"]


def test_a_multi_picklist_may_be_joined_with_semicolons() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "00N000000000002": "service;branding"})
    assert intake.row.fields["extras"] == ["service", "branding"]


@pytest.mark.parametrize("name", ["00N000000000003", "00N000000000003EAA"])
def test_a_custom_field_is_known_by_its_first_15_characters(name: str) -> None:
    intake = intake_with()
    posted(intake, {key: value for key, value in HONEST.items() if key != "00N000000000003"} | {name: "7"})
    assert intake.row.fields["number"] == "7"


# --- nobody can be asked to mend it ------------------------------------------------------------------------------


def test_wrong_answers_get_a_receipt_and_the_processor_judges_them() -> None:
    """The form itself says on_field_error = "answer"; a generated page could show no error."""
    intake = intake_with()
    answered = posted(intake, {**HONEST, "email": "sanne at example", "00N000000000001": "tank", "last_name": ""})
    assert (answered.status, answered.page) == (303, HONEST["retURL"])
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    row = desk.row(intake.row)
    assert row.state is State.REJECTED
    assert row.rejection is not None
    assert {problem.field for problem in row.rejection.problems} == {"last_name", "email", "product"}


def test_two_answers_to_one_question_are_kept_for_the_operator() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "last_name": ["de Vries", "Jansen"]})
    assert intake.row.fields["last_name"] == ["de Vries", "Jansen"]


# --- row 4: control characters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["first_name", "last_name", "email", "company", "retURL", "oid", "00N000000000001"])
def test_a_line_break_never_gets_into_a_header(name: str) -> None:
    answered = posted(intake_with(), {**HONEST, name: EVIL})
    assert not any(set(f"{key}{value}") & set("\r\n") for key, value in answered.headers.items())


def test_a_line_break_in_a_name_is_a_field_error_for_the_processor() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "last_name": EVIL})
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    rejection = desk.row(intake.row).rejection
    assert rejection is not None
    assert [(problem.field, problem.code) for problem in rejection.problems] == [("last_name", "control_characters")]


# --- row 3: where the visitor goes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["//evil.example", "https:evil.example", "\\\\evil.example", "javascript:alert(1)", f"{ORIGIN}@evil.example/",
     f"{ORIGIN}.evil.io/", f"{ORIGIN}/\r\nSet-Cookie: a=b", "http://", "", f"{ORIGIN}/" + "x" * 5000],
)  # fmt: skip
def test_any_other_ret_url_leads_to_the_form_s_thank_you_page(url: str) -> None:
    answered = posted(intake_with(), {**HONEST, "retURL": url})
    assert (answered.status, answered.page) == (303, f"{ORIGIN}/nl/bedankt")


@pytest.mark.parametrize("name", ["retURL", "retUrl", "returl", "RETURL"])
def test_ret_url_is_known_however_it_is_spelt(name: str) -> None:
    fields = {key: value for key, value in HONEST.items() if key != "retURL"}
    assert posted(intake_with(), {**fields, name: f"{ORIGIN}/x"}).page == f"{ORIGIN}/x"


# --- row 6: mass assignment --------------------------------------------------------------------------------------


def test_names_that_are_not_on_the_form_s_map_are_ignored_and_counted(said: Callable[[], str]) -> None:
    intake = intake_with()
    evil = {"OwnerId": "005x", "IsConverted": "1", "Id": "00Qx", "RecordTypeId": "012x", "Status": "Closed"}
    theirs = {"recordType": "012x", "Campaign_ID": "701x", "member_status": "Sent", "00N000000000009": "x"}
    posted(intake, {**HONEST, **evil, **theirs})
    assert set(intake.row.fields) <= intake.forms["quote"].input_names
    assert "x" not in {str(value) for value in intake.row.fields.values()}
    assert re.search(r'"FieldsIgnored": ?\[?9', said())


def test_the_form_s_own_lead_source_is_not_the_page_s_to_change(said: Callable[[], str]) -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "lead_source": "Partner", "rating": "Cold"})
    desk = Desk(forms=intake.forms)
    desk.process(intake.row)
    [lead] = desk.crm.leads.values()
    assert (lead["LeadSource"], lead["Rating"]) == ("Web", "Hot")
    assert "FieldsIgnored" not in said()


CAMPAIGNS = SECTION.replace("[web_to_lead]", '[web_to_lead]\ncampaigns = ["701000000000001", "701000000000002AAA"]')


@pytest.mark.parametrize(
    ("posted_id", "kept_id"),
    [
        ("701000000000001", "701000000000001"),
        ("701000000000001AAA", "701000000000001"),
        (" 701000000000002 ", "701000000000002AAA"),
        (["", "701000000000002"], "701000000000002AAA"),
    ],
)
def test_landing_pages_that_differ_in_their_campaign_share_a_form(
    posted_id: Any, kept_id: str, said: Callable[[], str]
) -> None:
    intake = intake_with(form_with(CAMPAIGNS))
    posted(intake, {**HONEST, "Campaign_ID": posted_id, "member_status": "Sent"})
    assert intake.row.sources.campaign == kept_id
    assert "FieldsIgnored" not in said()


@pytest.mark.parametrize("evil", ["701000000000003", "701", "Spring", "' OR Id != '", ""])
def test_a_campaign_that_is_not_listed_is_ignored_and_counted(evil: str, said: Callable[[], str]) -> None:
    intake = intake_with(form_with(CAMPAIGNS))
    posted(intake, {**HONEST, "Campaign_ID": evil})
    assert intake.row.sources.campaign == ""
    assert "FieldsIgnored" in said()


def test_the_same_answers_for_two_campaigns_are_two_submissions() -> None:
    intake = intake_with(form_with(CAMPAIGNS))
    for campaign in ("701000000000001", "701000000000002", "701000000000001"):
        posted(intake, {**HONEST, "Campaign_ID": campaign})
    assert [row.sources.campaign[:15] for row in intake.ledger.rows.values()] == ["701000000000001", "701000000000002"]


def test_what_steers_web_to_lead_is_no_ignored_field(said: Callable[[], str]) -> None:
    posted(intake_with(), {**HONEST, "debug": "1", "debugEmail": "a@example.com", "captcha_settings": "{}"})
    assert "FieldsIgnored" not in said()


def test_the_captcha_s_token_is_passed_on() -> None:
    from shared.intake.web_to_lead import translated

    assert translated(form_with(), {"g-recaptcha-response": "token"}).sent == {"g-recaptcha-response": "token"}


# --- row 13: odd letters -----------------------------------------------------------------------------------------


def test_letters_that_nobody_sees_go_and_letters_of_every_script_stay() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "first_name": "\u202eSanne\u200b\x00", "last_name": "Østergård-李 O\u2019Brien"})
    assert intake.row.fields["first_name"] == "Sanne"
    assert intake.row.fields["last_name"] == "Østergård-李 O’Brien"


@pytest.mark.parametrize("encoded", ["M%FCller+%80", "M\xfcller+\x80"])
def test_a_page_that_was_saved_in_latin_1_loses_no_letter(encoded: str) -> None:
    """Its browser sends Windows-1252, although the address says encoding=UTF-8."""
    intake = intake_with()
    body = f"oid={OID}&last_name={encoded}&email=a%40example.com".encode("latin-1")
    assert posted(intake, body, query={"encoding": "UTF-8"}).status == 303
    assert intake.row.fields["last_name"] == "Müller €"


# --- which form --------------------------------------------------------------------------------------------------


def two_forms(quote: str = "", ride: str = "") -> Intake:
    section = '\n[web_to_lead]\norg_id = "{}"\n{}'
    return intake_with(
        form_with(section.format(OID, quote)), form_with(section.format("00D000000000062EAA", ride), "test-ride")
    )


def without_oid() -> dict[str, Any]:
    return {key: value for key, value in HONEST.items() if key != "oid"}


@pytest.mark.parametrize("oid", [OID, "00D000000000062EAA", f" {OID} "])
@pytest.mark.parametrize("name", ["oid", "orgid", "orgId"])
def test_a_form_is_found_by_the_org_s_id(oid: str, name: str) -> None:
    intake = intake_with()
    assert posted(intake, {**without_oid(), name: oid}).status == 303
    assert intake.row.form_id == "quote"


def test_the_id_may_stand_in_the_address_instead() -> None:
    assert posted(intake_with(), without_oid(), query={"encoding": "UTF-8", "orgId": OID}).status == 303


@pytest.mark.parametrize("form_id", ["quote", "test-ride"])
def test_of_several_forms_the_address_names_one(form_id: str) -> None:
    intake = two_forms()
    assert posted(intake, query={"form": form_id}).status == 303
    assert intake.row.form_id == form_id


@pytest.mark.parametrize(
    ("constants", "form_id"),
    [
        ({"lead_source": "Quote"}, "quote"),
        ({"lead_source": "Quote", "Campaign_ID": "701"}, "quote"),
        ({"lead_source": "Other"}, "test-ride"),
        ({}, "test-ride"),
    ],
)
def test_or_what_the_page_posts_tells_them_apart(constants: dict[str, str], form_id: str) -> None:
    """A form that asks for nothing takes what no other form is meant by."""
    intake = two_forms(quote='match = { lead_source = "Quote" }')
    posted(intake, {**HONEST, **constants})
    assert intake.row.form_id == form_id


def test_the_form_that_asks_for_more_of_what_is_posted_is_meant() -> None:
    intake = two_forms(
        quote='match = { lead_source = "Web" }', ride='match = { lead_source = "Web", retURL = "https://x" }'
    )
    posted(intake, {**HONEST, "lead_source": "Web", "retURL": "https://x"})
    assert intake.row.form_id == "test-ride"


@pytest.mark.parametrize(
    ("fields", "query", "code"),
    [
        ({**HONEST, "oid": "00D000000000099"}, {}, "unknown_oid"),
        (without_oid(), {}, "unknown_oid"),
        (HONEST, {"form": "contact"}, "unknown_oid"),
        (HONEST, {"form": "no-such-form"}, "unknown_oid"),
        ({**HONEST, "oid": "00D000000000099"}, {"form": "quote"}, "unknown_oid"),
        (HONEST, {}, "ambiguous_oid"),
    ],
)
def test_where_no_form_is_meant_nobody_is_thanked(fields: dict[str, Any], query: dict[str, str], code: str) -> None:
    intake = two_forms()
    page = posted(intake, fields, query=query)
    assert page.status == 404
    assert "niet verstuurd" in page.text
    assert "oid" in page.text
    assert OID not in page.text
    assert posted(intake, fields, query=query, headers={"Accept": JSON}).code == code
    assert not intake.ledger.rows


def test_forms_without_the_section_take_no_page() -> None:
    assert posted(Intake(), HONEST, query={"form": "quote"}).status == 404


# --- around it ---------------------------------------------------------------------------------------------------


def test_a_store_that_is_down_gives_503_with_a_page_and_no_receipt() -> None:
    intake = intake_with()
    intake.ledger.fails_next = TransientError("dynamodb:x")
    answered = posted(intake)
    assert (answered.status, answered.headers["Retry-After"]) == (503, "5")
    assert "Probeer het over een minuut opnieuw." in answered.text
    assert not intake.queue.sent
    assert posted(intake).status == 303


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_only_posts_are_taken(method: str) -> None:
    answered = posted(intake_with(), b"", method=method)
    assert (answered.status, answered.headers["Allow"]) == (405, "POST, OPTIONS")


@pytest.mark.parametrize("origin", ["null", "https://evil.example", f"{ORIGIN}.evil.io"])
def test_another_website_may_not_post(origin: str) -> None:
    intake = intake_with()
    answered = posted(intake, headers={"Origin": origin, "Accept": JSON})
    assert (answered.status, answered.code) == (403, "origin_not_allowed")
    assert "Access-Control-Allow-Origin" not in answered.headers
    assert posted(intake, b"", method="OPTIONS", headers={"Origin": origin}).status == 403
    assert not intake.ledger.rows


def test_a_script_of_the_form_s_website_may_ask_beforehand() -> None:
    answered = posted(intake_with(), b"", method="OPTIONS")
    assert (answered.status, answered.headers["Access-Control-Allow-Origin"]) == (204, ORIGIN)


def test_a_body_that_is_too_large_is_refused() -> None:
    assert posted(intake_with(), b"oid=" + b"%e9" * 30000).status == 413


def test_a_suspect_is_quarantined_and_thanked_like_everybody() -> None:
    intake = intake_with()
    answered = posted(intake, {**HONEST, "contact_me_by_fax_only": "x"})
    assert (answered.status, answered.page) == (303, HONEST["retURL"])
    assert intake.row.state is State.QUARANTINED


def test_a_page_with_a_submission_key_is_counted_once() -> None:
    intake = intake_with()
    receipts = {posted(intake, {**HONEST, "submission_key": "k"}).receipt for _ in range(2)}
    assert len(receipts) == len(intake.ledger.rows) == 1


def test_other_answers_under_a_key_that_was_there_are_kept_too_for_nobody_sends_them_again() -> None:
    """A page that was kept by a cache gives all its visitors one key."""
    intake = intake_with()
    key = {"submission_key": "of-the-cache"}
    first = posted(intake, {**HONEST, **key})
    assert posted(intake, {**HONEST, **key}).receipt == first.receipt
    other = posted(intake, {**HONEST, **key, "last_name": "Bakker"})
    assert (other.status, posted(intake, {**HONEST, **key, "last_name": "Bakker"}).receipt) == (303, other.receipt)
    assert {row.fields["last_name"] for row in intake.ledger.rows.values()} == {"de Vries", "Bakker"}


def test_a_key_that_is_too_long_costs_nobody_the_submission() -> None:
    intake = intake_with()
    assert posted(intake, {**HONEST, "submission_key": "x" * 300}).status == 303
    assert posted(intake, {**HONEST, "submission_key": "x" * 300}).status == 303
    assert len(intake.ledger.rows) == 1


# --- a double click ----------------------------------------------------------------------------------------------


def test_the_same_answers_within_an_hour_are_the_same_submission() -> None:
    """A generated page has no key, and no script against a double click."""
    intake = intake_with()
    first = posted(intake)
    intake.now += timedelta(minutes=59 - intake.now.minute)
    assert posted(intake).reply == first.reply
    assert len(intake.ledger.rows) == 1


def test_in_the_next_hour_they_are_sent_anew() -> None:
    intake = intake_with()
    intake.now = intake.now.replace(minute=59, second=59)
    posted(intake)
    intake.now += timedelta(seconds=1)
    posted(intake)
    assert len(intake.ledger.rows) == 2


@pytest.mark.parametrize(
    "other",
    [{"last_name": "Jansen"}, {"00N000000000002": ["branding", "service"]}, {"00N000000000004": ""}, {"company": ""}],
)
def test_other_answers_are_another_submission(other: dict[str, Any]) -> None:
    intake = intake_with()
    posted(intake)
    posted(intake, {**HONEST, **other})
    assert len(intake.ledger.rows) == 2


def test_the_same_answers_to_another_form_are_another_submission() -> None:
    intake = two_forms()
    for form_id in intake.forms:
        posted(intake, {"oid": OID, "last_name": "Kok"}, query={"form": form_id})
    assert len(intake.ledger.rows) == 2


def test_what_is_no_answer_makes_no_difference() -> None:
    intake = intake_with()
    posted(intake, {**HONEST, "g-recaptcha-response": "a", "captcha_settings": '{"ts": "1"}'})
    posted(intake, {**HONEST, "g-recaptcha-response": "b", "captcha_settings": '{"ts": "2"}', "retURL": ORIGIN})
    assert len(intake.ledger.rows) == 1


def test_nobody_can_take_another_s_place_with_a_key() -> None:
    """A page's own key is one line; and its answers count under it alone."""
    intake = intake_with()
    posted(intake)
    hour = f"{intake.now:%Y-%m-%dT%H}"
    for key in (f"web_to_lead\n{hour}\n{intake.row.fingerprint}", f"web_to_lead {hour} {intake.row.fingerprint}"):
        assert posted(intake, {**HONEST, "submission_key": key}).status == 303
    assert len(intake.ledger.rows) == 2


def test_what_was_erased_can_be_sent_again() -> None:
    intake = intake_with()
    first = posted(intake).receipt
    intake.ledger.rows[first] = tombstone(
        intake.row.model_dump(mode="json"), key="", by="x", now=intake.now, why="erased"
    )
    again = posted(intake)
    assert (again.status, len(intake.ledger.rows)) == (303, 2)
    assert intake.ledger.rows[again.receipt].state is State.RECEIVED


@pytest.mark.parametrize("earlier", [False, True])
def test_a_page_s_post_that_meets_its_own_row_is_acknowledged(earlier: bool) -> None:
    """Its write got no answer and was given again: under the key of its answers, or where those were `earlier` erased
    under an id of its own."""
    intake = intake_with()
    if earlier:
        first = posted(intake).receipt
        intake.ledger.rows[first] = tombstone(
            intake.row.model_dump(mode="json"), key="", by="x", now=intake.now, why="erased"
        )
    intake.ledger.writes_again = True
    answered = posted(intake)
    assert (answered.status, len(intake.ledger.rows)) == (303, 1 + earlier)
    assert intake.ledger.rows[answered.receipt].state is State.RECEIVED


def test_other_channels_count_each_post() -> None:
    intake = Intake()
    assert intake.browser().receipt != intake.browser().receipt


# --- captchas ----------------------------------------------------------------------------------------------------


def test_a_captcha_counts_on_every_website_where_the_page_may_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on one of the stack's ExtraOrigins, and on the API's own pages."""
    staging = "https://preview.example"
    asked: list[frozenset[str]] = []

    def verify(*_: object, hosts: frozenset[str], **__: object) -> Verdict:
        asked.append(hosts)
        return Verdict.PASSED

    monkeypatch.setattr(Dependencies, "_verify", verify)
    form = with_captcha(form_with(), "recaptcha_v2")
    intake = Intake(forms={form.id: form}, extra_origins=(staging,))
    assert posted(intake, {**HONEST, "g-recaptcha-response": "x"}, headers={"Origin": staging}).status == 303
    [hosts] = asked
    assert "preview.example" in hosts


# --- debug -------------------------------------------------------------------------------------------------------


def test_a_forgotten_debug_line_loses_nobody() -> None:
    """The page is only for forms whose file allows it."""
    intake = intake_with()
    assert posted(intake, {**HONEST, "debug": "1"}).status == 303
    assert len(intake.ledger.rows) == 1


def test_the_debugging_page_shows_how_a_page_is_read_and_stores_nothing() -> None:
    intake = with_debug()
    answered = posted(intake, {**HONEST, "debug": "1", "email": "no address", "OwnerId": "005", "lead_source": "Web"})
    assert answered.status == 200
    names = ("00N000000000001", "product", "cargo-bike", "OwnerId", "lead_source", "LastName")
    for shown in ("Nothing was stored", *names, "this is not an e-mail address"):
        assert shown in answered.text
    assert not intake.ledger.rows
    assert not intake.queue.sent


def test_the_debugging_page_names_the_campaign() -> None:
    answered = posted(with_debug(CAMPAIGNS), {**HONEST, "debug": "1", "Campaign_ID": "701000000000001"})
    assert "<h2>Campaign, of the form&#x27;s list</h2><ul><li>701000000000001</li></ul>" in answered.text


def test_without_debug_the_same_form_takes_posts() -> None:
    intake = with_debug()
    assert posted(intake).status == 303
    assert len(intake.ledger.rows) == 1


def test_the_debugging_page_escapes_everything() -> None:
    evil = "<script>alert(1)</script>\"'"
    answered = posted(with_debug(), {**HONEST, "debug": "1", evil: "x", "last_name": evil, "00N000000000002": evil})
    assert "<script" not in answered.text
    assert "&lt;script&gt;" in answered.text
    assert "default-src 'none'" in answered.headers["Content-Security-Policy"]


# --- whatever arrives --------------------------------------------------------------------------------------------

NAMES = [*STANDARD, *HONEST, "debug", "Campaign_ID", "recordType", "", "OwnerId", "g-recaptcha-response", "orgid"]
VALUES = st.sampled_from([OID, "1", ";;", "a;b", "\x00", "31-12-2026", "9" * 400]) | st.text(max_size=30)


def answered_well(intake: Intake, body: bytes, query: dict[str, str], headers: dict[str, str]) -> None:
    reply = posted(intake, body, query=query, headers=headers)
    assert 200 <= reply.status < 500
    whole_and_harmless(reply)
    for row in intake.ledger.rows.values():
        kept(row)
    assert (reply.status in {202, 303}) == (len(intake.ledger.rows) == 1)


QUERIES = st.dictionaries(st.sampled_from(["form", "orgId", "encoding"]) | st.text(max_size=9), VALUES, max_size=3)


@settings(max_examples=300)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=20), VALUES), max_size=15),
    query=QUERIES,
    headers=HEADERS,
    debug=st.booleans(),
)
def test_any_fields_get_an_answer_and_are_kept_whenever_somebody_is_thanked(
    pairs: list[tuple[str, str]], query: dict[str, str], headers: dict[str, str], debug: bool
) -> None:
    body = "&".join(f"{quote(name)}={quote(value)}" for name, value in [("oid", OID), *pairs]).encode()
    answered_well(with_debug() if debug else intake_with(), body, query, headers)


@settings(max_examples=300)
@given(rest=st.binary(max_size=200), starts=st.sampled_from([b"", f"oid={OID}&".encode()]), query=QUERIES)
@example(rest=b"%ff%81=%80;&00N000000000002=;", starts=f"oid={OID}&".encode(), query={})
def test_any_bytes_get_an_answer(rest: bytes, starts: bytes, query: dict[str, str]) -> None:
    answered_well(intake_with(), starts + rest, query, {})


# --- what is never written down ----------------------------------------------------------------------------------


def test_nothing_that_a_visitor_sent_gets_into_logs_metrics_or_the_address(said: Callable[[], str]) -> None:
    canaries = {"last_name": "Kanarievogel", "email": "wilhelmina@kanarie.example", "Kanarienaam": "Kanariewaarde"}
    sent = {**HONEST, **canaries}
    intake = intake_with()
    location = posted(intake, sent).headers["Location"]
    posted(intake, {**sent, "oid": "00D000000000099"})
    posted(with_debug(), {**sent, "debug": "1"})
    intake.ledger.fails_next = TransientError("dynamodb:x")
    posted(intake, sent)
    assert "FieldsIgnored" in said()
    assert "anarie" not in said() + location
