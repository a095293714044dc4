"""What forbids an automatic update however much else agrees. Each is a way in which scores alone merged two people."""

import re
from collections.abc import Mapping
from typing import Final

from shared.matching import word_lists
from shared.matching.compare import NAMES_DIFFER
from shared.matching.config import DIFFERENT, UNKNOWN
from shared.matching.facts import Facts, Mailbox
from shared.matching.names import Name
from shared.values.cleaning import folded

NAME_GUARDS: Final = NAMES_DIFFER | {"generations_differ"}
"""Who trips one of these is taken for somebody else, not for a doubtful case."""
_NONE: Final = frozenset[str]()
_FIRST_DIFFERS: Final = frozenset({"first_names_differ"})
_LAST_DIFFERS: Final = frozenset({"last_names_differ"})
_POINT_AT_OTHERS: Final = frozenset({DIFFERENT, "company_domain", "same_local"})
"""E-mail addresses that say: two people, or one with two mailboxes."""
_HINTS: Final = frozenset({"typo", "close", "role"})
_TWO_NAMES: Final = frozenset({DIFFERENT, "alike"})
_ELSE: Final = ("phone", "company", "street", "city", "postcode")
_ALIKE_NAMES: Final = frozenset({"nickname", "similar", "subset", "initial"})
_ALIKE: Final = frozenset({"exact", "close"})
_FIRST_PART: Final = re.compile("[a-z]+")
_BORNE: Final = 3
"""Letters of a first name from which on an address can be said to bear it."""
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
        "no_personal_identifier": not (has_identifier(levels) or _is_at_one_desk(one, other, levels)),
        "household_names_alike": levels["first_name"] in _ALIKE_NAMES and _is_one_household(one, other, levels),
        "names_only_alike": _names_are_only_alike(one, other, levels),
    }
    return by_name | {name for name, is_tripped in tripped.items() if is_tripped}


def name_guards_of(one: Facts, other: Facts, levels: Levels) -> frozenset[str]:
    """Of NAME_GUARDS: most candidates trip one, and need no other."""
    first_differs, last_differs = levels["first_name"] in _TWO_NAMES, levels["last_name"] == DIFFERENT
    if first_differs and last_differs:
        return NAMES_DIFFER
    tripped = _FIRST_DIFFERS if first_differs else _LAST_DIFFERS if last_differs else _NONE
    return tripped | {"generations_differ"} if _generations_differ(one, other) else tripped


def _names_are_only_alike(one: Facts, other: Facts, levels: Levels) -> bool:
    """J. Novák and Jana Nováková; Hassan Ahmed and Ahmed Hassan; two first names that no list has."""
    if levels["email"] == levels["phone"] == "exact":
        return False
    match levels["first_name"]:
        case "swapped":
            return one.name.words <= word_lists.given_names()
        case "swapped_alike":
            return True
        case "similar":
            return not _bears_a_first_name(one, other)
        case first:
            # Jansen may have Janssen's old number.
            is_by_phone = levels["email"] != "exact"
            return levels["last_name"] == "similar" and (is_by_phone or first in _ALIKE_NAMES)


def _bears_a_first_name(one: Facts, other: Facts) -> bool:
    return any(_bears(box, name) for box in _in_common(one, other) for name in (one.name, other.name))


def _bears(box: Mailbox, name: Name) -> bool:
    return any(len(word) >= _BORNE and word in folded(box.local) for word in name.given[:1])


def _in_common(one: Facts, other: Facts) -> list[Mailbox]:
    return [box for box in one.mailboxes if box in other.mailboxes]


def mailbox_tells_apart(one: Facts, other: Facts) -> bool:
    """Of two known first names, the private address bears just one: the other wrote from somebody's mailbox. A mailbox
    at work is one colleague's, who may be called by another name."""
    names = (one.name, other.name)
    if not all(name.given and name.given[0] in word_lists.given_names() for name in names):
        return False
    private = [box for box in _in_common(one, other) if box.is_free]
    borne = [any(_bears(box, name) for box in private) for name in names]
    return borne[0] != borne[1]


