"""What the simulation's model of AWS does, where a milder one would hide faults of the product."""

from collections.abc import Mapping
from itertools import product
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from shared.aws.ledger import Ledger
from shared.aws.person_rows import PersonRows
from shared.errors import TransientError
from shared.form.definition import Form, forms
from shared.intake.person_keys import email_key, person_keys
from shared.leads.lead import lead_record
from shared.matching import Person, decide
from shared.submission import State
from tests.builders import SECRET, a_submission
from tests.simulation.checking import faults_of
from tests.simulation.dynamodb import DynamoDBClient
from tests.simulation.fleet import SUBMISSIONS, _failed
from tests.simulation.people import ADDRESS_FORM, SLIPS, last_name_of, names, people
from tests.simulation.people import Person as Somebody
from tests.simulation.trial import Plan, Trial, make, run, staged
from tests.simulation.world import START

HANDLES = {"m1": "h1", "m2": "h2"}


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "m1"}]}, {"m1"}),
        ({"batchItemFailures": [{"itemIdentifier": "x"}]}, {"m1", "m2"}),
        ({"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "x"}]}, {"m1", "m2"}),
        ({"batchItemFailures": [{"id": "m1"}]}, {"m1", "m2"}),
    ],
)
def test_a_partial_answer_is_read_as_lambda_reads_it(answer: Any, failed: set[str]) -> None:
    assert _failed(answer, HANDLES) == failed


def test_two_runs_that_differ_in_a_record_alone_have_two_traces() -> None:
    plan, own = Plan(2, submissions=5, rate=0), lead_record
    first = run(plan).world.trace
    with patch("shared.leads.holding.lead_record", lambda *of: own(*of) | {"Company": "Iets anders"}):
        assert run(plan).world.trace != first


def of_a_function(trial: Trial, what: Any) -> Any:
    with staged(trial):
        task = trial.world.spawn("function", what)
        trial.world.run(trial.world.now + 60)
    if task.error:
        raise task.error
    return task.result


def with_rows(count: int, page: int) -> tuple[Trial, DynamoDBClient]:
    trial = make(Plan(1, rate=0))
    client: Any = DynamoDBClient(trial.store, trial.storm)
    ledger = Ledger(client, SUBMISSIONS)
    rows = [a_submission().model_copy(update={"submission_id": f"s{number}"}) for number in range(count)]
    of_a_function(trial, lambda: [ledger.add(row) for row in rows])
    trial.store.page = page
    return trial, client


def all_pages(client: Any) -> list[list[str]]:
    rows, pages, after = PersonRows(client, SUBMISSIONS), [], ""
    while True:
        page, after = rows.page(after)
        pages.append([str(row["submission_id"]) for row in page])
        if not after:
            return pages


@pytest.mark.parametrize(("page", "sizes"), [(0, [7]), (3, [3, 3, 1]), (7, [7, 0])])
def test_a_scan_comes_in_pages_and_each_row_is_on_one(page: int, sizes: list[int]) -> None:
    trial, client = with_rows(7, page)
    pages = of_a_function(trial, lambda: all_pages(client))
    assert [len(one) for one in pages] == sizes
    assert sorted(one for page in pages for one in page) == [f"s{number}" for number in range(7)]


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_query_comes_in_pages_in_its_order(newest_first: bool) -> None:
    trial, client = with_rows(7, 2)
    aws: Any = client
    found = of_a_function(
        trial, lambda: list(Ledger(aws, SUBMISSIONS).by_state(State.RECEIVED, newest_first=newest_first))
    )
    assert [one.submission_id for one in found] == sorted((f"s{one}" for one in range(7)), reverse=newest_first)
    assert [what for _, what in trial.storm.calls].count("dynamodb:Query submissions") == 4


def test_a_limit_is_kept_to() -> None:
    trial, client = with_rows(7, 5)
    answer = of_a_function(trial, lambda: client.scan(TableName=SUBMISSIONS, Limit=2))
    assert (len(answer["Items"]), "LastEvaluatedKey" in answer) == (2, True)


def test_a_page_may_fail_behind_another() -> None:
    trial, client = with_rows(7, 2)
    trial.storm.planned = {len(trial.storm.calls) + 2: "aws_unavailable"}
    with pytest.raises(TransientError):
        of_a_function(trial, lambda: all_pages(client))


