"""Which website may post, and where its visitors are sent afterwards: exact origins only."""

import pytest

from tests.unit.intake_desk import JSON, ORIGIN, URLENCODED, Intake, event

OTHER = "https://www.flexfit-bikes.example"
FOREIGN = [
    "null",
    "https://evil.example",
    "https://www.flexfit-fietsen.example.evil.io",
    "https://evil-www.flexfit-fietsen.example",
    "https://flexfit-fietsen.example",
    "http://www.flexfit-fietsen.example",
    "https://www.flexfit-fietsen.example:8443",
    "https://www.flexfit-fietsen.example:443",
    "https://WWW.FLEXFIT-FIETSEN.EXAMPLE",
    "https://www.flexfit-fietsen.example/",
    "https://www.flexfit-fietsen.example https://evil.example",
    "https://user@www.flexfit-fietsen.example",
    "*",
    " ",
]


def cors_headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower().startswith("access-control-")}


@pytest.mark.parametrize("origin", FOREIGN)
@pytest.mark.parametrize("method", ["POST", "OPTIONS", "GET"])
def test_a_foreign_origin_is_refused_without_a_cors_header_and_nothing_is_stored(origin: str, method: str) -> None:
    intake = Intake()
    headers = {"Origin": origin, "Content-Type": JSON, "Accept": JSON}
    answered = intake.hears(event(method, headers=headers, body=b"{}"))
    assert (answered.status, answered.code) == (403, "origin_not_allowed")
    assert cors_headers(answered.headers) == {}
    assert answered.headers["Vary"] == "Origin"
    assert not intake.ledger.rows


@pytest.mark.parametrize("origin", [ORIGIN, OTHER])
def test_each_website_of_the_form_may_post_and_read_the_answer(origin: str) -> None:
    answered = Intake().program(headers={"Origin": origin})
    assert answered.status == 202
    assert answered.headers["Access-Control-Allow-Origin"] == origin
    assert answered.headers["Vary"] == "Origin"
    assert "Access-Control-Allow-Credentials" not in answered.headers


def test_an_answer_about_field_errors_can_be_read_by_the_website_s_script() -> None:
    answered = Intake().program(headers={"Origin": ORIGIN}, email="")
    assert (answered.status, answered.headers["Access-Control-Allow-Origin"]) == (422, ORIGIN)


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b'{"a": "' + b"x" * 70000 + b'"}', 413)])
def test_so_can_a_refusal_of_what_it_sent(body: bytes, status: int) -> None:
    answered = Intake().post(body, JSON, headers={"Origin": ORIGIN})
    assert (answered.status, answered.headers["Access-Control-Allow-Origin"]) == (status, ORIGIN)


def test_a_preflight_is_answered_with_what_may_be_sent() -> None:
    answered = Intake().hears(event("OPTIONS", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}))
    assert (answered.status, answered.text) == (204, "")
    assert answered.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answered.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert set(answered.headers["Access-Control-Allow-Headers"].split(", ")) == {
        "Accept", "Content-Type", "Idempotency-Key",
    }  # fmt: skip
    assert answered.headers["Vary"] == "Origin"


def test_a_request_without_an_origin_is_a_program_s_and_is_taken() -> None:
    """The check keeps other websites' scripts out; it never proved who somebody is."""
    answered = Intake().program()
    assert answered.status == 202
    assert cors_headers(answered.headers) == {}
    assert answered.headers["Vary"] == "Origin"


def test_an_extra_origin_of_the_stack_may_post_and_its_visitors_go_back_to_it() -> None:
    staging = "http://localhost:8080"
    answered = Intake(extra_origins=(staging,)).browser(headers={"Origin": staging})
    assert (answered.status, answered.page) == (303, f"{staging}/nl/bedankt")
    assert answered.headers["Access-Control-Allow-Origin"] == staging


# --- where the visitor goes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "website"),
    [
        ({"Origin": OTHER}, OTHER),
        ({"Origin": "", "Referer": f"{OTHER}/en/contact?x=1"}, OTHER),
        ({"Origin": "", "Referer": "https://evil.example/"}, ORIGIN),
        ({"Origin": "", "Referer": "https://[broken"}, ORIGIN),
        ({"Origin": ""}, ORIGIN),
    ],
)
def test_the_visitor_goes_back_to_the_website_that_the_form_stands_on(headers: dict[str, str], website: str) -> None:
    assert Intake().browser(headers=headers).page == f"{website}/nl/bedankt"


@pytest.mark.parametrize(
    "url", [f"{ORIGIN}/nl/eigen-pagina?van=folder#top", f"{OTHER}/", f"HTTPS{ORIGIN.removeprefix('https')}/x", ORIGIN]
)
def test_a_return_url_on_a_website_of_the_form_is_followed(url: str) -> None:
    answered = Intake().browser(return_url=url)
    assert answered.status == 303
    assert answered.headers["Location"].lower().startswith(url.partition("?")[0].lower())
    assert dict(answered.query)["receipt"]


def test_the_receipt_joins_the_query_of_a_return_url_before_its_fragment() -> None:
    answered = Intake().browser(return_url=f"{ORIGIN}/x?a=1#top")
    assert answered.headers["Location"] == f"{ORIGIN}/x?a=1&receipt={answered.receipt}#top"


@pytest.mark.parametrize(
    "url",
    [
        "//evil.example",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/nl/elsewhere",
        "",
        f"{ORIGIN}.evil.io/",
        f"{ORIGIN}@evil.example/",
        f"{ORIGIN}:443@evil.example/",
        f"{ORIGIN}:8443/",
        f"{ORIGIN}\\@evil.example/",
        f"{ORIGIN}\\.evil.example/",
        "https://user:password@www.flexfit-fietsen.example/",
        f"{ORIGIN}/\r\nSet-Cookie: a=b",
        f"{ORIGIN}/\nx",
        f"{ORIGIN}\t/",
        f"\x01{ORIGIN}/",
        f" {ORIGIN}/",
        f"{ORIGIN}/ x",
        f"{ORIGIN}/\u2028",
        f"{ORIGIN}/é",
        "https://www.flexfit-fietsen。example/",
        "https://[www.flexfit-fietsen.example/",
        "http://www.flexfit-fietsen.example/",
        f"{ORIGIN}/" + "x" * 5000,
    ],
)
def test_any_other_return_url_leads_to_the_form_s_own_page(url: str) -> None:
    """Row 3 of the threats; the last, since API Gateway answers 502 when the headers are over 10 KB."""
    answered = Intake().browser(return_url=url)
    assert (answered.status, answered.page) == (303, f"{ORIGIN}/nl/bedankt")
    assert [name for name, _ in answered.query] == ["receipt"]


def test_several_return_urls_are_none() -> None:
    assert Intake().browser(return_url=[f"{ORIGIN}/a", f"{ORIGIN}/b"]).page == f"{ORIGIN}/nl/bedankt"


def test_no_header_of_any_answer_holds_a_line_break() -> None:
    evil = "x\r\nSet-Cookie: a=b"
    for answered in (
        Intake().browser(return_url=evil, lang=evil, page_url=evil, submission_key=evil),
        Intake().browser(last_name=evil, email=evil, lang=evil, return_url=evil),
        Intake().post(b"", URLENCODED, headers={"Origin": evil}),
        Intake().post(b"", f"{JSON}; charset={evil}"),
        Intake().program(headers={"Accept-Language": evil, "Idempotency-Key": evil}),
    ):
        assert not any(set(f"{name}{value}") & set("\r\n") for name, value in answered.headers.items())
