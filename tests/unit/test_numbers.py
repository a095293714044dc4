"""Numbers as people type them, and as programs send them: read exactly, or not at all."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.values.numbers import Mark, decimals_of, exact_text, read_number

MARKS: tuple[Mark, ...] = (".", ",")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("5000", "5000"),
        ("007", "7"),
        ("+3", "3"),
        ("-12", "-12"),
        ("\u221212", "-12"),
        ("1,000,000", "1000000"),
        ("1.000.000", "1000000"),
        ("1 000 000", "1000000"),
        ("1'000'000", "1000000"),
        ("1’000’000.50", "1000000.50"),
        ("12,34,567", "1234567"),
        ("1500000000", "1500000000"),
        ("12.50", "12.50"),
        ("12,50", "12.50"),
        (".5", "0.5"),
        (",5", "0.5"),
        ("0.125", "0.125"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.234,567", "1234.567"),
        ("1,234.567", "1234.567"),
        ("1 234,567", "1234.567"),
        ("1.2340", "1.234"),
        ("€ 5000", "5000"),
        ("€5.000.000,-", "5000000"),
        ("€ 500,--", "500"),
        ("5000 €", "5000"),
        ("-€ 5", "-5"),
        ("€ -5", "-5"),
        ("$12.50", "12.50"),
        ("£ 1,234,567.89", "1234567.89"),
        ("₹ 12,34,567", "1234567"),
        ("15%", "15"),
        ("15 %", "15"),
        ("%15", "15"),
        ("12,5 %", "12.5"),
    ],
)
def test_what_can_be_read_in_one_way_is_the_same_in_every_language(typed: str, number: str) -> None:
    assert [read_number(typed, mark) for mark in MARKS] == [Decimal(number)] * 2


@pytest.mark.parametrize(
    ("typed", "mark", "number"),
    [
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ",", "1.234"),
        ("1,234", ".", "1234"),
        ("€ 250.000", ",", "250000"),
        ("$250,000", ".", "250000"),
    ],
)
def test_one_separator_before_three_digits_is_read_in_the_language_of_the_form(
    typed: str, mark: Mark, number: str
) -> None:
    assert read_number(typed, mark) == Decimal(number)


@pytest.mark.parametrize(
    "typed",
    ["", "x", "three", "1e3", "٣", "１２", "NaN", "Infinity", "-", "€", "%", "€ %", ".", ",", "1.", "1,,000",
     "1.00.000", "1,000,00", "1.000,000.000", "1.000.000,000,000", "1 00", "1  000", "01.000.000", "1.000 000",
     "1'000,000'000",
     "5 5", "€ 5 €", "15 %%", "--5", "5-", "5000 euro", "1_000", "0x10", "1.000.00", "1,2,3", "12.34.56"],
)  # fmt: skip
def test_what_is_no_number_is_none(typed: str) -> None:
    assert [read_number(typed, mark) for mark in MARKS] == [None, None]


@given(st.text(alphabet="0123456789.,'’ -+€%x–", max_size=20), st.sampled_from(MARKS))
@example("1" * 255, ".")
def test_whatever_is_typed_a_number_is_made_of_its_own_digits(typed: str, mark: Mark) -> None:
    number = read_number(typed, mark)
    if number is not None:
        digits = "".join(letter for letter in typed if letter.isdigit())
        assert f"{number.copy_abs():f}".replace(".", "").strip("0") == digits.strip("0")


# --- written out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "text"),
    [("3.0", "3"), ("1e3", "1000"), ("-0.0", "0"), ("12.50", "12.5"), ("1.234", "1.2340"), ("1e-2", "0.01"),
     ("-1.5E+1", "-15"), ("123456789012345678.9", "123456789012345678.9"), ("0.1", "0.1"), ("0.0001", "0.0001")],
)  # fmt: skip
def test_a_number_is_written_out_exactly(number: str, text: str) -> None:
    assert exact_text(Decimal(number)) == text


@pytest.mark.parametrize("number", ["1e301", "1e-301", "1e999999999", "NaN", "Infinity", "0." + "1" * 500])
def test_a_number_of_hundreds_of_digits_is_none(number: str) -> None:
    assert exact_text(Decimal(number)) is None


@given(st.decimals(allow_nan=False, allow_infinity=False), st.sampled_from(MARKS))
def test_what_was_written_out_is_read_as_the_same_number_in_every_language(number: Decimal, mark: Mark) -> None:
    text = exact_text(number)
    if text is not None:
        assert read_number(text, mark) == number


@pytest.mark.parametrize(("number", "decimals"), [("3", 0), ("3.00", 0), ("1e3", 0), ("12.50", 1), ("0.125", 3)])
def test_decimals_are_counted_without_the_noughts_at_the_end(number: str, decimals: int) -> None:
    assert decimals_of(Decimal(number)) == decimals
