"""The org stand-in answers as real orgs did, field by field, over real TLS."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
import requests

from local.salesforce_org import Org, RunningOrg, serve
from local.salesforce_org.messages import JsonValue
from tests.contract.answers import CERTAINTIES, Answer, filled, load
from tests.contract.client import Client
from tests.contract.known_differences import KNOWN_DIFFERENCES
from tests.contract.shapes import differences

ANSWERS = load()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrg]:
    with Org(":memory:") as org, serve(org, tmp_path_factory.mktemp("certs")) as running:
        yield running


@pytest.fixture
def session(running: RunningOrg) -> Iterator[requests.Session]:
    running.org.reset()
    with requests.Session() as session:
        session.trust_env = False  # or REQUESTS_CA_BUNDLE would win over `verify`
        session.verify = str(running.ca_file)
        yield session


def _json(text: str) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(text)
    except ValueError:
        return f"not JSON: {text}"
    return parsed


def _departures(answer: Answer, response: requests.Response, names: Mapping[str, str]) -> list[str]:
    found = differences(answer.status, response.status_code, "status")
    for name, shape in answer.headers.items():
        found += differences(filled(shape, names), response.headers.get(name), f"header {name}")
    if answer.body is not None:
        found += differences(json.loads(filled(answer.body, names)), _json(response.text))
    if answer.text is not None:
        found += differences(filled(answer.text, names), response.text, "text")
    return found


@pytest.mark.parametrize("answer", [pytest.param(each, id=each.name) for each in ANSWERS])
def test_the_stand_in_answers_as_a_real_org_did(answer: Answer, running: RunningOrg, session: requests.Session) -> None:
    client = Client(running, session, answer)
    found = _departures(answer, client.ask(), client.names)
    if answer.name in KNOWN_DIFFERENCES:
        assert found, "it matches by now: take it off the list of known differences"
    else:
        assert found == []


def test_each_answer_tells_where_it_comes_from_and_how_certain_it_is() -> None:
    assert len(ANSWERS) > 100
    assert [name for name, count in Counter(each.name for each in ANSWERS).items() if count > 1] == []
    for each in ANSWERS:
        assert each.certainty in CERTAINTIES, each.name
        assert len(each.source) > 10, each.name
        assert each.body or each.text is not None, each.name


def test_each_known_difference_names_an_answer_and_says_why() -> None:
    assert KNOWN_DIFFERENCES.keys() <= {each.name for each in ANSWERS}
    assert all(len(reason) > 20 for reason in KNOWN_DIFFERENCES.values())
