"""What names, mailboxes, companies and streets are made of. The lists stand in data/, each with its source and licence:
after changing one, run `make word-lists`.

All keys are folded as `shared.values.cleaning.folded` does, but those of domains: they are lower case with their dots.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from shared.matching.streets import street_key, street_words
from shared.matching.word_files import keys_of, lines_of, values_of
from shared.values.cleaning import folded

__all__ = [
    "company_core",
    "company_words",
    "family_words",
    "free_mail_domains",
    "generations",
    "given_names",
    "is_household_mailbox",
    "is_role_mailbox",
    "legal_prefixes",
    "legal_suffixes",
    "nickname_groups",
    "particles",
    "placeholder_companies",
    "placeholder_domains",
    "placeholder_mailboxes",
    "placeholder_names",
    "placeholders",
    "role_mailboxes",
    "street_key",
    "street_words",
    "suffix_titles",
    "titles",
]

_ARTICLES: Final = frozenset({"the", "de", "het"})
_BETWEEN_WORDS: Final = str.maketrans(dict.fromkeys("/\\,;:()[]-–—&+|_", " "))
_PERSONS_TOO: Final = frozenset(
    {
        *("hr", "pr", "it", "ap", "ar", "rh", "pz", "gf", "lab", "post", "bar", "web", "mail", "root", "desk", "board"),
        *("care", "school", "schule", "kerk", "kirche", "winkel", "laden", "garage", "hotel", "stage", "general"),
        *("legal", "editor", "quality", "stadt", "scuola", "loja", "store", "shop", "pers", "schade", "bouw", "parish"),
        *("fleet", "dons", "kita", "corsi", "tesoriere", "kassa", "kassier", "portier", "cv", "sac", "pec", "rdv"),
        *("foh", "bso", "ops", "gerant", "kurs", "status", "drift", "termin", "mieter", "schaden", "jugend"),
    }
)
"""Role words that are also a title (`hr.smit` is Mr Smit), initials or a family name (`van.kerk`): beside another word
they mark a mailbox of a team only if that word is a role or a place too (`hr-nl`)."""
_AND: Final = frozenset({"en", "and", "und", "et", "och", "og", "ja", "y", "e", "i", "ve"})
_LINKS: Final = ("en", "and", "und", "et", "och")
"""Between two names in one word; the shorter ones stand in too many names."""
_HOUSE: Final = ("familie", "family", "famille", "familia", "famiglia", "rodzina")


# --- people ------------------------------------------------------------------------------------------------------


@cache
def nickname_groups() -> Mapping[str, frozenset[str]]:
    """A given name's groups: two names can be one person's where their groups meet."""
    return _Split(values_of("nicknames"))


class _Split(Mapping[str, frozenset[str]]):
    """Texts, taken apart when asked for: thousands of sets cost a start more time than all other lists."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __getitem__(self, key: str) -> frozenset[str]:
        return frozenset(self._texts[key].split())

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


@cache
def given_names() -> frozenset[str]:
    """Known given names, nicknames among them: what isn't here may be a typing error."""
    return keys_of("given_names").union(nickname_groups())


@cache
def particles() -> frozenset[str]:
    return keys_of("particles")


@cache
def titles() -> frozenset[str]:
    """Those in front of a name."""
    return keys_of("titles")


@cache
def suffix_titles() -> frozenset[str]:
    """Those after a name."""
    return keys_of("suffix_titles")


@cache
def generations() -> Mapping[str, str]:
    """To "junior", "senior", "2", "3" or "4"."""
    return MappingProxyType(dict(line.split(",") for line in lines_of("generations")))


# --- values that say nothing -------------------------------------------------------------------------------------


@cache
def placeholders() -> frozenset[str]:
    """In any field. What folds to nothing (`-`, `...`) isn't listed: ask for that too."""
    return keys_of("placeholders")


@cache
def placeholder_names() -> frozenset[str]:
    """As a given or a family name. One letter is an initial."""
    return keys_of("placeholders", "placeholder_names")


@cache
def placeholder_companies() -> frozenset[str]:
    return keys_of("placeholders", "placeholder_companies")


@cache
def placeholder_mailboxes() -> frozenset[str]:
    return keys_of("placeholder_mailboxes")


@cache
def placeholder_domains() -> frozenset[str]:
    return keys_of("placeholder_domains")


