"""What a raw value says: a number that somebody made up says nothing."""

import pytest

from shared.matching import Person
from shared.matching.facts import Facts


@pytest.mark.parametrize(
    "phone",
    [
        *("06-12121212", "06-87654321", "0600000000", "0611111111", "1231231234", "06-12312312", "06 1234 1234"),
        *("06-91212121", "06-12121219"),
        *("020-1234567", "+31 6 12345678", "06-23456780", "0031612345670", "030-4567890", "06-98765432", "2121212"),
    ],
)  # fmt: skip
def test_a_number_that_somebody_made_up_says_nothing(phone: str) -> None:
    assert Facts(Person("1", phone=phone), "NL").numbers == ()


@pytest.mark.parametrize(
    "phone", ["030-2345679", "06-21345678", "06-12341243", "020-2468024", "06-53535312", "06-12231223", "06-21436587"]
)
def test_a_number_that_only_looks_easy_is_compared(phone: str) -> None:
    assert [one.digits for one in Facts(Person("1", phone=phone), "NL").numbers] == [phone.replace("-", "")]
