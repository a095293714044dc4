"""`python -m tests.simulation.machine`: whatever happens, in whatever order, in steps that Hypothesis chooses.

A seed of the simulation is one long run of chance. Here each thing that happens is a step of its own, so that what went
wrong is told in the fewest steps that still make it go wrong.
"""

import argparse
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final, cast

from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rich.console import Console
from rich.progress import Progress

from tests.simulation.calls import AWS_FAULTS
from tests.simulation.checking import faults_at_any_moment, faults_of
from tests.simulation.happenings import CALLS_TO_AWS, CALLS_TO_THE_ORG, HAPPENINGS, ORDERS, Awaited, NextCalls
from tests.simulation.mutants import MUTANTS
from tests.simulation.operators import erase_person, order
from tests.simulation.people import Person, names, people
from tests.simulation.salesforce import FAULTS
from tests.simulation.trial import Plan, Trial, drain, make, staged
from tests.simulation.visitors import Sent, visit
from tests.simulation.world import Task

MOMENTS: Final = (0.05, 0.3, 1.0, 3.0, 10.0)
"""Seconds: within a call, a cold start, an invocation."""
MINUTES: Final = (1, 3, 6, 11, 30, 120)
"""Past a wait, the queue's five minutes, a lock's ten, an hourly try. Rows live for thirty days at the least."""


