"""Text as it looks: who writes a word in wide letters means the word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.email_address import valid_email
from shared.values.looks import folded_address, folded_domain, plain


@pytest.mark.parametrize(
    "spelling",
    ["viagra", "VIAGRA", "ｖｉａｇｒａ", "𝓿𝓲𝓪𝓰𝓻𝓪", "víàgrä", "vi\u034fagra", "vi\u200dag\u200cra", "vi\u00adagra",
     "v\u2060iagra", "v\u0336i\u0336agra", "via\ufe0fgra", "via\U000e0041gra"],
)  # fmt: skip
def test_a_word_is_the_word_in_all_its_dresses(spelling: str) -> None:
    assert plain(spelling) == "viagra"


@pytest.mark.parametrize("text", ["", "Two words\nand a line", "李小龍", "безплатно", "नमस्ते", "50 %"])
def test_what_looks_plain_stays_but_for_its_capitals(text: str) -> None:
    assert plain(text) == text.casefold()


@pytest.mark.parametrize(
    "spelling",
    ["x@mailinator.com", " X@MAILINATOR.COM ", "x@mailinator。com", "x@ｍailinator.com", "x@mailinator．com",
     "x@mailinator.com.", "x@mail\u00adinator.com", "x@mail\u200binator.com", "ｘ@mailinator.com", "x＠mailinator.com",
     "x@mail\u034finator.com", "x@𝓂ailinator.com"],
)  # fmt: skip
def test_an_address_is_the_same_in_all_its_spellings(spelling: str) -> None:
    assert folded_address(spelling) == "x@mailinator.com"


@pytest.mark.parametrize("domain", ["müller.de", "MÜLLER.de", "mu\u0308ller.de", "xn--mller-kva.de", "Müller.De."])
def test_a_domain_is_the_same_in_letters_and_in_ascii(domain: str) -> None:
    assert folded_domain(domain) == "xn--mller-kva.de"


@pytest.mark.parametrize(
    "domain", ["", ".", "é" * 80 + ".com", "-é-.com", "é..com", "\u0301.com", "xn--é.com", "a b.é"]
)
def test_what_is_no_domain_is_folded_as_far_as_it_can_be(domain: str) -> None:
    assert folded_domain(domain) == folded_domain(folded_domain(domain))


@given(
    st.sampled_from(["jan", "J.An+x", "o'brien"]),
    st.text(st.sampled_from("aÄéßıİжｍ中.。-１"), min_size=1, max_size=12),
    st.sampled_from(["com", "рф", "example"]),
)
def test_a_clean_address_is_folded_to_itself(local: str, name: str, ending: str) -> None:
    """So lists judge what the Lead gets: the fold and the cleaning agree wherever there is a clean address."""
    typed = f"{local}@{name}.{ending}"
    clean = valid_email(typed)
    if clean is not None:
        assert folded_address(typed) == clean.lower() == folded_address(clean)


@given(st.text(max_size=400))
def test_nothing_breaks_it(text: str) -> None:
    assert "\u200b" not in plain(text)
    assert len(folded_address(text)) <= 4_000
