"""Scenario files are read strictly, and compared with what was seen."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.scenarios import (
    Expected,
    Result,
    Scenario,
    ScenarioError,
    Seen,
    all_as_expected,
    differences,
    fill_in,
    load_scenario,
    load_scenarios,
)

REQUEST: dict[str, Any] = {"request": {"path": "/forms/contact", "json": {}}, "expect": {"status": 202}}


def scenario_file(folder: Path, *steps: Any, **changes: Any) -> Path:
    path = folder / "request_case.json"
    path.write_text(json.dumps({"title": "A title", "why": "A reason.", "steps": steps, **changes}))
    return path


def test_all_scenarios_of_the_project_can_be_read() -> None:
    assert len(load_scenarios()) >= 30


def test_a_scenario_is_named_after_its_file(tmp_path: Path) -> None:
    assert load_scenario(scenario_file(tmp_path, REQUEST)).name == "request_case"


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"expect": {}}, "either `request` or `operator`"),
        ({"request": {"path": "/x"}, "expect": {}}, "expects a `status`"),
        ({"request": {"path": "x"}, "expect": {"status": 200}}, "path must start with /"),
        (
            {"request": {"path": "/x", "json": {}, "text": ""}, "expect": {"status": 200}},
            "more than one body: json, text",
        ),
        ({"request": {"path": "/x", "jason": {}}, "expect": {"status": 200}}, "steps.0.request.jason"),
        ({"operator": {"command": "replay"}, "expect": {}}, "first step must be a request"),
        ({"operator": {"command": "edit"}, "expect": {}}, "`set` belongs to the command edit"),
        ({"operator": {"command": "burn"}, "expect": {}}, "steps.0.operator.command"),
        ({"request": {"path": "/x"}, "expect": {"status": 200, "outcome": "lost"}}, "steps.0.expect.outcome"),
    ],
)
def test_a_wrong_step_is_named_with_what_would_be_right(tmp_path: Path, step: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=r"^request_case\.json: ") as caught:
        load_scenario(scenario_file(tmp_path, step))
    assert said in str(caught.value)


def test_a_file_that_is_not_json_is_named(tmp_path: Path) -> None:
    path = tmp_path / "request_case.json"
    path.write_text("{")
    with pytest.raises(ScenarioError, match="request_case"):
        load_scenario(path)


def test_an_empty_folder_is_an_error_and_not_a_green_run(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no scenario"):
        load_scenarios(tmp_path)


def test_placeholders_are_filled_in_everywhere_and_other_braces_stay() -> None:
    value = {"a {who}": ["{who}", 1, None, {"b": "{other} {who}"}]}
    assert fill_in(value, {"who": "me"}) == {"a me": ["me", 1, None, {"b": "{other} me"}]}


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        (Expected(status=202), Seen(status=202)),
        (Expected(status=202, outcome="created", lead={"LastName": "Bos"}),
         Seen(status=202, outcome="created", record={"LastName": "Bos", "Email": None})),
        (Expected(location="/nl/bedankt?receipt="), Seen(location="/nl/bedankt?receipt=1", receipt="1")),
        (Expected(code="x", errors=["a.required"], result="edited", same_receipt=True),
         Seen(code="x", errors=["a.required"], result="edited", same_receipt=True)),
    ],
)  # fmt: skip
def test_what_is_as_expected_gives_no_difference(expected: Expected, seen: Seen) -> None:
    assert differences(expected, seen) == ()


@pytest.mark.parametrize(
    ("expected", "seen", "said"),
    [
        (Expected(), Seen(outcome="created"), "created instead of nothing stored"),
        (Expected(outcome="created"), Seen(), "nothing stored instead of created"),
        (Expected(status=202), Seen(status=500), "status 500 instead of 202"),
        (
            Expected(outcome="rejected", reason="too_large"),
            Seen(outcome="rejected"),
            "reason '' instead of 'too_large'",
        ),
        (Expected(location="/nl/"), Seen(location="/en/"), "sent on to '/en/' instead of '/nl/'"),
        (Expected(errors=[]), Seen(errors=["a.b"]), "errors ['a.b'] instead of []"),
        (Expected(lead={"LastName": "Bos"}), Seen(), "LastName None instead of 'Bos'"),
    ],
)
def test_each_difference_is_said(expected: Expected, seen: Seen, said: str) -> None:
    assert differences(expected, seen) == (said,)


def test_one_difference_anywhere_fails_the_whole_run(tmp_path: Path) -> None:
    scenario: Scenario = load_scenario(scenario_file(tmp_path, REQUEST))
    good = Result(scenario=scenario, number=1, sent="", seen=Seen(), differences=())
    assert all_as_expected([good, good])
    assert not all_as_expected([good, good.model_copy(update={"differences": ("status",)})])
