"""Each guard keeps two people apart who look like one, and nothing else does: switched off, they would be merged."""

from dataclasses import dataclass, field

import pytest

from shared.matching import Person, decide, default_config

SANNE = Person(
    "new",
    "Sanne",
    "de Vries",
    "sanne@devries.example",
    "06-21345678",
    "Rijwielhuis Bakker",
    "Kerkstraat 12",
    "Utrecht",
    "3511 AB",
)


@dataclass(frozen=True)
class Case:
    """Whom the guard stops: somebody new, and whom they would be merged with."""

    person: Person
    org: list[Person] = field(default_factory=list)


CASES = {
    "first_names_differ": Case(
        Person("new", "Marie", "Jansen", "jansen@ziggo.example", "030-2345679", None, "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Maria", "Jansen", "jansen@ziggo.example", "030-2345679", None, "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "last_names_differ": Case(
        Person("new", "Eva", "Smit", "eva@mail.example", "06-21345678", "Bloem BV", "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Eva", "Bakker", "eva@mail.example", "06-21345678", "Bloem", "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "generations_differ": Case(
        Person("new", "Jan", "Jansen jr.", "jan@ziggo.example", None, None, "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Jan", "Jansen sr.", "jan@ziggo.example", None, None, "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "generation_missing": Case(
        Person("new", "Jan", "Jansen jr.", "jan@ziggo.example", None, None, "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Jan", "Jansen", "jan@ziggo.example", None, None, "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "name_missing": Case(
        Person("new", None, "Jansen", "bakkerij@ziggo.example", "030-2345679", None, "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Jan", "Jansen", "bakkerij@ziggo.example", "030-2345679", None, "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "role_mailbox": Case(
        Person("new", "J.", "de Vries", "info@bakker.example", "06-48812790", "Bakker BV"),
        [Person("1", "Jan", "de Vries", "info@bakker.example", "06-48812790", "Bakker")],
    ),
    "shared_contact_point": Case(
        Person("new", "Jan", "Jansen", "jansen@ziggo.example"),
        [
            Person("1", "J.", "Jansen", "jansen@ziggo.example"),
            Person("2", "Truus", "Jansen", "jansen@ziggo.example"),
        ],
    ),
    "names_only_alike": Case(
        Person("new", "J.", "Jansen", "j.jansen@ziggo.example"),
        [Person("1", "Jana", "Janssen", "j.jansen@ziggo.example")],
    ),
    "no_personal_identifier": Case(
        Person("new", "Jan", "Bos", "jan@mail.example", "06-21345678", None, "Dorpsweg 3", "Zeist", "3701 AA"),
        [Person("1", "Jan", "Bos", "bos@post.example", "06-48812790", None, "Dorpsweg 3", "Zeist", "3701 AA")],
    ),
    "household_names_alike": Case(
        Person("new", "Bob", "Smith", "smith@mail.example", None, None, "12 High Street", "Leeds", "LS7 4WE", "UK"),
        [Person("1", "Robert", "Smith", "smith@mail.example", None, None, "12 High Street", "Leeds", "LS7 4WE", "UK")],
    ),
    "rival": Case(
        Person("new", "Jan", "de Vries", "jan@mail.example", "06-21345678"),
        [
            Person("1", "Jan", "de Vries", "jan@mail.example", "06-48812790"),
            Person("2", "Jan", "de Vries", "jdv@post.example", "06-21345678"),
        ],
    ),
}


def test_every_guard_has_a_case() -> None:
    assert set(CASES) == default_config().guards


@pytest.mark.parametrize("guard", CASES)
def test_a_guard_stops_an_automatic_update(guard: str) -> None:
    case = CASES[guard]
    assert decide(case.person, case.org).outcome != "update"


@pytest.mark.parametrize("guard", CASES)
def test_without_the_guard_they_would_be_merged(guard: str) -> None:
    """Else the guard would be there for nothing, or another would hide that it is broken."""
    case = CASES[guard]
    assert decide(case.person, case.org, config=default_config().without(guard)).outcome == "update"


@pytest.mark.parametrize(
    "guard", sorted(set(CASES) - {"first_names_differ", "last_names_differ", "generations_differ"})
)
def test_what_is_held_says_which_guard_it_was(guard: str) -> None:
    case = CASES[guard]
    decision = decide(case.person, case.org)
    assert decision.outcome == "hold"
    assert guard in decision.evidence.guards


def test_without_any_doubt_there_is_no_guard() -> None:
    decision = decide(SANNE, [Person("1", "Sanne", "de Vries", "sanne@devries.example")])
    assert (decision.outcome, decision.candidate_id, decision.evidence.guards) == ("update", "1", ())
