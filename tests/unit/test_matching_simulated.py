"""The shipped matcher on a small simulated org. The figures on large ones are `make bench-matching`'s."""

from functools import cache

import pytest

from tests.benchmarks.matching import measures, ours
from tests.benchmarks.matching.measures import Verdicted
from tests.benchmarks.matching.simulation import simulate
from tests.benchmarks.matching.targets import NEVER_MERGED


@cache
def verdicts() -> list[Verdicted]:
    asked = ours.questions(simulate(seed=1, size=400))
    return ours.verdicts(asked, ours.decisions(asked))


@pytest.mark.parametrize("family", NEVER_MERGED)
def test_nobody_is_merged_wrongly_by_a_role_mailbox_a_father_s_name_or_a_placeholder(family: str) -> None:
    found = [one for one in verdicts() if one.submission.family == family]
    assert found
    assert [one.submission.person.id for one in found if one.is_wrong_merge] == []


def test_known_people_are_recognised_and_few_are_created_twice() -> None:
    """Bounds with a margin: of 200 people, two more or less are one percent."""
    found = measures.measured(verdicts())
    assert found.recall >= 0.8
    assert found.twice <= 0.02
