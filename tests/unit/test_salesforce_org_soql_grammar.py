"""The stand-in's SOQL grammar against an independent one, statement by statement, tree by tree."""

import re

import pytest

from local.salesforce_org.errors import ApiError
from local.salesforce_org.query.shapes import shape_of
from local.salesforce_org.query.soql import parse, parse_whole
from tests.unit.apex_grammar import accepted_by_apex, neutral, read_by_apex
from tests.unit.soql_statements import INVALID, ONLY_OTHER_TAKES, ONLY_OURS_TAKES, STAND_IN_LIMITS, VALID


def refusal(soql: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        parse(soql)
    return caught.value


@pytest.mark.parametrize("soql", VALID)
def test_both_grammars_read_the_same_in_a_statement(soql: str) -> None:
    read = read_by_apex(soql)
    assert read is not None
    assert neutral(parse(soql)) == read


@pytest.mark.parametrize("soql", INVALID)
def test_both_grammars_refuse_a_malformed_statement(soql: str) -> None:
    assert read_by_apex(soql) is None
    assert refusal(soql).code == "MALFORMED_QUERY"


@pytest.mark.parametrize("soql", STAND_IN_LIMITS)
def test_what_only_the_stand_in_lacks_is_named_so(soql: str) -> None:
    """Read no further than that the other grammar has no error in it: its tree has shapes that ours has no name for."""
    assert accepted_by_apex(soql)
    assert (refusal(soql).status, refusal(soql).code) == (501, "STAND_IN_LIMIT")


@pytest.mark.parametrize("soql", ONLY_OTHER_TAKES)
def test_what_only_the_other_grammar_takes_is_known(soql: str) -> None:
    assert accepted_by_apex(soql)
    assert refusal(soql).code in {"MALFORMED_QUERY", "STAND_IN_LIMIT"}


@pytest.mark.parametrize("soql", ONLY_OURS_TAKES)
def test_what_only_our_grammar_takes_is_known(soql: str) -> None:
    assert read_by_apex(soql) is None
    assert parse(soql).sobject == "Lead"


@pytest.mark.parametrize("soql", [*VALID, *ONLY_OURS_TAKES])
def test_a_statement_is_read_as_its_shape_is(soql: str) -> None:
    with_other_strings = re.sub(r"'[^'\\]*'", lambda found: f"{found[0][:-1]}, and \\'longer\\''", soql)
    for text in (soql, with_other_strings):
        assert parse(text) == parse_whole(text)


@pytest.mark.parametrize("soql", INVALID)
def test_a_refusal_shows_the_statement_and_not_its_shape(soql: str) -> None:
    with pytest.raises(ApiError) as whole:
        parse_whole(soql)
    assert refusal(soql).message == whole.value.message


def test_lists_of_strings_have_one_shape_however_long() -> None:
    one, many = "SELECT Id FROM Lead WHERE Name IN ('a')", "SELECT Id FROM Lead WHERE Name IN ('it\\'s', 'b' , 'c')"
    assert shape_of(one).text == shape_of(many).text
    assert [value.text for values in shape_of(many).literals for value in values] == [r"it\'s", "b", "c"]


def test_strings_without_parentheses_are_no_list() -> None:
    assert refusal("SELECT Id FROM Lead WHERE Name = 'a', 'b'").code == "MALFORMED_QUERY"


def test_no_statement_stands_in_two_lists() -> None:
    every = [*VALID, *INVALID, *STAND_IN_LIMITS, *ONLY_OTHER_TAKES, *ONLY_OURS_TAKES]
    assert sorted(every) == sorted(set(every))
    assert len(VALID) >= 120
    assert len(INVALID) >= 60
