"""A slice of `python -m tests.simulation.crash_points`, and that the stories leave no kind of call out."""

import json
from functools import cache

import pytest

from tests.simulation.calls import Storm, aws_call
from tests.simulation.crash_points import KILLS, Tried, command_for, main, pairs, quiet, singles, tried
from tests.simulation.mutants import MUTANTS
from tests.simulation.sqs import Queue
from tests.simulation.stories import STORIES
from tests.simulation.trial import Plan, run
from tests.simulation.world import World
from tests.unit.template_loading import as_list, resource, statements, target

FUNCTIONS = ("intake", "processor", "requeue", "replay", "privacy")
STORE = {
    "SubmissionsTable": "submissions", "PersonLocksTable": "locks", "SpamMemoryTable": "spam",
    "SubmissionQueue": "queue", "DeadLetterQueue": "dead",
    "PersonKeySecret": "person_key", "IntakeSecret": "intake", "SalesforceSecret": "salesforce",
}  # fmt: skip
"""In the simulation, by its name in the template."""
OF_LAMBDA = {
    ("processor", "sqs:ReceiveMessage queue"),
    ("processor", "sqs:DeleteMessage queue"),
    ("processor", "sqs:GetQueueAttributes queue"),
}
"""Lambda itself makes these calls with the function's rights."""


@cache
def calls_of_all_stories() -> frozenset[tuple[str, str]]:
    return frozenset(call for story in STORIES for call in quiet(story).calls)


def calls_that_are_allowed() -> set[tuple[str, str]]:
    """To the stack's own tables, queues and secrets."""
    return {
        (function, f"{action} {STORE[target(statement['Resource'])]}")
        for function in FUNCTIONS
        for statement in statements(resource(f"{function.capitalize()}Role"))
        for action in as_list(statement["Action"])
        if not action.startswith("logs:")
    }


@pytest.mark.parametrize("story", STORIES)
def test_a_story_in_which_nothing_goes_wrong_ends_well(story: str) -> None:
    assert quiet(story).wrong == ()


def test_the_stories_make_every_call_to_aws_that_a_function_has_the_right_to_make() -> None:
    to_aws = {call for call in calls_of_all_stories() if not call[1].startswith("salesforce:")}
    assert to_aws == calls_that_are_allowed() - OF_LAMBDA


def test_whatever_comes_by_chance_no_kind_of_call_is_made_that_is_in_no_story() -> None:
    by_chance = {call for seed in (1, 2) for call in run(Plan(seed, submissions=30, rate=0.01)).storm.calls}
    assert by_chance - calls_of_all_stories() == set()


def test_each_call_of_each_function_may_be_the_last_of_its_process() -> None:
    """One in forty here; all of them: `python -m tests.simulation.crash_points`."""
    chosen = [(story, planned) for story in STORIES for planned in singles(quiet(story).calls)][::40]
    wrong = [command_for(story, planned) for story, planned in chosen if tried(story, planned).wrong]
    assert wrong == []


def test_two_calls_may_be_the_last_of_their_processes() -> None:
    """Some of one story here; all of them: `--pairs`."""
    chosen = list(pairs(tried("twice_in_one_batch", {10: "killed_after"})))[::8]
    assert len(chosen) >= 3
    assert [planned for planned in chosen if tried("twice_in_one_batch", planned).wrong] == []


def test_second_kills_go_as_far_as_the_first_one_makes_the_story() -> None:
    first = tried("new_person", {11: "killed_before"})
    assert len(first.calls) > len(quiet("new_person").calls), "what was killed is done again"
    assert {number for planned in pairs(first) for number in planned} == set(range(11, len(first.calls) + 1))


def test_a_pair_is_the_first_kill_and_each_end_of_each_later_call() -> None:
    first = Tried({2: "killed_after"}, (), (("intake", "sqs:SendMessage queue"),) * 4)
    assert list(pairs(first)) == [
        {2: "killed_after", 3: "killed_before"},
        {2: "killed_after", 3: "killed_after"},
        {2: "killed_after", 4: "killed_before"},
        {2: "killed_after", 4: "killed_after"},
    ]


def test_a_kill_that_never_happens_is_no_proof() -> None:
    assert tried("new_person", {1000: "killed_before"}).wrong == ("not all that was planned came to happen",)


