"""The comparer of the contract tests: it must see every way in which an answer can depart from its shape."""

import pytest

from local.salesforce_org.messages import JsonValue
from tests.contract.shapes import differences

ERROR: JsonValue = [{"message": "$string", "errorCode": "NOT_FOUND"}]


def test_the_same_value_is_no_difference() -> None:
    value: JsonValue = {"a": [1, 2.5, "x", None, True], "b": {}, "c": []}
    assert differences(value, value) == []


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ([{"errorCode": "NOT_FOUND"}], "body[0].message: missing"),
        ([{"message": "no", "errorCode": "NOT_FOUND", "fields": []}], "body[0].fields: not expected"),
        ([{"message": 1, "errorCode": "NOT_FOUND"}], "body[0].message: 1 is not $string"),
        ([{"message": "no", "errorCode": "GONE"}], "body[0].errorCode: 'GONE' instead of 'NOT_FOUND'"),
        ([], "body: 0 items instead of 1: []"),
        ({"message": "no"}, "body: {'message': 'no'} instead of a list"),
        (["NOT_FOUND"], "body[0]: 'NOT_FOUND' instead of an object"),
    ],
)
def test_each_kind_of_departure_is_told_with_its_place(value: JsonValue, line: str) -> None:
    assert differences(ERROR, value) == [line]


def test_all_departures_are_told_at_once() -> None:
    assert len(differences({"a": 1, "b": "$int"}, {"b": "x", "c": 1})) == 3


@pytest.mark.parametrize(
    ("shape", "fits", "does_not"),
    [
        ("$string", ["", "x"], [None, 1, [], True]),
        ("$int", [0, -7], [1.5, True, "1", None]),
        ("$number", [0, 1.5], [True, "1", None]),
        ("$bool", [True, False], [0, 1, None, "true"]),
        ("$null", [None], [0, "", False, []]),
        ("$any", [None, 1, {}, []], []),
        ("$id18", ["00Qak00000696HFEAY"], ["00Qak00000696HF", "00Qak00000696HFEAA", 1, ""]),
        ("$id15", ["00Qak00000696HF"], ["00Qak00000696HFEAY", "00Q-k00000696HF", None]),
        ("$id15|id18", ["00Qak00000696HF", "00Qak00000696HFEAY"], ["00Qak0000069", None]),
        ("$string|null", ["x", None], [0, False]),
        ("$datetime", ["2026-11-22T03:37:07.000+0000"], ["2026-11-22T03:37:07Z", "2026-11-22", None]),
        ("$date", ["2026-11-22"], ["2026-11-22T00:00:00.000+0000", "22-11-2026"]),
        ("$digits", ["1700000000000"], ["", "1.5", 1700000000000]),
        ("$match:a+:b|c", ["aa:b", "c"], ["b", "aa:bc", 1]),
        (["$each", "$int"], [[1], [1, 2]], [[], [1, "2"], 1, {}]),
        (["$contains", 1, {"a": 2}], [[{"a": 2}, 3, 1]], [[1], [{"a": 2}], [], 1]),
        ({"a": 1, "b?": 2}, [{"a": 1}, {"a": 1, "b": 2}], [{"a": 1, "b": 3}, {"b": 2}, {"a": 1, "b?": 2}]),
        ({"$open": True, "a": 1}, [{"a": 1}, {"a": 1, "b": 2}], [{"b": 2}, {"a": 2, "b": 2}]),
        (1, [1, 1.0], [True, "1", 2]),
        (True, [True], [1, "true", False]),
        (None, [None], [False, 0, ""]),
    ],
)
def test_a_shape_fits_what_it_says_and_nothing_else(
    shape: JsonValue, fits: list[JsonValue], does_not: list[JsonValue]
) -> None:
    assert [value for value in fits if differences(shape, value)] == []
    assert [value for value in does_not if not differences(shape, value)] == []


def test_a_search_in_a_list_tells_how_the_nearest_one_departs() -> None:
    (line,) = differences(["$contains", {"name": "Id", "length": 18}], [{"name": "Id", "length": 15}, {}])
    assert line.endswith("nearest: body[0].length: 15 instead of 18")


def test_a_misspelt_kind_is_an_error_in_the_shape() -> None:
    with pytest.raises(ValueError, match="txt"):
        differences("$txt", "x")
