"""The parts of the matching benchmark, without the packages it compares with."""

from collections import Counter
from functools import cache

import pytest

from shared.matching import Person
from shared.matching.decision import Verdict
from shared.values.phone import to_e164
from tests.benchmarks.matching import measures, page, simulation
from tests.benchmarks.matching.blocking import MOST, Index
from tests.benchmarks.matching.febrl import Linked, pair_measures
from tests.benchmarks.matching.measures import Verdicted
from tests.benchmarks.matching.method import Pair
from tests.benchmarks.matching.peers.rules import CONNECTOR, EXACT_EMAIL, SALESFORCE
from tests.benchmarks.matching.simulation import Simulation, Submission, existing, newcomers
from tests.benchmarks.matching.simulation.names import UNKNOWN_TO_LISTS
from tests.benchmarks.matching.simulation.places import places
from tests.benchmarks.matching.tables import Rows
from tests.benchmarks.matching.targets import Target


@cache
def simulated() -> Simulation:
    return simulation.simulate(seed=11, size=1_600)


def test_a_seed_gives_the_same_org_and_submissions_each_time() -> None:
    one, other = simulation.simulate(seed=5, size=200), simulation.simulate(seed=5, size=200)
    assert one.submissions == other.submissions
    assert one.org.views == other.org.views
    assert simulation.simulate(seed=6, size=200).submissions != one.submissions


def test_train_and_test_seeds_have_none_in_common() -> None:
    assert not set(simulation.TRAIN_SEEDS) & set(simulation.TEST_SEEDS)


def test_half_of_the_submissions_are_by_known_people_and_a_quarter_hostile() -> None:
    submissions = simulated().submissions
    assert sum(one.is_known for one in submissions) == len(submissions) / 2
    assert sum(one.family == "unrelated" for one in submissions) == len(submissions) / 4


def test_every_case_family_comes_up() -> None:
    families = {one.family for one in simulated().submissions}
    assert families == {one.__name__ for one in (*existing.FAMILIES, *newcomers.HOSTILE, newcomers.unrelated)}


def test_known_people_s_records_are_in_the_org_and_new_people_have_none() -> None:
    ids = {entry.id for entry in simulated().org.entries}
    for one in simulated().submissions:
        known = one.family in {family.__name__ for family in existing.FAMILIES}
        assert bool(one.record_ids) == known
        assert one.record_ids <= ids


def test_who_is_in_the_org_twice_may_be_matched_with_either_record() -> None:
    twice = [one for one in simulated().submissions if one.family == "twice_in_the_org"]
    assert all(len(one.record_ids) > 1 for one in twice)


def test_a_tenth_of_the_people_have_given_names_of_languages_without_a_list() -> None:
    languages = Counter(entry.human.name.language for entry in simulated().org.entries)
    assert sum(languages[one] for one in UNKNOWN_TO_LISTS) >= 0.10 * languages.total()


def test_people_live_in_all_the_countries_most_of_them_in_the_netherlands() -> None:
    countries = Counter(entry.human.iso for entry in simulated().org.entries)
    assert set(countries) == set(places())
    assert countries["NL"] > 0.5 * countries.total()


def test_phone_numbers_are_possible_ones() -> None:
    for entry in simulated().org.entries:
        for phone in entry.facts.phones:
            assert to_e164(phone.national, phone.iso) == phone.e164


def test_two_people_have_one_mailbox_only_where_a_household_or_a_firm_shares_it() -> None:
    owners: dict[str, set[tuple[object, object]]] = {}
    for entry in simulated().org.entries:
        owners.setdefault(entry.human.mailbox, set()).add((entry.human.address, "home"))
        if entry.human.work_mailbox:
            owners.setdefault(entry.human.work_mailbox, set()).add((entry.human.firm, "work"))
    assert all(len(found) == 1 for found in owners.values())


def submission(known: str | None = None, family: str = "clean") -> Submission:
    return Submission(Person("web-1"), "NL", family, frozenset({known} if known else ()))


def test_measures_of_a_hand_made_example() -> None:
    decided: list[tuple[str | None, Verdict, str | None]] = [
        ("a", "update", "a"),
        ("b", "update", "b"),
        ("c", "update", "x"),
        ("d", "create", None),
        ("e", "hold", "e"),
        (None, "update", "a"),
        (None, "create", None),
        (None, "hold", "b"),
    ]
    found = measures.measured([Verdicted(submission(known), outcome, chosen) for known, outcome, chosen in decided])
    assert found.precision == 2 / 4
    assert found.recall == 2 / 5
    assert found.review == 2 / 8
    assert found.twice == 1 / 5
    assert found.false_merges == 2 / 8


