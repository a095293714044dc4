"""Ids of 15 characters get the 3 that Salesforce would put behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.salesforce_org.schema.ids import normal_id
from shared.record_ids import full_id


@pytest.mark.parametrize(
    ("text", "full"),
    [
        # A Lead's and an Account's id as they stand in public recordings of real orgs.
        ("001bm000016htgPAAQ", "001bm000016htgPAAQ"),
        ("001bm000016htgP", "001bm000016htgPAAQ"),
        ("001bm000016htgPAAA", None),
        ("001BM000016HTGPAAQ", None),
        ("00Q", None),
        ("", None),
        ("00Q0000000000é1", None),
        ("00Q000000000001\n", None),
    ],
)
def test_only_what_is_an_id_gets_its_full_form(text: str, full: str | None) -> None:
    assert full_id(text) == full


@given(st.from_regex(r"[0-9A-Za-z]{15}([0-9A-Za-z]{3})?", fullmatch=True))
def test_the_stand_in_reckons_the_same(text: str) -> None:
    """Two programs written apart."""
    if text.isascii():
        assert full_id(text) == normal_id(text)
