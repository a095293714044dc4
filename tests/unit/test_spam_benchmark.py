"""The labelled set, and the page that shows what became of it."""

import re
from collections import Counter

from shared.form.spam_section import DEFAULT_WEIGHTS
from tests.benchmarks.spam.__main__ import PAGE, with_tables
from tests.benchmarks.spam.honest import honest
from tests.benchmarks.spam.measuring import SEED, false_positives, judged, labelled
from tests.benchmarks.spam.spam import spam


def test_the_page_shows_what_a_fresh_run_measures() -> None:
    """When this fails: python -m tests.benchmarks.spam, and read what has changed."""
    page = PAGE.read_text("utf-8")
    assert with_tables(page) == page


def test_there_are_at_least_300_of_each_label() -> None:
    counts = Counter(one.label for one in labelled())
    assert min(counts["honest"], counts["spam"]) >= 300


def test_a_seed_gives_the_same_set_each_time_and_another_seed_another() -> None:
    assert list(honest(SEED)) == list(honest(SEED)) != list(honest(SEED + 1))
    assert list(spam(SEED)) == list(spam(SEED)) != list(spam(SEED + 1))


def test_of_the_honest_ones_only_those_are_put_aside_that_the_page_names() -> None:
    """A new one is a fault of the rules until somebody decides otherwise."""
    assert [one.one.kind for one in false_positives()] == [
        "mailbox for ten minutes",
        "a browser that fills in and sends in a second",
        "name is a domain",
    ]


def test_other_seeds_hurt_nobody_honest() -> None:
    from datetime import UTC, datetime

    from shared.intake.suspecting import judgement
    from tests.benchmarks.spam.measuring import form_with

    form, now = form_with(), datetime(2026, 11, 30, tzinfo=UTC)
    for seed in range(5):
        hurt = [one for one in honest(seed) if judgement(one.post(form, b"x", now), None, None).suspect]
        assert hurt == []


def test_most_of_the_spam_is_held() -> None:
    held = [one.judgement.suspect for one in judged(repeat_filter=True) if one.one.label == "spam"]
    assert sum(held) / len(held) > 0.75


def test_the_page_lists_every_sign_with_its_points() -> None:
    listed: dict[str, int] = {}
    table = PAGE.read_text("utf-8").partition("\n## The signs\n")[2].partition("\n## ")[0]
    for names, points in re.findall(r"^\| (`[^|]+`) \| (\d+)[^|]* \|", table, re.MULTILINE):
        listed |= dict.fromkeys(re.findall(r"`(\w+)`", names), int(points))
    assert listed == DEFAULT_WEIGHTS
