"""What forbids an automatic update however much else agrees. Each is a way in which scores alone merged two people."""

from collections.abc import Mapping
from typing import Final

from shared.cleaning import folded
from shared.matching import word_lists
from shared.matching.compare import DIFFERENT, UNKNOWN
from shared.matching.facts import Facts
from shared.matching.names import Name

NAMES_DIFFER: Final = frozenset({"first_names_differ", "last_names_differ"})
NAME_GUARDS: Final = NAMES_DIFFER | {"generations_differ"}
"""Who trips one of these is taken for somebody else, not for a doubtful case."""
_POINT_AT_OTHERS: Final = frozenset({DIFFERENT, "company_domain", "same_local"})
"""E-mail addresses that say: two people, or one with two mailboxes."""
_HINTS: Final = frozenset({"typo", "role"})
_TWO_NAMES: Final = frozenset({DIFFERENT, "alike"})
_ELSE: Final = ("phone", "company", "street", "city", "postcode")
_ALIKE_NAMES: Final = frozenset({"nickname", "similar", "subset", "initial"})
_ALIKE: Final = frozenset({"exact", "close"})
_NEEDED_FACTS: Final = 2
"""Of company, street and place, for a human to look at."""

type Levels = Mapping[str, str]


def guards_of(one: Facts, other: Facts, levels: Levels) -> frozenset[str]:
    """Of a pair alone; `rival` and `shared_contact_point` depend on the other candidates."""
    by_name = name_guards_of(one, other, levels)
    if by_name >= NAMES_DIFFER:
        return by_name  # nothing else matters any more
    tripped = {
        "generation_missing": _generation_is_missing(one, other),
        "name_missing": _name_is_missing(one, other, levels),
        "role_mailbox": levels["email"] == "role" and not _is_namesake_with_mobile(levels),
        "no_personal_identifier": not has_identifier(levels),
        "household_names_alike": levels["first_name"] in _ALIKE_NAMES and _is_one_household(one, other, levels),
        "names_only_alike": _names_are_only_alike(one, other, levels),
    }
    return by_name | {name for name, is_tripped in tripped.items() if is_tripped}


def name_guards_of(one: Facts, other: Facts, levels: Levels) -> frozenset[str]:
    """Of NAME_GUARDS: most candidates trip one, and need no other."""
    first_differs, last_differs = levels["first_name"] in _TWO_NAMES, levels["last_name"] == DIFFERENT
    if first_differs and last_differs:
        return NAMES_DIFFER
    tripped = {"first_names_differ"} if first_differs else {"last_names_differ"} if last_differs else set()
    return frozenset(tripped | {"generations_differ"} if _generations_differ(one, other) else tripped)


def _names_are_only_alike(one: Facts, other: Facts, levels: Levels) -> bool:
    """J. Novák and Jana Nováková; Hassan Ahmed and Ahmed Hassan; two first names that no list has."""
    if levels["email"] == levels["phone"] == "exact":
        return False
    match levels["first_name"]:
        case "swapped":
            return one.name.words <= word_lists.given_names()
        case "similar":
            return not _bears_a_first_name(one, other)
        case first:
            return first in _ALIKE_NAMES and levels["last_name"] == "similar"


def _bears_a_first_name(one: Facts, other: Facts) -> bool:
    given = [word for name in (one.name, other.name) for word in name.given[:1] if len(word) > 2]
    return any(word in folded(box.local) for word in given for box in one.mailboxes)


def has_identifier(levels: Levels) -> bool:
    """A personal e-mail address or mobile number in common; of namesakes whom nothing else tells apart, a mistyped
    address will do."""
    return levels["email"] == "exact" or levels["phone"] == "exact" or _is_typo_alone(levels)


def _is_typo_alone(levels: Levels) -> bool:
    is_namesake = levels["first_name"] == levels["last_name"] == "exact"
    return levels["email"] == "typo" and is_namesake and not any(levels[field] == DIFFERENT for field in _ELSE)


