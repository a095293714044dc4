"""How else people write a name, a postcode, a company."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.spellings import MOST_SPELLINGS, company_starts, name_spellings, postcode_spellings


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("Müller", {"müller", "muller", "mueller"}),
        ("Mueller", {"mueller", "müller"}),
        ("Nguyễn", {"nguyễn", "nguyen"}),
        ("Østergård", {"østergård", "ostergard", "oestergaard"}),
        ("Anne-Marie", {"anne-marie", "anne marie"}),
        ("O’Brien", {"o’brien", "o'brien"}),
        ("  De   Vries ", {"de vries"}),
        ("Weiß", {"weiß", "weiss"}),
        ("", set()),
    ],
)
def test_a_name_is_asked_for_as_typed_and_as_others_write_it(typed: str, others: set[str]) -> None:
    assert set(name_spellings(typed)) == others


@pytest.mark.parametrize(
    ("typed", "others"),
    [
        ("1234 AB", {"1234 ab", "1234ab"}),
        ("1234AB", {"1234 ab", "1234ab"}),
        ("sw1a1aa", {"sw1a1aa", "sw1a 1aa"}),
        ("K1A 0B1", {"k1a 0b1", "k1a0b1"}),
        ("11122", {"11122", "111 22"}),
        ("9000", {"9000"}),
        ("  ", set()),
    ],
)
def test_a_postcode_is_asked_for_with_and_without_its_space(typed: str, others: set[str]) -> None:
    assert set(postcode_spellings(typed)) == others


@pytest.mark.parametrize(
    ("typed", "starts"),
    [("FlexFit Fietsen B.V.", ("flexf",)), ("Café Zon", ("café", "cafe")), ("KPN", ("kpn",)), ("X", ()), (" ", ())],
)
def test_a_company_is_asked_for_by_its_first_letters(typed: str, starts: tuple[str, ...]) -> None:
    assert company_starts(typed) == starts


@given(st.text(alphabet=st.characters(), max_size=90))
def test_no_text_makes_many_spellings_or_a_blank_one(text: str) -> None:
    for spelled in (name_spellings(text), postcode_spellings(text), company_starts(text)):
        assert len(spelled) <= MOST_SPELLINGS
        assert all(one.strip() for one in spelled)
