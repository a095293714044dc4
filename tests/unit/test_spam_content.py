"""What is written, and from which mailbox. Each measure finds its kind, and lets real people and messages pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.spam.disposable import disposable_domains, is_disposable
from shared.submission import FieldValue
from tests.unit.spam_posts import form_with, judged, reasons

SEO = "Hi, we offer SEO services and quality backlinks to get you on the first page of Google."


@pytest.mark.parametrize(
    "address", ["a@mailinator.com", "A@YOPMAIL.com", "a@x.y.mailinator.com", "a@guerrillamail.com"]
)
def test_a_mailbox_for_ten_minutes_puts_aside(address: str) -> None:
    assert judged(email=address).suspect
    assert reasons(email=address) == ("disposable_domain",)


@pytest.mark.parametrize(
    "address",
    [
        "a@gmail.com",
        "jan+fiets@gmail.com",
        "a@xs4all.nl",
        "a@mailinator.com.example.nl",
        "a@nomailinator.nl",
        "a@com",
    ],
)
def test_other_mailboxes_are_as_good_as_any(address: str) -> None:
    assert reasons(email=address) == ()


def test_the_list_is_whole_and_in_lower_case() -> None:
    domains = disposable_domains()
    assert len(domains) > 5_000
    assert all(domain == domain.lower() and "." in domain and "@" not in domain for domain in domains)
    assert not is_disposable("")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Zie https://www.jansen.nl/fiets voor wat ik zoek.", ("link",)),
        ("See www.a.example and https://b.example and http://c.example/x", ("link",)),
        ("Klik https://bit.ly/3abc", ("link", "short_link")),
        ('<a href="http://a.example">cheap</a>', ("link", "markup")),
        ("[url=http://a.example]cheap[/url]", ("link", "markup")),
        ("<script>alert(1)</script>", ("script",)),
        ("<img src=x onerror=alert(1)>", ("script",)),
        ("Ik zag https://www.flexfit-fietsen.example/nl/bakfiets en wil die.", ()),
        ("Prijs < 500 en > 200, mail naar jan@jansen.nl", ()),
        ("De javascripten van 1900", ()),
    ],
)
def test_links_and_markup_are_found_where_they_are(message: str, expected: tuple[str, ...]) -> None:
    assert reasons(message=message) == expected


def test_one_link_is_no_reason_to_put_aside_and_links_count_three_times_at_the_most() -> None:
    assert judged(message="https://a.example").score == 20
    many = judged(message=" ".join(f"https://a{number}.example" for number in range(9)))
    assert (many.score, many.suspect) == (60, False)
    assert judged(message="https://a.example https://a.example/b https://A.example").score == 20


@pytest.mark.parametrize("name", ["Win http://a.example", "www.cheap.example", "buy-pills.com", "earn t.me/x"])
def test_a_link_in_a_name_puts_aside(name: str) -> None:
    assert "link_in_name" in reasons(last_name=name)
    assert judged(last_name=name).suspect


@pytest.mark.parametrize(
    "name",
    ["J.de Vries", "van der Net", "O'Brien-Østergård 李", "St.Co", "Krzysztof", "McDonald", "VanDenBerg", "Ngô",
     "DeJong-McNeil", "Szczęsny", "MacDonaldMcNeil", "AnneMarie", "JANSEN", "Vlk", "d'Hondt", "LeBlancDuPont",
     "Schwartzkopff", "Nguyễn Thị Ánh", "محمد", "Наталья", "X Æ A-12"],
)  # fmt: skip
def test_real_names_pass(name: str) -> None:
    assert reasons(first_name=name, last_name=name) == ()


@pytest.mark.parametrize("name", ["WxYzQkLm", "kLpQxRtBnM", "hJkLqWzXcVb", "aBcDeFgHiJ"])
def test_a_drawn_name_is_found_and_two_of_them_put_aside(name: str) -> None:
    assert reasons(last_name=name) == ("random_letters",)
    assert not judged(last_name=name).suspect
    assert judged(last_name=name, first_name=name[::-1]).suspect


@pytest.mark.parametrize(
    "message",
    ["buy now buy now buy now buy now buy now buy now buy now", "win " * 20, "Cheap pills here\n" * 3],
)
def test_a_text_that_repeats_itself_is_found(message: str) -> None:
    assert "repeated_text" in reasons(message=message)


@pytest.mark.parametrize(
    "message",
    ["Ja ja ja ja", "heel heel heel graag een bakfiets, echt heel heel graag, want de oude is heel heel erg kapot",
     "Maandag 9-12\nDinsdag 9-12\nMaandag 9-12", "1x\n1x\n1x\n1x",
     "De fiets is voor mijn man en de helm is voor mijn zoon en de tas is voor mijn dochter en het slot is voor mij"],
)  # fmt: skip
def test_people_repeat_themselves_too(message: str) -> None:
    assert "repeated_text" not in reasons(message=message)


def test_the_same_answer_everywhere_puts_aside_and_a_doubled_name_does_not() -> None:
    assert judged(first_name="Robert", last_name="Robert", company="Robert", message="Robert").suspect
    assert reasons(first_name="Ali", last_name="Ali") == ()
    assert reasons(last_name="Jansen", company="Jansen") == ()
    assert reasons(last_name="Jansen", message="Jansen") == ("same_answers",)
    assert not judged(last_name="Jansen", message="Jansen").suspect


RUSSIAN = "Предлагаем вам услуги нашей компании по выгодной цене, пишите"


def test_another_script_than_the_form_s_languages_is_a_sign_and_no_verdict() -> None:
    assert reasons(message=RUSSIAN) == ("foreign_script",)
    assert not judged(message=RUSSIAN).suspect
    assert reasons(message="Вітаю! " + "Ik zoek een bakfiets voor mijn kinderen.") == ()
    assert reasons(message="李小龍 您好, do you ship to Taiwan?") == ()
    assert reasons(message="Čtvrtlík, žluťoučký kůň úpěl ďábelské ódy; Nguyễn Thị Ánh") == ()


def test_one_phrase_of_a_seller_never_puts_aside_and_three_do() -> None:
    assert judged(message="Do you know a good SEO agency?").score == 40
    assert judged(message="Kan ik met bitcoin of crypto betalen?").suspect is False
    assert judged(message=SEO).suspect
    assert judged(message=SEO.upper().replace(" ", "\n")).suspect


@pytest.mark.parametrize("message", ["Cryptografie", "specialistiek", "uncasino", "Ik lease a fiets; act nowhere"])
def test_a_phrase_counts_only_as_whole_words(message: str) -> None:
    assert reasons(message=message) == ()


# --- lists, weights, threshold -----------------------------------------------------------------------------------


def test_who_is_let_through_is_let_through_whatever_is_written_and_it_says_so() -> None:
    form = form_with(allow={"domains": ["agency.example"]})
    found = judged(form, email="x@mail.agency.example", message=SEO, contact_me_by_fax_only="1")
    assert (found.score, found.reasons, found.suspect) == (0, ("allowed_domain",), False)


@pytest.mark.parametrize(
    ("listed", "reason"),
    [({"addresses": ["s.anne@gmail.com"]}, "blocked_address"), ({"domains": ["gmail.com"]}, "blocked_domain"),
     ({"words": ["guest  POST"]}, "blocked_word")],
)  # fmt: skip
def test_who_is_blocked_is_put_aside(listed: dict[str, list[str]], reason: str) -> None:
    form = form_with(block=listed)
    found = judged(form, email="sanne+x@gmail.com", message="a Guest\nPost, please")
    assert found.reasons[0] == reason
    assert found.suspect
    assert reasons(form, email="jan@example.com", message="guest posts") == ("offer",)


def test_the_more_exact_entry_wins() -> None:
    form = form_with(allow={"addresses": ["sanne@example.com"]}, block={"domains": ["example.com"]})
    assert reasons(form) == ("allowed_address",)
    assert reasons(form, email="jan@example.com") == ("blocked_domain",)
    other = form_with(block={"addresses": ["sanne@example.com"]}, allow={"domains": ["example.com"]})
    assert reasons(other) == ("blocked_address",)


def test_a_form_weighs_for_itself() -> None:
    assert not judged(form_with(weights={"disposable_domain": 50}), email="a@mailinator.com").suspect
    assert judged(form_with(threshold=20), message="https://a.example").suspect


FIELDS = ["first_name", "last_name", "email", "company", "message", "form_started_at", "contact_me_by_fax_only"]
PIECES = st.text(max_size=30) | st.sampled_from(["http://", "<a href=", "[url", "@", ".", "a@b.c", "WxYzQk", "\n"])
TEXTS = st.lists(PIECES, max_size=6).map("".join)


@given(st.dictionaries(st.sampled_from(FIELDS), TEXTS | st.lists(TEXTS, max_size=3)))
def test_nothing_that_is_sent_breaks_the_judgement(sent: dict[str, FieldValue]) -> None:
    found = judged(form_with(), **sent)
    assert found.suspect == (found.score >= 100)
    assert len(set(found.reasons)) == len(found.reasons)


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "<" * 60_000, "[ " * 30_000, "http://" * 9_000, "a." * 30_000, "a-" * 30_000, "aB" * 30_000]
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    """Linear: each of these would take minutes where a pattern goes back and forth."""
    judged(first_name=text, email=f"{text}@{text}", message=text)