def _is_namesake_with_mobile(levels: Levels) -> bool:
    """Then the team's mailbox beside it says nothing more."""
    return levels["phone"] == levels["first_name"] == levels["last_name"] == "exact"


def shares_contact_point(levels: Levels) -> bool:
    """A mailbox or number in common, be it a family's."""
    return levels["email"] == "exact" or levels["phone"] in {"exact", "landline"}


def facts_in_common(levels: Levels) -> int:
    """Of company, street, landline and place."""
    place = levels["postcode"] == "exact" or (levels["postcode"] == UNKNOWN and levels["city"] == "exact")
    return sum(levels[field] in {"exact", "close", "landline"} for field in ("company", "street", "phone")) + place


def has_enough_facts(levels: Levels) -> bool:
    """Without the phone."""
    return facts_in_common(levels) - (levels["phone"] == "landline") >= _NEEDED_FACTS


def is_worth_a_look(one: Facts, other: Facts, levels: Levels) -> bool:
    """Whether namesakes may be one: they share more than a town, or nothing says that they are two."""
    if shares_contact_point(levels) or levels["email"] in _HINTS:
        return True
    if _generation_is_missing(one, other) and points_at_two(one, other, levels):
        return False  # who writes jr. and has another mailbox or number is the son
    if levels["company"] in _ALIKE or levels["street"] in _ALIKE:
        return True
    return facts_in_common(levels) > 0 and not points_at_two(one, other, levels)


def points_at_two(one: Facts, other: Facts, levels: Levels) -> bool:
    """A landline beside a mobile number is no contradiction: most people have both."""
    if levels["email"] in _POINT_AT_OTHERS:
        return True
    return levels["phone"] == DIFFERENT and bool(_kinds(one) & _kinds(other))


def _kinds(facts: Facts) -> set[bool]:
    return {number.is_landline for number in facts.numbers}


def _is_one_household(one: Facts, other: Facts, levels: Levels) -> bool:
    """A roof or a line in common, or one mailbox and two mobile numbers."""
    if levels["email"] == levels["phone"] == "exact" or not shares_contact_point(levels):
        return False
    if levels["first_name"] == "initial" and levels["email"] == "exact" and _bears_a_first_name(one, other):
        return False  # J. who writes from jeroen.veenstra@ is Jeroen
    has_two = levels["phone"] == DIFFERENT and bool(_kinds(one) & _kinds(other))
    return has_two or levels["street"] == "exact" or levels["phone"] == "landline"


def _generations_differ(one: Facts, other: Facts) -> bool:
    here, there = one.name.generation, other.name.generation
    return bool(here and there) and here != there


def _generation_is_missing(one: Facts, other: Facts) -> bool:
    """Jan Jansen jr. has a father, who seldom writes `sr.`."""
    return (one.name.generation == "") != (other.name.generation == "")


def _name_is_missing(one: Facts, other: Facts, levels: Levels) -> bool:
    """Where one lacks a first name, only a mailbox that bears the other's tells the members of a family apart."""
    if levels["last_name"] == UNKNOWN:
        return True
    if levels["first_name"] != UNKNOWN:
        return False
    if levels["email"] != "exact" or levels["last_name"] not in {"exact", "subset"}:
        return True
    named = one.name if one.name.given else other.name
    return bool(named.given) and not any(_is_called_after(box.local, named) for box in one.mailboxes)


def _is_called_after(local: str, name: Name) -> bool:
    """`jan.devries` and `jdevries` are Jan de Vries's own, `devries` may be his family's."""
    given, family = name.given[0], "".join(name.family)
    if folded(local) in name.family_spellings:
        return False  # Peters is a family, though it begins with Peter
    by_first = len(given) >= 3 and local.startswith(given)
    return by_first or (len(family) >= 3 and local.startswith(given[0]) and family in local[1:])
