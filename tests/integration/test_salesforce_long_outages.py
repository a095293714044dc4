"""Days in which Salesforce refuses everybody, on a simulated clock: adapter over TLS, queue as SQS would do it."""

import heapq
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.salesforce_org import Org, serve
from shared.leads.processing import Message
from shared.submission import State, Submission
from tests.builders import a_submission, message_for
from tests.integration.real_desk import RealDesk
from tests.integration.salesforce_desk import FixedSecret, OrgControl

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = 3600.0


@dataclass
class World:
    """One clock for the org, the adapter and the queue. `settled` lists ids in the order in which they were settled."""

    desk: RealDesk
    org: OrgControl
    seconds: list[float]
    settled: list[str] = field(default_factory=list)
    _queue: list[tuple[float, int, Message]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)

    def arrive(self, submissions: Iterable[Submission]) -> None:
        for one in submissions:
            self.desk.ledger.rows[one.submission_id] = one
            heapq.heappush(self._queue, (self.seconds[0], next(self._order), message_for(one)))

    def run(self, until: float) -> None:
        """Delivers batches of ten as they come due, up to this second of the world."""
        while self._queue and self._queue[0][0] <= until:
            self.seconds[0] = max(self.seconds[0], self._queue[0][0])
            self.desk.now = START + timedelta(seconds=self.seconds[0])
            self._deliver(self._due())
            self.seconds[0] += 1.0
        self.seconds[0] = max(self.seconds[0], until)

    def _due(self) -> list[Message]:
        batch: list[Message] = []
        while self._queue and self._queue[0][0] <= self.seconds[0] and len(batch) < 10:
            batch.append(heapq.heappop(self._queue)[2])
        return batch

    def _deliver(self, batch: list[Message]) -> None:
        again = {retry.message.message_id: retry for retry in self.desk.deliver(*batch)}
        for message in batch:
            retry = again.get(message.message_id)
            if retry is None:
                self.settled.append(message.message_id)
                continue
            later = Message(
                message.message_id, message.receipt_handle, message.group, message.body, message.deliveries + 1
            )
            heapq.heappush(self._queue, (self.seconds[0] + retry.delay, next(self._order), later))

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def states(self, submissions: Iterable[Submission]) -> set[State]:
        return {self.desk.state(one) for one in submissions}


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    seconds = [0.0]
    with Org(":memory:", now=lambda: START + timedelta(seconds=seconds[0])) as org:
        org.seed()
        with serve(org, tmp_path_factory.mktemp("certs")) as running:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
            content = {"login_url": running.url, "client_id": running.client_id, "client_secret": running.client_secret}
            control = OrgControl(running, FixedSecret(content), clock=seconds)
            yield World(RealDesk(org=control), control, seconds)


def people(count: int, name: str, **changes: Any) -> list[Submission]:
    return [
        a_submission(last_name=name, first_name=f"Nr {n}", email=f"{name.lower()}{n}@example.com").model_copy(
            update={"received_at": START, **changes}
        )
        for n in range(count)
    ]


def test_a_secret_that_is_wrong_for_a_day_costs_few_logins_and_nothing_is_rejected(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mended the next day: all settle by themselves within the hour."""
    right = world.org.secret.content["client_secret"]
    world.org.secret.content["client_secret"] = "rotated away"
    everybody = people(50, "Janssen")
    world.arrive(everybody)
    world.run(until=24 * HOUR)
    assert world.org.logins() <= 4 + 24
    assert world.org.api_calls() == 0
    assert world.states(everybody) == {State.RECEIVED}
    assert {world.desk.row(one).attempts for one in everybody} == {0}
    assert world.desk.dead_letters.letters == []
    printed = capsys.readouterr().out
    assert '"reason":"configuration","Retried":[1.0]' in printed
    assert '"SalesforceLoginRefused":[1.0]' in printed

    world.org.secret.content["client_secret"] = right
    world.run(until=25 * HOUR + 60)
    assert world.waiting == 0
    assert world.states(everybody) == {State.CREATED}
    assert len(world.desk.leads()) == 50


def test_sessions_that_are_refused_for_a_day_cost_few_logins_and_nothing_is_rejected(world: World) -> None:
    world.org.faults({"fault": "unauthorized_forever"})
    everybody = people(50, "Janssen")
    world.arrive(everybody)
    world.run(until=24 * HOUR)
    assert world.org.logins() <= 4 + 24
    assert world.states(everybody) == {State.RECEIVED}
    world.org.faults()
    world.run(until=26 * HOUR)
    assert world.states(everybody) == {State.CREATED}
    assert world.desk.dead_letters.letters == []


def test_at_the_day_s_limit_new_submissions_go_first_and_all_settle_when_calls_come_back(world: World) -> None:
    """700 wait, 105 of 1,000 calls are left: the last hundred are for those who were never tried."""
    world.org.ask("POST", "limits", {"daily": 1000, "used": 895})
    new = people(500, "Nieuw")
    repeats = people(100, "Herhaald", attempts=1) + people(100, "Replay", replay_count=1)
    for five, two in zip(
        itertools.batched(new, 5, strict=True), itertools.batched(repeats, 2, strict=True), strict=True
    ):
        world.arrive((*five, *two))
    world.run(until=23 * HOUR)
    ids = {message_for(one).message_id for one in repeats}
    on_that_day = [one in ids for one in world.settled]
    # Three batches, of ten each, before the answers said that calls run short; from then on nobody but the new.
    assert sum(on_that_day) <= 9
    assert not any(on_that_day[30:])
    assert 300 <= len(on_that_day) < 700
    assert world.desk.dead_letters.letters == []
    assert max(world.desk.row(one).attempts for one in new) == 0, "waiting for calls uses up no try"

    world.run(until=26 * HOUR)
    assert world.waiting == 0
    assert world.states([*new, *repeats]) == {State.CREATED}
    assert len({lead["Email"] for lead in world.desk.leads()}) == len(world.desk.leads()) == 700
    assert world.desk.dead_letters.letters == []


def test_an_outage_of_thirteen_days_settles_everybody_and_needs_no_operator(world: World) -> None:
    world.org.faults({"fault": "unavailable_html", "rate": 1.0})
    everybody = people(5, "Janssen")
    world.arrive(everybody)
    world.run(until=13 * 24 * HOUR)
    assert world.states(everybody) == {State.RECEIVED}
    assert max(message.deliveries for _, _, message in world._queue) < 500, "SQS would dead-letter them"
    world.org.faults()
    world.run(until=13 * 24 * HOUR + HOUR + 60)
    assert world.states(everybody) == {State.CREATED}
    assert world.desk.dead_letters.letters == []
