"""Keys that too many records share to say anything about one person: an exhibition's mailbox, a switchboard. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from shared.crm import GENERIC_AFTER, Key
from shared.matching import Person
from shared.matching.keys import KINDS, Keys, keys_of, several
from shared.values.email_address import same_mailbox
from shared.values.phone import to_e164


def without_generic(
    person: Person, candidates: Sequence[Person], known: Iterable[Key], *, country: str
) -> tuple[Person, list[Person], tuple[str, ...]]:
    """The person without an e-mail address or number that is generic, the candidates that something else found, and
    the kinds of the generic keys. `known` are those whose records the look-up has left out already.

    The generic value itself goes too: most of those who share it are not looked at any more, so for the one who is
    left it would look like their own.
    """
    left_out = frozenset(known)
    if len({one.id for one in candidates}) <= GENERIC_AFTER and not left_out:
        return person, list(candidates), ()
    theirs: dict[str, Keys] = {}
    for one in candidates:
        theirs[one.id] = theirs.get(one.id, frozenset()) | keys_of(one, country)
    own = keys_of(person, country)
    holders = Counter(key for keys in theirs.values() for key in keys & own)
    generic = {key for key in own if holders[key] > GENERIC_AFTER or left_out & {key, (key[0], "")}}
    if not generic and not left_out:
        return person, list(candidates), ()
    # Who shares no key was found for somebody else of the batch.
    left = [one for one in candidates if not theirs[one.id] & own or theirs[one.id] & (own - generic)]
    person = replace(
        person,
        email=_without(person.email, {value for kind, value in generic if kind == "email"}, same_mailbox),
        phone=_without(
            person.phone, {value for kind, value in generic if kind == "phone"}, partial(to_e164, country=country)
        ),
    )
    kinds = {kind for kind, _ in generic | left_out}
    return person, left, tuple(kind for kind in KINDS if kind in kinds)


def _without(text: str | None, generic: set[str], read: Callable[[str], str | None]) -> str | None:
    """Beside a switchboard's number, somebody's own mobile number still tells who they are."""
    return ";".join(one for one in several(text) if read(one) not in generic) or None