class AnyStory(RuleBasedStateMachine):
    """Steps are taken from outside; between them stands the clock, and only steps that say so move it."""

    tells: ClassVar = False
    """Whether a story that went wrong is told with all that happened in it."""
    tried: ClassVar = 0
    first_wrong: ClassVar = 0
    """Which of the tried ones went wrong first; those after it are what Hypothesis made of it."""
    trace: ClassVar = ""
    """Of all that happened in the last one."""
    at_begin: ClassVar[tuple[Callable[[], None], ...]] = ()
    """Are called as each begins."""
    somebody: Bundle[Person] = Bundle("somebody")
    posts: Bundle[Sent] = Bundle("posts")

    def __init__(self) -> None:
        super().__init__()
        type(self).tried += 1
        for one in self.at_begin:
            one()
        self.stage = ExitStack()
        self.storm = NextCalls()
        self.trial: Trial
        self.erasers: dict[int, Task] = {}
        self.is_wrong = False

    @initialize(target=somebody, seed=st.integers(0, 999))
    def it_begins(self, seed: int) -> MultipleResults[Person]:
        """The seed says how long each call takes, whether the org has rules of its own and the table small pages."""
        self.trial = make(Plan(seed, rate=0), self.storm)
        self.world, self.fleet = self.trial.world, self.trial.fleet
        self.world.tells = self.tells
        self.trial.store.page = 2 * (seed % 2)
        self.stage.enter_context(staged(self.trial))
        everybody = people(self.world.random, 40)
        with_two = [one for one in everybody if one.other_email]
        with_one = [one for one in everybody if one.slip and not one.other_email]
        # The last is the simplest, as Hypothesis sees it.
        self.people = with_two[0], with_one[0], with_two[1], with_one[1]
        return multiple(*self.people)

    # --- visitors

    @rule(target=posts, who=somebody)
    def asks(self, who: Person) -> Sent:
        return self._sends(who, "contact", {"message": "Kan ik langskomen?"})

    @rule(target=posts, who=somebody)
    def asks_from_another_address(self, who: Person) -> Sent:
        """Where there is one."""
        return self._sends(who, "contact", {"message": "Ik nog een keer."}, other_address=True)

    @rule(target=posts, who=somebody)
    def asks_with_a_slip_in_the_name(self, who: Person) -> Sent:
        """Of those who make one."""
        return self._sends(who, "contact", {"message": "Ik weer."}, slips=True)

    @rule(target=posts, who=somebody)
    def wants_a_bike_that_there_is_not(self, who: Person) -> Sent:
        """Which is taken, and rejected: an operator's turn."""
        return self._sends(who, "test-ride", {"bike": "a bike that there is not"})

    @rule(target=posts, who=somebody)
    def looks_like_spam(self, who: Person) -> Sent:
        return self._sends(who, "contact", {"message": "Hallo", "contact_me_by_fax_only": "yes"})

    def _sends(
        self, who: Person, form_id: str, more: Mapping[str, str], *, other_address: bool = False, slips: bool = False
    ) -> Sent:
        number = self.world.number("post")
        fields = {
            **names(who, slips=slips),
            "email": who.other_email if other_address and who.other_email else who.email,
            "consent": "on",
            **({"phone": who.phone} if who.phone else {}),
            **more,
        }
        if "message" in fields:
            fields["message"] += f" ({number})"
        sent = Sent(who, form_id, fields, key=f"page-{number}")
        self.trial.sent.append(sent)
        self._comes(sent)
        return sent

    def _comes(self, sent: Sent) -> None:
        self.world.spawn("visitor", partial(visit, self.trial, sent))

    @rule(post=posts)
    def comes_again_with_the_same_key(self, post: Sent) -> None:
        self._comes(post)

    # --- time

    @rule(seconds=st.sampled_from(MOMENTS))
    def moments_pass(self, seconds: float) -> None:
        self.world.run(self.world.now + seconds)

    @rule(minutes=st.sampled_from(MINUTES))
    def time_passes(self, minutes: int) -> None:
        self.world.run(self.world.now + 60 * minutes)

    # --- what goes wrong

    @rule(call=st.sampled_from(CALLS_TO_THE_ORG), how=st.sampled_from(FAULTS))
    def a_call_to_the_org_fails(self, call: tuple[str, int], how: str) -> None:
        """Of a function: the next one, or one a little later."""
        self.storm.awaited.append(Awaited(*call, how, of_the_org=True))

    @rule(call=st.sampled_from(CALLS_TO_AWS), how=st.sampled_from(AWS_FAULTS))
    def a_call_to_aws_fails(self, call: tuple[str, int], how: str) -> None:
        self.storm.awaited.append(Awaited(*call, how, of_the_org=False))

    @precondition(lambda self: self.fleet.running)
    @rule(which=st.integers(0, 4))
    def an_invocation_is_killed(self, which: int) -> None:
        running = list(self.fleet.running)
        self.storm.note("killed_at_random")
        self.fleet.kill(running[which % len(running)])

    @rule(what=st.sampled_from(tuple(HAPPENINGS)))
    def it_so_happens_that(self, what: str) -> None:
        HAPPENINGS[what](self.trial)

    # --- operators

    @rule(what=st.sampled_from(tuple(ORDERS)), post=posts)
    def an_operator_orders(self, what: str, post: Sent) -> None:
        """Of a submission whose sender may not have heard of it yet."""
        command, one = what.partition(" ")[0], self._id_of(post)
        meant = {"edit": {"submission_id": one}, "reconcile": {}}.get(command, {"submission_ids": [one]})
        asked: dict[str, Any] = {"command": command, **meant, **ORDERS[what], "by": "sim"}
        self.world.spawn("operator", partial(order, self.trial, **asked))

    def _id_of(self, post: Sent) -> str:
        names = ("last_name", "message") if "message" in post.fields else ("last_name", "bike")
        meant = [post.fields[name] for name in names]
        of = {
            one: row.get("original_fields") or row["fields"] for one, row in self.trial.rows.items() if "fields" in row
        }
        there = (one for one, fields in of.items() if [fields.get(name) for name in names] == meant)
        return post.receipt or next(there, "nothing-yet")

    @rule(somebody=st.sampled_from((3, 1)))
    def an_operator_erases(self, somebody: int) -> None:
        """Of who writes under two addresses, an erasure by one leaves what the other sent, as docs/privacy.md says.

        One at a time of each: it goes on for hours, if it must.
        """
        before = self.erasers.get(somebody)
        if before is None or before.is_over:
            erase = partial(erase_person, self.trial, self.people[somebody])
            self.erasers[somebody] = self.world.spawn("eraser", erase)

    # --- what must be true

    @invariant()
    def the_promises_hold_at_any_moment(self) -> None:
        self._must_be_empty(faults_at_any_moment(self.trial))

    def teardown(self) -> None:
        """The storm ends, who heard nothing comes once more, and all settles."""
        with self.stage:
            if hasattr(self, "trial"):
                self.storm.is_over = True
                for sent in self.trial.sent:
                    if not sent.receipt:
                        self._comes(sent)
                drain(self.trial)
                type(self).trace = self.world.trace
                if not self.is_wrong:
                    self._must_be_empty(faults_of(self.trial))

    def _must_be_empty(self, wrong: list[str]) -> None:
        if wrong:
            self.is_wrong = True
            type(self).first_wrong = self.first_wrong or self.tried
            if self.tells:
                note("\n".join(self.world.story))
            raise AssertionError("\n".join(wrong))


