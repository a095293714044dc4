"""A slice of what `python -m tests.simulation.machine` tries. docs/promises.md says what it is for."""

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import AnyStory, told
from tests.simulation.mutants import MUTANTS
from tests.simulation.people import Person
from tests.simulation.records import leads_of_ours
from tests.simulation.world import World

# What goes wrong here is told in steps by the command, which also makes them few.
FEW = settings(max_examples=15, stateful_step_count=25, phases=(Phase.generate,))


def test_whatever_happens_in_whatever_order_nothing_is_lost_and_nobody_is_created_twice() -> None:
    """More of them, and others each time: `python -m tests.simulation.machine`."""
    run_state_machine_as_test(AnyStory, settings=FEW)


def test_what_goes_wrong_is_told_in_the_one_step_that_it_takes() -> None:
    with MUTANTS["the row is settled before Salesforce is written"].plant():
        found = told(examples=20, steps=4, number=1)
    assert "says created, and its record is not there" in found.wrong
    assert (found.steps, "posts_0 = state.asks(" in found.story) == (1, True), found.story


def test_a_seed_gives_the_same_stories_and_another_seed_others() -> None:
    first, again, other = (told(examples=5, steps=8, number=number) for number in (5, 5, 6))
    assert first == again
    assert first.trace != other.trace


def begun() -> tuple[AnyStory, Person]:
    story = AnyStory()
    story.it_begins(1)
    return story, story.people[-1]


def test_what_an_operator_releases_goes_its_way() -> None:
    story, person = begun()
    post = story.looks_like_spam(person)
    story.time_passes(1)
    assert [row["state"] for row in story.trial.rows.values()] == ["quarantined"]
    story.an_operator_orders("release and trust", post)
    story.time_passes(3)
    assert [row["state"] for row in story.trial.rows.values()] == ["created"]
    story.teardown()


def test_a_fault_comes_in_the_call_that_was_meant_and_only_there() -> None:
    story, person = begun()
    story.a_call_to_aws_fails(("processor", 2), "aws_throttled")
    story.world.tells = True
    story.asks(person)
    story.time_passes(1)
    faulty = [line for line in story.world.story if line.endswith("aws_throttled")]
    assert [line.split(" ", 1)[1] for line in faulty] == ["processor#1 dynamodb:PutItem locks aws_throttled"]
    story.teardown()


def test_an_invocation_may_be_killed_before_it_has_begun() -> None:
    world = World(1)
    done: list[str] = []
    task = world.spawn("late", lambda: done.append("worked"), after=5)
    task.at_end.append(lambda: done.append("ended"))
    task.kill()
    world.run(world.now + 10)
    assert (task.is_over, task.is_dead, done) == (True, True, ["ended"])


def test_a_lead_stays_that_carries_what_was_sent_while_its_person_was_erased() -> None:
    """docs/privacy.md says so. It takes a post between the look for rows and that for records: a blink, so some are
    tried."""
    ends = set()
    for hundredths in range(112, 132, 2):
        story, person = begun()
        story.asks(person)
        story.time_passes(3)
        story.an_operator_erases(3)
        story.moments_pass(hundredths / 100)
        story.asks(person)
        story.time_passes(11)
        story.teardown()
        states = {one: str(row["state"]) for one, row in story.trial.rows.items()}
        ends |= {states[str(lead["Submission_Id__c"])] for lead in leads_of_ours(story.trial)}
    assert ends == {"created", "erased"}