@pytest.mark.parametrize(
    ("kill", "done_at_once", "done_in_the_end"), [(KILLS[0], 0, 0), (KILLS[1], 1, 1), (KILLS[2], 0, 1)]
)
def test_what_a_killed_process_asked_for_is_done_or_not_or_later(
    kill: str, done_at_once: int, done_in_the_end: int
) -> None:
    world, done = World(1), []
    storm = Storm(planned={1: kill})
    task = world.spawn(
        "intake", lambda: aws_call(world, storm, "sqs:SendMessage queue", lambda: done.append(world.now))
    )
    counts = []
    task.at_end.append(lambda: counts.append(len(done)))
    world.run(world.now + 60)
    assert (task.is_dead, counts, len(done)) == (True, [done_at_once], done_in_the_end)


def test_a_killed_process_makes_no_call_on_its_way_out() -> None:
    world, storm = World(1), Storm(planned={1: "killed_before"})

    def works() -> None:
        try:
            aws_call(world, storm, "dynamodb:PutItem locks", lambda: None)
        finally:
            aws_call(world, storm, "dynamodb:DeleteItem locks", lambda: None)

    task = world.spawn("processor", works)
    world.run(world.now + 60)
    assert (task.is_dead, storm.calls) == (True, [("processor", "dynamodb:PutItem locks")])


def test_whoever_takes_as_many_messages_as_they_may_is_called_when_these_come_back() -> None:
    world = World(1)
    woken: list[float] = []
    queue = Queue(world, "queue", 720)
    for number in range(3):
        queue.send("{}", "one-person", str(number))
    queue.on_change = woken.append
    assert len(queue.receive(2)) == 2
    assert woken == [pytest.approx(720.001)] * 2


LEAD = "salesforce:PATCH composite/sobjects/Lead/Submission_Id__c"
TASK = "salesforce:POST composite of PATCH sobjects/Lead/*, POST composite/sobjects"


@pytest.mark.parametrize(
    ("name", "story", "what", "kind"),
    [
        ("a Task is not looked for before it is written", "known_person", TASK, "killed_after"),
        ("a person in doubt is unlocked", "two_addresses", LEAD, "sf_commit_late"),
        ("the queue's group is taken for a lock", "spelt_otherwise", LEAD, "killed_meanwhile"),
        ("an address is not locked", "without_a_name", "", ""),
        (
            "a receipt is given though the row was not written",
            "new_person",
            "dynamodb:PutItem submissions",
            "aws_throttled",
        ),
        ("nobody sweeps up", "lost_message", "", ""),
        ("an erased row keeps its answers", "erased", "", ""),
    ],
)
def test_a_planted_fault_is_caught_by_one_run_of_a_story(name: str, story: str, what: str, kind: str) -> None:
    """So is it by chance, within many more."""
    assert tried(story, first(story, what, kind)).wrong == ()
    with MUTANTS[name].plant():
        assert tried(story, first(story, what, kind)).wrong != ()


def first(story: str, what: str, kind: str) -> dict[int, str]:
    """The plan in which this happens to the first call of this kind; none where nothing shall happen."""
    numbers = (number for number, (_, call) in enumerate(tried(story, {}).calls, 1) if call == what)
    return {next(numbers): kind} if what else {}


def test_a_run_that_goes_wrong_is_told_with_the_command_that_repeats_it(capsys: pytest.CaptureFixture[str]) -> None:
    with MUTANTS["a receipt is given though the row was not written"].plant():
        story = ["--story", "from_a_server", "--processes", "1"]
        assert main([*story, "--faults", "--json", "--sample", "3"]) == 1
        [found] = json.loads(capsys.readouterr().out)
        at = found["wrong"][0]["at"]
        assert main([*story, "--at", at, "--tell"]) == 1
    said = capsys.readouterr().out
    assert "was acknowledged and has no row" in said
    assert at.rpartition(":")[2] in said
    assert main([*story, "--at", at]) == 0, "without the fault"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--at", "1:killed_before"], "--at needs one --story"),
        (["--story", "mended", "--tell"], "--tell needs --at"),
        (["--story", "mended", "--at", "1:eaten"], "'1:eaten' is not a call's number and a fault"),
        (["--story", "nobody"], "invalid choice: 'nobody'"),
        (["--sample", "0"], "'0' is not a number from 1 up"),
    ],
)
def test_a_command_that_can_t_be_read_is_told_what_is_wrong(
    given: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(given)
    assert ended.value.code == 2
    assert why in capsys.readouterr().err