# --- many of them ---------------------------------------------------------------------------------------------------

_EXAMPLES: Final = """
examples:
  python -m tests.simulation.machine                                2,000 stories of 60 steps, others each time
  python -m tests.simulation.machine --seed 7 --story               the same ones again, with all that happened in the
                                                                    one that went wrong
  python -m tests.simulation.machine --planted "nobody is locked"   with a fault put over the product
"""


@dataclass(frozen=True)
class Told:
    """`story` is the shortest that went wrong, '' where none did; `first_wrong` says how many had to be tried."""

    tried: int
    trace: str
    """Of the last one."""
    first_wrong: int = 0
    story: str = ""
    wrong: str = ""

    @property
    def steps(self) -> int:
        """Without the first and the last, which are always there."""
        return self.story.count("state.") - 2


def told(
    *, examples: int, steps: int, number: int, tells: bool = False, at_begin: tuple[Callable[[], None], ...] = ()
) -> Told:
    """The same number gives the same stories."""
    machine = seed(number)(_class_of_its_own(tells=tells, at_begin=at_begin))
    try:
        # To explain what it found, Hypothesis would trace each line of each function: minutes, and of no use here.
        few = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=few)
    except AssertionError as error:
        lines = "\n".join(error.__notes__).splitlines()
        story = "\n".join(line for line in lines if "the_promises_hold_at_any_moment()" not in line)
        return Told(machine.tried, machine.trace, machine.first_wrong, story, str(error))
    return Told(machine.tried, machine.trace)


def _class_of_its_own(**own: Any) -> type[AnyStory]:
    """It counts for itself alone."""
    return cast("type[AnyStory]", type(AnyStory.__name__, (AnyStory,), own))


def main() -> int:
    """0: nothing went wrong. 1: something did."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation.machine",
        description=__doc__,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--examples", type=int, default=2000, help="how many stories (2000)")
    parser.add_argument("--steps", type=int, default=60, help="of each (60)")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of all stories; else a new one")
    parser.add_argument("--story", action="store_true", help="tell all that happened where something goes wrong")
    parser.add_argument("--planted", choices=MUTANTS, metavar="FAULT", help="one of: " + "; ".join(MUTANTS))
    asked = parser.parse_args()
    started = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        # Some draws come to nothing, and a story that goes wrong is told again and again to make it shorter.
        bar = progress.add_task("stories, about", total=asked.examples)
        with MUTANTS[asked.planted].plant() if asked.planted else nullcontext():
            found = told(
                examples=asked.examples,
                steps=asked.steps,
                number=asked.seed,
                tells=asked.story,
                at_begin=(lambda: progress.advance(bar),),
            )
    print(f"seed {asked.seed}: {found.tried:,} stories in {time.monotonic() - started:.0f} s")
    if found.wrong:
        print(f"the {found.first_wrong}. went wrong; the shortest that does has {found.steps} steps:")
        print(found.story, found.wrong, sep="\n")
    return int(bool(found.wrong))


if __name__ == "__main__":
    sys.exit(main())
