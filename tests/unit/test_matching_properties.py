"""What holds of every decision, whatever people write."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.matching import Person, decide, pair_score, shared_keys

_FIRST = st.sampled_from([None, "Jan", "Jaap", "J.", "Maria", "Marie", "Jan Willem", "Johannes", "n/a", "Sanne"])
_LAST = st.sampled_from([None, "Jansen", "Janssen", "de Vries", "Vries-Bakker", "Jansen jr.", "Jansen sr.", "Li"])
_EMAIL = st.sampled_from(
    [
        None,
        "jan@mail.example",
        "j.jansen@groot.example",
        "info@groot.example",
        "fam.jansen@ziggo.nl",
        "jan@mial.example",
    ]
)
_PHONE = st.sampled_from([None, "06-21345678", "+31 6 21345678", "030-2345678", "0600000000", "06-21345687"])
_REST = st.tuples(
    st.sampled_from([None, "Groot BV", "Groot", "Klein", "n/a"]),
    st.sampled_from([None, "Kerkstraat 1", "Kerkstr. 1", "Laan 3"]),
    st.sampled_from([None, "Utrecht", "Zeist"]),
    st.sampled_from([None, "3511 AB", "3511ab", "3701 AA"]),
)


@st.composite
def people(draw: st.DrawFn, record_id: str = "x") -> Person:
    return Person(record_id, draw(_FIRST), draw(_LAST), draw(_EMAIL), draw(_PHONE), *draw(_REST))


def numbered(candidates: list[Person]) -> list[Person]:
    return [replace(one, id=f"00Q{number}") for number, one in enumerate(candidates)]


@given(people(), st.lists(people(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(
    person: Person, candidates: list[Person], shuffler: random.Random
) -> None:
    candidates = numbered(candidates)
    shuffled = list(candidates)
    shuffler.shuffle(shuffled)
    assert decide(person, shuffled) == decide(person, candidates)


@given(people(), people())
def test_scores_and_keys_are_symmetric(one: Person, other: Person) -> None:
    assert pair_score(one, other) == pair_score(other, one)
    assert shared_keys(one, other) == shared_keys(other, one)


@given(people(), people())
def test_of_two_people_either_may_be_the_new_one(one: Person, other: Person) -> None:
    there, back = decide(one, [other]), decide(other, [one])
    assert (there.outcome, there.score, there.evidence.guards) == (back.outcome, back.score, back.evidence.guards)


@given(people(), st.lists(people(), min_size=1, max_size=5), people())
def test_another_rival_never_turns_a_hold_into_an_update(
    person: Person, candidates: list[Person], rival: Person
) -> None:
    """A rival: it fits no better than whom the person is held against, and is nobody sure by itself."""
    candidates, rival = numbered(candidates), replace(rival, id="00Q99")
    before, alone = decide(person, candidates), decide(person, [rival])
    if before.outcome == "hold" and alone.outcome != "update":
        assert decide(person, [*candidates, rival]).outcome != "update"


@given(people(), st.lists(people(), max_size=6))
def test_an_update_has_no_guards_and_a_hold_says_why(person: Person, candidates: list[Person]) -> None:
    decision = decide(person, numbered(candidates))
    assert bool(decision.evidence.guards) == (decision.outcome == "hold")
    assert decision.outcome == "create" or decision.candidate_id is not None


_ANYTHING = st.none() | st.text(max_size=60) | st.text(alphabet="aA1@.,;-+' \u0301\u202e\x00٣", max_size=30)
_ANYBODY = st.builds(Person, st.text(max_size=3), *[_ANYTHING] * 9)


@given(_ANYBODY, st.lists(_ANYBODY, max_size=4))
def test_no_text_stops_a_decision(person: Person, candidates: list[Person]) -> None:
    decision = decide(person, candidates)
    assert decision.outcome in {"create", "update", "hold"}
    assert all(isinstance(text, str) for text in decision.as_texts().values())


@given(_ANYBODY)
def test_whoever_is_known_by_nothing_is_not_even_known_as_themselves(person: Person) -> None:
    blank = replace(person, email=None, phone=None, company=None, street=None, city=None, postcode=None)
    assert decide(blank, [replace(blank, id="1")]).outcome != "update"
