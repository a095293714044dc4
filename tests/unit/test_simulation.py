"""A slice of the simulation: `python -m tests.simulation` runs all of it. docs/promises.md says what it is for."""

from dataclasses import replace
from math import inf
from typing import Any, cast
from unittest.mock import patch

import pytest
import requests
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from shared.leads import candidates
from shared.matching import Decision
from tests.simulation import __main__ as command
from tests.simulation import stories
from tests.simulation.checking import accounted, faults_of
from tests.simulation.codec import from_wire, to_wire
from tests.simulation.fleet import TIMEOUTS
from tests.simulation.flood import flood
from tests.simulation.mutants import MUTANTS
from tests.simulation.operators import erase_person
from tests.simulation.outage import outage, picture
from tests.simulation.planted import caught_by
from tests.simulation.salesforce import FAULTS
from tests.simulation.shortage import shortage
from tests.simulation.sqs import HIDDEN
from tests.simulation.stories import STORIES
from tests.simulation.trial import KINDS, Plan, Trial, make, run, staged
from tests.simulation.world import START
from tests.unit.template_loading import properties

SEEDS = range(1, 9)


def test_whatever_goes_wrong_nothing_is_lost_and_nobody_is_created_twice() -> None:
    wrong, happened = {}, set()
    for seed in SEEDS:
        trial = run(Plan(seed, submissions=30, rate=0.01))
        happened |= set(trial.storm.happened)
        if found := faults_of(trial):
            wrong[seed] = found
    assert wrong == {}
    assert len(happened) >= 20, "faults of so many kinds happened"
    assert happened <= set(KINDS)


