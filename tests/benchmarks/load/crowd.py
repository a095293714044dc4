"""Who sends: in turn somebody new, and somebody who was here before."""

from random import Random
from typing import Final
from urllib.parse import urlencode

from tests.benchmarks.load.client import Request
from tests.simulation.people import Person, answers, people

MOST: Final = 3000
"""Requests to one target. Nobody may share a name, and the simulation's lists have names for half as many."""


class Crowd:
    """One seed gives each target the same requests."""

    def __init__(self, seed: int, count: int) -> None:
        """`count` is how many requests there will be at most."""
        self._random = Random(seed)  # noqa: S311 (made-up people, the same for a seed)
        self._everybody = people(self._random, (count + 1) // 2)
        self._sent = 0

    def requests(self, moments: list[float]) -> list[tuple[Person, Request]]:
        """One for each moment, in seconds after the start."""
        return [self._next(at) for at in moments]

    def _next(self, at: float) -> tuple[Person, Request]:
        number, self._sent = self._sent, self._sent + 1
        known = number // 2
        person = self._everybody[known if number % 2 == 0 else self._random.randrange(known + 1)]
        form_id, fields = answers(self._random, person, number)
        return person, Request(at, form_id, urlencode(fields))


def steady(rate: float, seconds: float) -> list[float]:
    """Moments of requests that come one by one, so many a second."""
    return [number / rate for number in range(round(rate * seconds))]


def at_once(count: int) -> list[float]:
    return [0.0] * count