def another(form: Form) -> Form:
    return Form(**{name: getattr(form, name) for name in Form.model_fields} | {"version": "2"})


def test_functions_get_a_new_form_one_by_one() -> None:
    fleet = (trial := make(Plan(1, rate=0))).fleet
    fleet.everything_new({"contact": another(forms()["contact"])}, within=300)
    seen = set()
    for seconds in range(0, 301, 5):
        trial.world.run(START + seconds)
        seen.add((fleet.forms_of("intake")["contact"].version, fleet.forms_of("processor")["contact"].version))
    assert {("1", "1"), ("2", "2")} < seen
    assert seen & {("1", "2"), ("2", "1")}


def test_an_instance_of_the_release_before_gets_nothing_more_once_it_is_done() -> None:
    trial = make(Plan(1, rate=0))
    with staged(trial):
        trial.fleet.invoke("requeue", {})
        [old] = trial.fleet.instances["requeue"]
        trial.fleet.everything_new()
        trial.world.run(START + 60)
        trial.fleet.invoke("requeue", {})
        trial.world.run(START + 120)
    [new] = trial.fleet.instances["requeue"]
    assert new is not old
    assert trial.fleet.crashes == []


def test_a_batch_may_come_again_while_it_is_hidden_and_not_once_it_is_done() -> None:
    trial = make(Plan(1, rate=0))
    for number in range(2):
        trial.queue.send(f'{{"submission_id": "{number}"}}', f"g{number}", str(number))
    trial.fleet.most_processors = 0
    batch = trial.queue.receive(10)
    handles = [one.handle for one in batch]
    trial.queue.delete(handles[0])
    with staged(trial):
        trial.fleet._hand_over_late(batch, handles)
        assert len(trial.fleet.running) == 1
        trial.world.run(START + 60)
        assert trial.queue.messages() == [], "the one that was still hidden was handed over and is done"
        trial.fleet._hand_over_late(batch, handles)
        assert not trial.fleet.running


def as_a_record(person: Somebody, names: Mapping[str, str], record_id: str, **more: str) -> Person:
    own = {"phone": person.phone} if person.other_email else {}
    return Person(record_id, names.get("first_name"), names["last_name"], **{"email": person.email, **own, **more})


EVERYBODY = people(Random(1), 1400)  # noqa: S311 (it must be repeatable, not secret)


@pytest.mark.parametrize("slip", SLIPS)
def test_whatever_people_do_to_their_names_the_matcher_is_sure_of_them(slip: str) -> None:
    those = [one for one in EVERYBODY if one.slip == slip]
    assert len(those) > 100
    for one in those:
        ways = [names(one, slips=False), names(one, slips=True)]
        emails = [email for email in (one.email, one.other_email) if email]
        for (mine, there), (email, other) in product(product(ways, ways), product(emails, emails)):
            writes = as_a_record(one, mine, "new", email=email)
            known = as_a_record(one, there, "00Q1", email=other, company="Particulier")
            assert decide(writes, [known]).outcome == "update", (one, mine, there)


def test_a_slip_leaves_somebody_with_their_address_alone_in_common() -> None:
    form = forms()["contact"]
    for slip in SLIPS:
        one = next(one for one in EVERYBODY if one.slip == slip and not one.phone)
        keys = [
            set(person_keys(SECRET, form, {**names(one, slips=slips), "email": one.email}, "id"))
            for slips in (False, True)
        ]
        assert keys[0] & keys[1] == {email_key(SECRET, one.email)}


def test_a_record_is_of_whose_address_it_has_whatever_the_name() -> None:
    one, other = EVERYBODY[:2]
    everybody = {person.email: person for person in (one, other)}
    assert last_name_of({"Email": one.email, "LastName": other.last_name}, everybody) == one.last_name
    assert last_name_of({"LastName": other.last_name}, everybody) == other.last_name


def test_some_give_their_address_alone_and_are_held_where_nobody_can_be_sure() -> None:
    trial = run(Plan(1, submissions=60, rate=0))
    of_the_hurried = [row for row in trial.rows.values() if row.get("form_id") == ADDRESS_FORM]
    assert {len(row["person_keys"]) for row in of_the_hurried} == {1}
    assert "held" in {row["state"] for row in of_the_hurried}
    assert faults_of(trial) == []