def test_a_seed_gives_the_same_run_bit_for_bit_and_another_seed_another() -> None:
    first, again, other = (run(Plan(seed, submissions=30)).world.trace for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_a_run_without_faults_has_none_and_settles_everything() -> None:
    trial = run(Plan(1, submissions=30, rate=0))
    assert (faults_of(trial), dict(trial.storm.happened)) == ([], {})


QUICKLY_CAUGHT = (
    "a receipt is given though the row was not written",
    "the row is settled before Salesforce is written",
    "a repeat gets an id of its own",
    "an address on a queue",
    "an address in a log",
    "everybody is rejected as a bug, and none is logged",
    "one failed try is the last",
    "an operator's edit changes nothing",
)


@pytest.mark.parametrize("name", QUICKLY_CAUGHT)
def test_a_planted_fault_is_caught(name: str) -> None:
    seed, said = caught_by(MUTANTS[name])
    assert seed, said


@pytest.mark.parametrize(
    ("name", "story", "said"),
    [
        ("a bug in planning is a rejection of everybody", "new_person", "processor_bug"),
        ("who is forgotten is remembered after twenty days", "lost_message", "waited too long"),
        ("nobody joins a campaign", "at_the_fair", "is no member of its campaign"),
        ("an erasure leaves the dead letters", "erased", "erased, and a dead letter tells of it"),
    ],
)
def test_a_planted_fault_is_seen_in_a_story(name: str, story: str, said: str) -> None:
    with MUTANTS[name].plant():
        wrong = faults_of(run(Plan(1, rate=0, story=story)))
    assert [one for one in wrong if said in one]
    assert faults_of(run(Plan(1, rate=0, story=story))) == []


def test_an_innocent_s_lead_that_an_erasure_deletes_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def story(trial: Trial) -> None:
        stories._writes(trial, stories.SANNE)
        stories._writes(trial, stories.BRAM)
        stories._acts(trial, "eraser", lambda: erase_person(trial, stories.SANNE), after=20)

    monkeypatch.setitem(cast("dict[str, Any]", STORIES), "one_of_two_is_erased", story)
    plan = Plan(1, rate=0, story="one_of_two_is_erased")
    assert faults_of(run(plan)) == []
    with MUTANTS["an erasure deletes an innocent's Lead"].plant():
        wrong = faults_of(run(plan))
    assert ["says created, and its record is not there" in one for one in wrong] == [True]


def test_whoever_is_put_on_a_stranger_s_contact_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are known, and write at once; each is in the right place, or on the other's."""

    def story(trial: Trial) -> None:
        for who in (stories.SANNE, stories.BRAM):
            name = {"FirstName": who.first_name, "LastName": who.last_name}
            trial.salesforce.org.add("Contact", {**name, "Email": who.email})
            trial.known_as[who.last_name] = "Contact"
            stories._writes(trial, who)

    monkeypatch.setitem(cast("dict[str, Any]", STORIES), "two_contacts", story)
    plan = Plan(1, rate=0, story="two_contacts")
    trial = run(plan)
    assert (faults_of(trial), [row["state"] for row in trial.rows.values()]) == ([], ["attached"] * 2)
    with MUTANTS["a submission is put on the next one's Contact"].plant():
        wrong = faults_of(run(plan))
    assert sorted(one.partition(" is on ")[2] for one in wrong) == ["a Contact of somebody else"] * 4


def test_a_row_that_was_added_to_somebody_has_no_lead_of_its_own() -> None:
    """The answer to the first write is lost, and the repeat takes that Lead for somebody known."""
    calls = run(Plan(1, rate=0, story="new_person")).storm.calls
    [written] = [at for at, (_, what) in enumerate(calls, 1) if "PATCH composite/sobjects" in what]
    plan = Plan(1, rate=0, story="new_person", planned={written: "sf_commit_lost"})
    trial = run(plan)
    assert (faults_of(trial), [row["state"] for row in trial.rows.values()]) == ([], ["created"])
    with MUTANTS["a repeat does not know its own Lead"].plant():
        trial = run(plan)
    assert faults_of(trial) == [f"{one} is updated and has a Lead of its own" for one in trial.rows]


def test_whoever_s_form_refuses_them_by_now_needs_no_campaign() -> None:
    trial = run(Plan(1, rate=0, story="at_the_fair"))
    [row] = trial.rows.values()
    [member] = trial.salesforce.org.rows("CampaignMember")
    trial.salesforce.org.change("CampaignMember", str(member["Id"]), {"IsDeleted": True})
    assert [one for one in faults_of(trial) if "campaign" in one]
    row["outcome"]["evidence"]["rule"] = "own_lead"
    assert [one for one in faults_of(trial) if "campaign" in one]
    trial.storm.note("form_changed")
    assert faults_of(trial) == []


def test_a_lead_or_a_contact_of_sales_that_is_gone_is_missed() -> None:
    trial = run(Plan(1, rate=0, story="new_person"))
    trial.known_as["Iemandsma"] = "Contact"
    assert faults_of(trial) == ["the Contact that sales had of Iemandsma is not there"]


def test_whom_the_matcher_knows_and_who_is_created_all_the_same_is_seen() -> None:
    with patch.object(candidates, "decide", lambda *_, **__: Decision("create")):
        wrong = faults_of(run(Plan(1, rate=0, story="known_person")))
    assert len([one for one in wrong if "created though known" in one]) == 1


def test_receipts_are_counted_and_each_row_is_somebody_s() -> None:
    trial = run(Plan(1, rate=0, story="known_person"))
    first, second = trial.sent
    assert faults_of(trial) == []
    trial.sent = [first]
    assert list(accounted(trial)) == ["1 rows more than were sent"]
    trial.sent = [first, replace(second, receipts=first.receipts)]
    assert list(accounted(trial)) == [f"one receipt for 2 submissions: {first.receipt}"]
    trial.sent = [first, replace(second, fields={**second.fields, "first_name": "Iemand"})]
    assert list(accounted(trial)) == ["1 rows more than were sent"]
    trial.sent = [replace(one, fields={**one.fields, "message": "Iets anders"}) for one in (first, second)]
    assert list(accounted(trial)) == ["2 rows of what nobody sent"]
    trial.sent = [first, replace(second, receipts={"key": "another"})]
    assert list(accounted(trial)) == ["unaccounted: 2 receipts were given, and 1 of them are settled"]


def test_a_rejection_that_the_form_has_no_reason_for_is_seen() -> None:
    trial = run(Plan(1, rate=0, story="erased"))
    assert faults_of(trial) == []
    [row] = [row for row in trial.rows.values() if row["state"] == "rejected"]
    row["original_fields"] = {**row["fields"], "bike": "cargo-bike"}
    assert [one for one in faults_of(trial) if "without a cause" in one]
    row["original_fields"], row["reason"] = row["fields"], "retries_exhausted"
    assert [one for one in faults_of(trial) if "without a cause" in one]


PLAIN = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none() | st.sets(st.text(), min_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(PLAIN)
def test_the_wire_format_is_boto3_s(value: Any) -> None:
    wire = TypeSerializer().serialize(value)
    assert to_wire(value) == wire
    assert from_wire(wire) == TypeDeserializer().deserialize(cast("Any", wire))
    written = to_wire(value)
    assert from_wire(written) == from_wire(written) == from_wire(wire)


def test_functions_and_queue_have_the_time_that_the_template_gives_them() -> None:
    template = {name: properties(f"{name.capitalize()}Function")["Timeout"] for name in TIMEOUTS}
    assert template == TIMEOUTS
    assert properties("SubmissionQueue")["VisibilityTimeout"] == HIDDEN


def test_while_salesforce_is_away_only_what_can_go_wrong_then_is_counted() -> None:
    trial = make(Plan(1, rate=0))
    trial.storm.rates = dict.fromkeys(FAULTS, 1.0)
    trial.storm.rates |= {"killed_before": 0.0, "sf_unreachable": 0.0}
    trial.salesforce.outages.append((0.0, inf))
    with staged(trial):
        task = trial.world.spawn("processor", lambda: requests.get("https://org.example/services/data/", timeout=10))
        trial.world.run(START + 60)
    assert (task.error, task.result.status_code, trial.storm.happened) == (None, 503, {})


def test_no_seed_is_begun_after_the_seconds_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--seeds 1-8 --submissions 2 --processes 1 --seconds 0 --at-least 3"
    monkeypatch.setattr("sys.argv", ["simulation", *options.split()])
    assert command.main() == 0
    said = capsys.readouterr()
    assert "3 of 8 seeds were run" in said.err
    assert said.out.startswith("6 submissions of 3 seeds")


def test_a_seed_that_goes_wrong_is_told_with_the_command_that_repeats_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simulation", "--seeds", "1", "--submissions", "6", "--processes", "1"])
    with MUTANTS["an address on a queue"].plant():
        assert command.main() == 1
    assert "python -m tests.simulation --seeds 1 --submissions 5" in capsys.readouterr().err


def test_an_outage_ends_with_everybody_settled_and_no_operator() -> None:
    """A few hours here; thirteen days: `python -m tests.simulation.outage`."""
    found = outage(days=0.3, submissions=30)
    assert (found.wrong, set(found.states)) == ((), {"created", "updated"})
    assert max(one.waiting for one in found.samples) > 2
    assert 0 < found.settled_after <= 61
    assert picture(found).count("<polyline") == 3


def test_on_a_day_short_of_calls_repeats_wait_and_no_new_submission_is_refused() -> None:
    found = shortage(submissions=60, left=300)
    assert found.is_well, found
    assert found.waited > 20, "repeats had reason to wait"


def test_repeats_that_take_the_last_calls_are_seen() -> None:
    with MUTANTS["repeats take the last of the org's calls"].plant():
        found = shortage(submissions=60, left=300)
    assert found.refused > 0
    assert any("calls were used up" in said for said in found.wrong)


def test_a_flood_is_drained_and_everybody_s_submissions_stay_in_order() -> None:
    """Some hundreds here; a hundred thousand: `python -m tests.simulation.flood`."""
    found = flood(600, hours=0.006)
    assert found.is_well, found
    assert found.most_waiting > 10


def test_a_flood_that_is_out_of_order_is_seen() -> None:
    with MUTANTS["each message is a group of its own"].plant():
        assert flood(200, hours=0.02).out_of_order > 0


def test_every_planted_fault_is_held_by_a_test_or_by_seeds() -> None:
    assert [name for name, mutant in MUTANTS.items() if not (mutant.test or mutant.shows_in_seeds)] == []
    assert len(MUTANTS) >= 15