def test_a_table_by_family_counts_outcomes_and_wrong_merges() -> None:
    verdicts = [
        Verdicted(submission("a"), "update", "a"),
        Verdicted(submission("b"), "hold", "b"),
        Verdicted(submission(None, "twin"), "update", "a"),
        Verdicted(submission(None, "twin"), "create", None),
    ]
    clean, twin = measures.by_family(verdicts)
    assert (clean.family, clean.number, clean.update, clean.hold, clean.create, clean.wrong) == ("clean", 2, 1, 1, 0, 0)
    assert (twin.family, twin.number, twin.update, twin.hold, twin.create, twin.wrong) == ("twin", 2, 1, 0, 1, 1)


@pytest.mark.parametrize(
    ("right", "number", "bound"), [(0, 0, 0.0), (10, 10, 0.7225), (81, 263, 0.2553), (9_990, 10_000, 0.9982)]
)
def test_the_lower_bound_is_wilson_s(right: int, number: int, bound: float) -> None:
    """263 with 81 is Newcombe's example (1998)."""
    assert measures.wilson_lower(right, number) == pytest.approx(bound, abs=0.0001)


def test_pairs_that_blocking_missed_count_as_missed() -> None:
    pair = Pair(Person("1"), Person("2"), "AU")
    linked = Linked(0, [pair] * 4, [True, True, False, False], true_pairs=4)
    found = pair_measures(linked, [20, 10, 20, 0], threshold=16)
    assert (found.precision, found.recall) == (0.5, 0.25)
    assert found.f1 == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "record",
    [
        Person("a", email="JAN@x.nl"),
        Person("a", phone="020 1234567; 06-12345678"),
        Person("a", first_name="JAN", last_name="Müller"),
        Person("a", first_name="muller", last_name="Jan"),
        Person("a", last_name="Mueller", postcode="1234AB"),
        Person("a", last_name="Müller", company="Acme Nederland"),
    ],
)
def test_candidates_are_found_by_each_key(record: Person) -> None:
    person = Person("1", "Jan", "Müller", "jan+web@x.nl", "+31612345678", "Acme NV", None, None, "1234 ab")
    assert Index([record, Person("b", "Piet", "Bos")]).candidates(person, "NL") == [record]


def test_a_key_that_too_many_share_finds_nobody() -> None:
    crowd = [Person(str(number), email="info@x.nl") for number in range(MOST + 1)]
    asked = Person("1", email="info@x.nl")
    assert Index(crowd).candidates(asked, "NL") == []
    assert len(Index(crowd[:MOST]).candidates(asked, "NL")) == MOST


def test_views_of_one_record_are_found_together() -> None:
    contact, lead = Person("003", email="new@x.nl"), Person("003", email="old@x.nl")
    assert Index([contact, lead]).candidates(Person("1", email="old@x.nl"), "NL") == [contact, lead]


def test_the_simple_peers_say_what_their_names_say() -> None:
    jan = Person("1", "Jan", "Bos", "jan@x.nl", "0612345678", "Acme")
    pairs = [
        Pair(jan, Person("2", "Piet", "Bos", "JAN@x.nl"), "NL"),
        Pair(jan, Person("3", "jan", "bos", None, "+31612345678", "ACME"), "NL"),
        Pair(jan, Person("4", "Jan", "Smit", None, "0612345678"), "NL"),
    ]
    assert list(EXACT_EMAIL.scorer(pairs)) == [1, 0, 0]
    assert list(CONNECTOR.scorer(pairs)) == [1, 1, 0]
    assert [score > 0 for score in SALESFORCE.scorer(pairs)] == [False, True, False]


def test_tables_go_between_their_marks_and_nowhere_else() -> None:
    text = "Before.\n<!-- bench:a -->\nold\n<!-- /bench:a -->\nAfter.\n"
    once = page.with_tables(text, {"a": Rows("title", ("x", "y"), (("1", "a|b"),))})
    assert once == "Before.\n<!-- bench:a -->\n| x | y |\n| --- | --- |\n| 1 | a\\|b |\n<!-- /bench:a -->\nAfter.\n"
    with pytest.raises(KeyError):
        page.with_tables(text, {"b": Rows("title", (), ())})


def test_the_page_has_a_section_for_each_table() -> None:
    sections = ("targets", "methods", "seeds", "families", "settings", "febrl", "costs", "footprint")
    page.with_tables(page.PAGE.read_text("utf-8"), {name: Rows("", (), ()) for name in sections})


def test_a_target_is_reached_at_its_limit() -> None:
    assert Target("", ">=", 0.85, 0.85).is_reached
    assert not Target("", ">=", 0.85, 0.8499).is_reached
    assert not Target("", "<=", 0, 1).is_reached