def has_identifier(levels: Levels) -> bool:
    """A personal e-mail address or mobile number in common; of namesakes whom nothing else tells apart, a mistyped
    address will do."""
    return levels["email"] == "exact" or levels["phone"] == "exact" or _is_typo_alone(levels)


def _is_typo_alone(levels: Levels) -> bool:
    is_namesake = levels["first_name"] == levels["last_name"] == "exact"
    return levels["email"] == "typo" and is_namesake and not any(levels[field] == DIFFERENT for field in _ELSE)


def _is_at_one_desk(one: Facts, other: Facts, levels: Levels) -> bool:
    """The same full name at the same company and address, and nothing that says that there are two."""
    is_same = all(levels[field] == "exact" for field in ("first_name", "last_name", "company", "street", "postcode"))
    if not is_same or points_at_two(one, other, levels):
        return False
    # A family's own firm has father and son, and `Sales | Team` is nobody.
    if any(word in one.company for word in one.name.last.core) or word_lists.role_mailboxes() & one.name.words:
        return False
    return _is_explained(one) and _is_explained(other)


def _is_explained(facts: Facts) -> bool:
    """Each mailbox at a company by the name alone: `j.jansen2@` and `j.p.jansen@` say that it has another J. Jansen."""
    words = facts.name.words
    pieces = "|".join(sorted({*words, *(word[0] for word in words)}, key=len, reverse=True))
    own = re.compile(f"(?:(?:{pieces})[._-]?)+")
    return all(box.is_free or own.fullmatch(box.local) for box in facts.mailboxes)


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
    """A roof or a line in common, or one mailbox and two mobile numbers, or one mailbox with the name of just one."""
    if levels["email"] == levels["phone"] == "exact" or not shares_contact_point(levels):
        return False
    has_two = levels["phone"] == DIFFERENT and bool(_kinds(one) & _kinds(other))
    if levels["email"] == levels["company"] == "exact" and not has_two and _is_at_work(one, other):
        return False
    if levels["first_name"] == "initial" and levels["email"] == "exact" and _bears_a_first_name(one, other):
        return False  # J. who writes from jeroen.veenstra@ is Jeroen
    if levels["first_name"] == "initial" and _mailbox_is_anothers(one, other):
        return True
    if levels["first_name"] == "nickname" and levels["phone"] != "exact" and mailbox_tells_apart(one, other):
        return True
    return has_two or levels["street"] == "exact" or levels["phone"] == "landline"


def _mailbox_is_anothers(one: Facts, other: Facts) -> bool:
    """J. who writes from joke.devries@ is not Jan, and may be anybody where it is devries@."""
    families = one.name.last.spellings | other.name.last.spellings
    for box in _in_common(one, other):
        first = _FIRST_PART.match(box.local)
        if folded(box.local) in families:
            return True
        if first and len(first[0]) >= _BORNE and first[0] in word_lists.given_names() and first[0] not in families:
            return True
    return False


def _is_at_work(one: Facts, other: Facts) -> bool:
    """A mailbox at a company that bears more than the family's name: not a family's."""
    names = one.name.last.spellings | other.name.last.spellings
    return any(not box.is_free and folded(box.local) not in names for box in _in_common(one, other))


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
    if not named.given:
        return bool(one.person.first_name or other.person.first_name)  # Mevr. and Dhr. Jansen have one mailbox
    return not any(_is_called_after(box.local, named) for box in _in_common(one, other))


def _is_called_after(local: str, name: Name) -> bool:
    """`jan.devries` and `jdevries` are Jan de Vries's own, `devries` may be his family's."""
    given, family = name.given[0], "".join(name.family)
    if folded(local) in name.last.spellings:
        return False  # Peters is a family, though it begins with Peter
    by_first = len(given) >= 3 and local.startswith(given)
    return by_first or (len(family) >= 3 and local.startswith(given[0]) and family in local[1:])
