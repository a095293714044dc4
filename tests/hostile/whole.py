"""The whole trial, on all cores."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import Final

from tests.hostile.trial import Described, Found, run

A_SEED: Final = 5_000
"""Requests: each so many have a seed of their own, so that any of them is found again soon."""


def whole(
    requests: int, seed: int, examples: int, processes: int, told: Callable[[int], None]
) -> tuple[Found, Described]:
    """`told` hears how many more are done."""
    found, described = Found(), Described()
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        # The longest first.
        other = pool.submit(_described, examples, seed) if examples else None
        jobs = [
            pool.submit(run, min(A_SEED, requests - start), seed + number)
            for number, start in enumerate(range(0, requests, A_SEED))
        ]
        for job in as_completed(jobs):
            found.add(job.result())
            told(job.result().requests)
        if other:
            described = other.result()
    return found, described


def _described(examples: int, number: int) -> Described:
    # Imported here: Schemathesis takes seconds, and whoever looks for one fault again does not want it.
    from tests.hostile.described import hold_to_description

    return hold_to_description(examples, number)
