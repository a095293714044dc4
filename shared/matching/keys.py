"""Blocking keys: what two people must have in common to be compared at all, since nobody compares with a whole org."""

from shared.matching.facts import Facts
from shared.matching.person import Person


def shared_keys(one: Person, other: Person, *, country: str = "NL") -> tuple[str, ...]:
    """The kinds of the keys that both have."""
    return keys_in_common(Facts(one, country), Facts(other, country))


def keys_in_common(one: Facts, other: Facts) -> tuple[str, ...]:
    same_last = bool(one.name.family_spellings & other.name.family_spellings)
    shared = {
        "email": bool({box.address for box in one.mailboxes} & {box.address for box in other.mailboxes}),
        "phone": bool(({number.e164 for number in one.numbers} & {number.e164 for number in other.numbers}) - {None}),
        "full_name": same_last and bool(one.name.given_spellings & other.name.given_spellings),
        "name_and_postcode": same_last and one.postcode == other.postcode != "",
        "name_and_company": same_last and one.company_start == other.company_start != "",
    }
    return tuple(kind for kind, is_shared in shared.items() if is_shared)
