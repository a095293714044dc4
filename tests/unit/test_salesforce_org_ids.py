"""Record ids of the Salesforce stand-in."""

import pytest

from local.salesforce_org.schema.ids import checksum, make_id, normal_id


@pytest.mark.parametrize(
    ("id15", "suffix"),
    [
        # Pairs from recorded answers of real orgs.
        ("0017e00001W4GYR", "AA3"),
        ("0037e00001WZ30q", "AAD"),
        ("0035500001H9cak", "AAB"),
        ("003ak00000jvIfp", "AAE"),
        ("001ak00000OQTie", "AAH"),
        ("001RM000003oLru", "YAE"),
        ("001Vr00000m4eGC", "IAY"),
        # By hand: Q and A are bits 2 and 3 of the first five, A is bit 4 of the last, Z bit 0 of the middle.
        ("00QA0Z00000000A", "MBQ"),
    ],
)
def test_checksums_are_those_of_real_ids(id15: str, suffix: str) -> None:
    assert checksum(id15) == suffix


def test_made_ids_have_eighteen_characters_and_their_prefix() -> None:
    made = [make_id("00Q", number) for number in range(1, 200)]
    assert len(set(made)) == len(made)
    assert all(len(each) == 18 and each.startswith("00Q") for each in made)
    assert all(normal_id(each) == each for each in made)


def test_fifteen_characters_are_completed() -> None:
    assert normal_id("0017e00001W4GYR") == "0017e00001W4GYRAA3"


@pytest.mark.parametrize("text", ["", "abc", "0017e00001W4GYRAA", "0017e00001W4GYRAAA", "0017e00001W4GY!", "x" * 19])
def test_what_is_no_id_is_refused(text: str) -> None:
    """A wrong checksum counts as no id: the real org calls it malformed."""
    assert normal_id(text) is None
