"""What is written, and from which mailbox. Each measure finds its kind, and lets real people and messages pass."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.form.field import FieldType
from shared.spam.disposable import disposable_domains, is_disposable
from shared.spam.judging import judge, signs_of
from shared.spam.signs import ADDRESSES, LOOKED_AT
from shared.submission import FieldValue
from tests.unit.spam_posts import a_post, form_with, judged, reasons

SEO = "Hi, we offer SEO services and quality backlinks to get you on the first page of Google."


@pytest.mark.parametrize(
    "address",
    ["a@mailinator.com", "A@YOPMAIL.com", "a@x.y.mailinator.com", "a@guerrillamail.com", "x@mailinator。com",
     "x@ｍailinator.com", "x@mailinator.com.", "x@mail\u00adinator.com", "ｘ@mailinator.com", "x＠mailinator.com"],
)  # fmt: skip
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
        ("Klik https://bit.ly/3abc of bit.ly/4abc", ("short_link",)),
        ("Klik https://bit.ly/3abc of https://a.example", ("link", "short_link")),
        ('<a href="http://a.example">cheap</a>', ("link", "markup")),
        ("[url=http://a.example]cheap[/url]", ("link", "markup")),
        ("<script>alert(1)</script>", ("script",)),
        ("<img src=x onerror=alert(1)>", ("script",)),
        ("Ik zag https://www.flexfit-fietsen.example/nl/bakfiets en wil die.", ()),
        ("Prijs < 500 en > 200, mail naar jan@jansen.nl", ()),
        ("De javascripten van 1900", ()),
        ("Awww... www.flexfit-fietsen.example, leuk! (https://www.flexfit-fietsen.example)", ()),
        ("https://WWW.flexfit-fietsen.example.:443/nl?a=b@c#d", ()),
        ("https://www.flexfit-fietsen.example@evil.ru/", ("link",)),
        ("https://www.flexfit-fietsen.example,x@evil.ru/", ("link",)),
        ("https://www.flexfit-fietsen.example:a@evil.ru", ("link",)),
        ("https:\\\\evil.ru", ("link",)),
        ("http:/evil.ru", ("link",)),
        ("ｈttps://ｅvil.ru", ("link",)),
        ("https://[::1", ()),
        ("https://купить.рф/", ("link",)),
        ("&#104;ttp://evil.ru", ("link",)),
        ("<a href=&#104;ttp://evil.ru>x</a>", ("link", "markup")),
        ("<a href=//evil.ru>x</a>", ("markup",)),
        ("[img]http://evil.ru/a.png[/img]", ("link", "markup")),
        ('<a href="/nl/bakfiets">', ()),
    ],
)
def test_links_and_markup_are_found_where_they_are(message: str, expected: tuple[str, ...]) -> None:
    assert reasons(message=message) == expected


def test_one_link_is_no_reason_to_put_aside_and_links_count_three_times_at_the_most() -> None:
    assert judged(message="https://a.example").score == 20
    many = judged(message=" ".join(f"https://a{number}.example" for number in range(9)))
    assert (many.score, many.suspect) == (60, False)
    assert judged(message="https://a.example https://a.example/b https://A.example").score == 20


def test_a_dozen_websites_hold_alone_and_a_dozen_pages_of_one_do_not() -> None:
    def of(number: int) -> str:
        return "\n".join(f"buy http://spam{n}.example/x" for n in range(number))

    assert (judged(message=of(11)).score, judged(message=of(12)).score) == (60, 100)
    assert reasons(message=of(50)) == ("many_links",)
    assert judged(message=" ".join(f"https://shop.example/{n}" for n in range(50))).score == 20


@pytest.mark.parametrize("name", ["Win http://a.example", "казино.рф", "//x https:\\\\a.ru", "www.cheap.example",
                                  "buy-pills.com", "earn t.me/x"])  # fmt: skip
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


THREAD = """Beste, kunt u hierop reageren?
Met vriendelijke groet,
Jan Jansen
Jansen Bouw B.V.
------------------------------
Van: Piet Pietersen
Ik heb nog niets gehoord.
Met vriendelijke groet,
Jan Jansen
Jansen Bouw B.V.
------------------------------
Van: Piet Pietersen
Uw bestelling is onderweg.
> Ik heb nog niets gehoord.
> Ik heb nog niets gehoord.
> Ik heb nog niets gehoord.
Met vriendelijke groet,
Jan Jansen
Jansen Bouw B.V.
"""


def test_a_mail_thread_that_is_pasted_in_repeats_greetings_signatures_and_quotes() -> None:
    assert reasons(message=THREAD) == ()
    assert reasons(message=THREAD.replace("\n", "\r\n")) == ()
    assert reasons(message=f"{THREAD}\n{'Buy cheap pills here\n' * 3}") == ("repeated_text",)
    assert reasons(message=f"Hello,\n{'Buy cheap pills here\n' * 8}Kind regards,\nJim") == ("repeated_text",)


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


@pytest.mark.parametrize(
    "answer",
    ["n.v.t.", "nvt", "geen", "nee", "ja", ".", "onbekend", "n/a", "none", "?", "0", "-", "Niet van toepassing"],
)
def test_an_answer_that_says_nothing_may_stand_everywhere(answer: str) -> None:
    assert reasons(first_name=answer, last_name=answer, company=answer, message=answer) == ()


def test_a_single_name_may_stand_wherever_a_name_is_asked() -> None:
    assert reasons(first_name="Suharto", last_name="Suharto", company="Suharto") == ()


RUSSIAN = "Предлагаем вам услуги нашей компании по выгодной цене, пишите"


def test_another_script_than_the_form_s_languages_is_a_sign_and_no_verdict() -> None:
    assert reasons(message=RUSSIAN) == ("foreign_script",)
    assert not judged(message=RUSSIAN).suspect
    assert reasons(message="Вітаю! " + "Ik zoek een bakfiets voor mijn kinderen.") == ()
    assert reasons(message="李小龍 您好, do you ship to Taiwan?") == ()
    assert reasons(message="Čtvrtlík, žluťoučký kůň úpěl ďábelské ódy; Nguyễn Thị Ánh") == ()


def test_a_letter_in_another_script_with_a_link_is_one_thing() -> None:
    """The heavier of both counts: without the link it would have as many points."""
    chinese = "你好，我想咨询一下贵店的电动自行车，请问有现货吗？谢谢。可以加微信"
    assert judged(message=f"{chinese} https://wa.me/31612345678").score == 60
    assert judged(message=f"{RUSSIAN} https://a.example https://b.example").score == 60
    assert judged(message=f"{RUSSIAN} https://a.example https://b.example t.me/x").score == 80
    assert judged(message=f"{RUSSIAN} <a href=https://a.example>").suspect


def test_one_phrase_of_a_seller_never_puts_aside_and_three_do() -> None:
    assert judged(message="Do you know a good SEO agency?").score == 40
    assert judged(message="Kan ik met bitcoin of crypto betalen?").suspect is False
    assert judged(message=SEO).suspect
    assert judged(message=SEO.upper().replace(" ", "\n")).suspect


@pytest.mark.parametrize(
    "dressed", ["Gue\u200dst pósts", "Ｇｕｅｓｔ ｐｏｓｔｓ", "guest po\u034fsts", "guest po\u00adsts"]
)
def test_a_phrase_is_found_in_any_dress(dressed: str) -> None:
    assert "offer" in reasons(message=dressed)


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


@pytest.mark.parametrize(
    "message",
    [
        "buy zeppelin now",
        "buy zep\u200dpelin now",
        "buy ｚｅｐｐｅｌｉｎ now",
        "buy zéppelin",
        "buy zep\u034fpelin",
        "ZEPPELIN's",
    ],
)
def test_a_word_is_blocked_in_any_dress(message: str) -> None:
    assert reasons(form_with(block={"words": ["Zeppelín"]}), message=message) == ("blocked_word",)


@pytest.mark.parametrize("entry", ["xn--mller-kva.example", "müller.example"])
@pytest.mark.parametrize(
    "email", ["a@xn--mller-kva.example", "a@müller.example", "a@MÜLLER。example", "ａ@müller.example."]
)
def test_a_domain_is_blocked_in_any_spelling(entry: str, email: str) -> None:
    assert reasons(form_with(block={"domains": [entry]}), email=email) == ("blocked_domain",)
    assert reasons(form_with(block={"addresses": [f"a@{entry}"]}), email=email) == ("blocked_address",)


@pytest.mark.parametrize(
    "listed", [{"domains": ["a b.é"]}, {"domains": ["Müller.de"]}, {"domains": [".é"]}, {"words": ["\u200b\u200d"]}]
)
def test_an_entry_that_can_match_nothing_or_everything_is_refused(listed: dict[str, list[str]]) -> None:
    with pytest.raises(ValidationError, match="must"):
        form_with(block=listed)


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


LONG = [
    "a" * 64_000, "<" * 64_000, "[ " * 32_000, "http://" * 9_000, "a." * 32_000, "a-" * 32_000, "aB" * 32_000,
    "www." * 16_000, "<a href" * 9_000, "<a href=" + " " * 64_000, "&#104;" * 10_000, "@" * 64_000, "ﷺ" * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_of_a_long_post_only_so_much_is_looked_at(text: str) -> None:
    post = a_post(first_name=text, last_name=text, email=[f"{text}@{text}"] * 90, company=[text] * 90, message=text)
    assert sum(map(len, post.typed(*FieldType))) <= LOOKED_AT
    assert len(post.addresses()) <= ADDRESSES
    assert judge(post.form.spam, signs_of(post)).score >= 0


def test_many_empty_answers_are_not_all_looked_at() -> None:
    class Counting(list[str]):
        looked_at = 0

        def __iter__(self) -> Iterator[str]:
            for one in super().__iter__():
                self.looked_at += 1
                yield one

    blanks = Counting([""] * 64_000)
    assert list(a_post(first_name=blanks).typed(FieldType.NAME)) == []
    assert blanks.looked_at <= LOOKED_AT + 1


def test_a_long_answer_does_not_hide_the_others() -> None:
    assert reasons(first_name="a" * 64_000, message="https://a.example") == ("link",)