# --- mailboxes ---------------------------------------------------------------------------------------------------


@cache
def free_mail_domains() -> frozenset[str]:
    return keys_of("free_mail_domains")


@cache
def role_mailboxes() -> frozenset[str]:
    return keys_of("role_mailboxes")


@cache
def _role_qualifiers() -> frozenset[str]:
    return keys_of("role_qualifiers")


@cache
def family_words() -> frozenset[str]:
    return keys_of("family_words")


def is_role_mailbox(local_part: str) -> bool:
    """A mailbox that several people read: `info2`, `sales.europe`, `klanten-service`; not `sales.jan` nor `hr.smit`."""
    words = _mailbox_words(local_part)
    if "".join(words) in role_mailboxes():
        return True
    roles = [word for word in words if word in role_mailboxes()]
    if roles and all(word in role_mailboxes() or word in _role_qualifiers() for word in words):
        return True
    ends = {words[0], words[-1]} if words else set()
    return any(
        end in role_mailboxes()
        and end not in _PERSONS_TOO
        and not _names_somebody(word for word in words if word != end)
        for end in ends
    )


def _names_somebody(words: Iterator[str]) -> bool:
    return any(len(word) == 1 or word in given_names() for word in words)


def is_household_mailbox(local_part: str) -> bool:
    """A mailbox that a family shares: `fam.jansen`, `familiejansen`, `jan.en.marie`, `janenmarie`."""
    words = _mailbox_words(local_part)
    if any(end in family_words() for end in (*words[:1], *words[-1:])):
        return True
    if len(words) == 1:
        return _is_household_word(words[0])
    return any(
        middle in _AND and before in given_names() and after in given_names()
        for before, middle, after in zip(words, words[1:], words[2:], strict=False)
    )


def _is_household_word(word: str) -> bool:
    if word in given_names():
        return False
    # Famke and famous start with fam too; a family name of four letters or more makes it a household's.
    if word.startswith(_HOUSE) or word.endswith(_HOUSE) or (word.startswith("fam") and len(word) >= 8):
        return True
    # Johnson is not John and Son, nor is sanderson, who is S. Anderson.
    if word in _family_names() or word[1:] in _family_names():
        return False
    return any(word[:at] in given_names() and _is_second_of_two(word[at:]) for at in range(3, len(word) - 2))


def _is_second_of_two(word: str) -> bool:
    """Of `janmarie` and `janenmarie`; not of `peterwolf` and `susanmartin`, where it is one person's last name."""
    if word in given_names() and word not in _family_names():
        return True
    return any(word.startswith(link) and word[len(link) :] in given_names() for link in _LINKS)


@cache
def _family_names() -> frozenset[str]:
    """Those that are given names too, or look like two."""
    return keys_of("family_names")


def _mailbox_words(local_part: str) -> list[str]:
    """Without sub-address, digits and signs."""
    letters = (letter if letter.isalpha() else " " for letter in local_part.partition("+")[0])
    return [folded(word) for word in "".join(" " if one.isdigit() else one for one in letters).split()]


# --- companies ---------------------------------------------------------------------------------------------------


@cache
def legal_suffixes() -> frozenset[tuple[str, ...]]:
    """At the end of a company's name, word by word."""
    return frozenset(tuple(line.split()) for line in lines_of("legal_suffixes"))


@cache
def legal_prefixes() -> frozenset[tuple[str, ...]]:
    """At the start of a company's name, word by word."""
    return frozenset(tuple(line.split()) for line in lines_of("legal_prefixes"))


def company_words(name: str) -> tuple[str, ...]:
    return tuple(word for word in map(folded, name.translate(_BETWEEN_WORDS).split()) if word)


def company_core(name: str) -> tuple[str, ...]:
    """The words of a company's name without legal form and article; all of them where nothing else would be left, and
    the name as it is where it holds no letter."""
    words = company_words(name) or tuple(name.casefold().split())
    core = words[1:] if words[:1] and words[0] in _ARTICLES else words
    while core:
        end = next((size for size in range(len(core), 0, -1) if core[-size:] in legal_suffixes()), 0)
        start = 0 if end else next((size for size in range(len(core), 0, -1) if core[:size] in legal_prefixes()), 0)
        if not end and not start:
            return core
        core = core[start : len(core) - end]
    return words
