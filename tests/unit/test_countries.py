"""Countries as people write them, to ISO 3166-1 alpha-2."""

import pytest

from shared.values.countries import country_code, english_name


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("NL", ["NL", "nl", "Nederland", "the Netherlands", " NEDERLAND ", "Holland", "Pays-Bas", "Niederlande"]),
        ("BE", ["België", "belgie", "Belgique", "Belgium"]),
        ("DE", ["Duitsland", "Deutschland", "Germany"]),
        ("GB", ["UK", "U.K.", "United Kingdom", "Verenigd Koninkrijk", "VK", "England", "Engeland", "Great Britain",
                "Groot-Brittannië", "Scotland", "Schotland", "Wales", "Northern Ireland", "Noord-Ierland"]),
        ("US", ["USA", "U.S.A.", "US", "United States", "the United States of America", "Verenigde Staten", "VS",
                "America", "Amerika"]),
        ("CZ", ["Czechia", "Czech Republic", "Tsjechië"]),
        ("TR", ["Türkiye", "Turkey", "Turkije"]),
        ("KR", ["South Korea", "Zuid-Korea", "Korea", "Corée", "Republic of Korea", "Korea, Republic of"]),
        ("KP", ["North Korea", "Noord-Korea"]),
        ("IE", ["Ireland", "Ierland"]),
        ("CW", ["Curaçao", "curacao"]),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_names_and_its_code(code: str, typed: list[str]) -> None:
    assert {text: country_code(text) for text in typed} == dict.fromkeys(typed, code)


@pytest.mark.parametrize(
    "typed", ["", "the", "x", "xx", "Utrecht", "Nederland Duitsland", "NLD NLD", "-", "\u200c", "🇳🇱"]
)
def test_what_is_no_country_is_none(typed: str) -> None:
    assert country_code(typed) is None


def test_every_code_has_an_english_name_that_leads_back_to_it() -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = {
        code for first in letters for second in letters if (code := country_code(first + second)) == first + second
    }
    assert len(codes) >= 249
    assert {code: country_code(english_name(code)) for code in codes} == {code: code for code in codes}
    assert all(len(english_name(code)) <= 80 for code in codes)
