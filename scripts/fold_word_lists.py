"""Makes the one file that the matcher reads of the word lists in shared/matching/data (`make word-lists`).

The lists are for people: with capitals, accents, comments and a licence each. Folding their thousands of words costs
more than all else that a first decision does, so that is done here.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from shared.matching.word_files import FOLDED
from shared.matching.word_lists import company_words
from shared.values.cleaning import folded

_HEAD = """\
# Source: made by `make word-lists` of the lists beside it, folded. Change those, not this.
# Licence: each list's own, as its head says; that of the English nicknames is in LICENSE-nicknames_english.
"""
_NAMES = ("given_names.txt", "given_names_more.txt")
_NICKNAMES = ("nicknames_english.txt", "nicknames.txt")
_DOMAINS = ("free_mail_domains.txt", "placeholder_domains.txt")
_LEGAL = ("legal_prefixes.txt", "legal_suffixes.txt")


def folded_lists(data: Path = FOLDED.parent) -> str:
    sources = {path.stem: path for path in sorted(data.iterdir()) if path.suffix in {".txt", ".csv"}}
    nicknames = _nicknames(line for name in _NICKNAMES for line in _lines(data / name))
    names = {folded(line) for name in _NAMES for line in _lines(data / name)}
    sections = {
        "nicknames": [f"{name}:{groups}" for name, groups in sorted(nicknames.items())],
        "given_names": sorted(names - nicknames.keys()),
    }
    for name, path in sources.items():
        if path.name not in {*_NAMES, *_NICKNAMES}:
            sections[name] = list(dict.fromkeys(map(_folding(path), _lines(path))))
    return _HEAD + "".join(f"\n[{name}]\n" + "".join(f"{line}\n" for line in sections[name]) for name in sections)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line and line[0] != "#"]


def _folding(path: Path) -> Callable[[str], str]:
    if path.name in _DOMAINS:
        return str.lower
    if path.name in _LEGAL:
        return lambda line: " ".join(company_words(line))
    return lambda line: ",".join(map(folded, line.split(",")))


def _nicknames(lines: Iterable[str]) -> dict[str, str]:
    """A name's groups. A line `Full: forms` makes a group called after its full name; a line `Full > forms` makes one
    for each form, so that two forms don't meet."""
    groups: dict[str, dict[str, None]] = {}
    for line in lines:
        full, is_apart, forms = line.partition(" > ")
        if not is_apart:
            full, _, forms = line.partition(": ")
            groups.setdefault(folded(full), {})[folded(full)] = None
        for form in map(folded, forms.split()):
            members = (folded(full), form) if is_apart else (form,)
            for name in members:
                groups.setdefault(name, {})[f"{folded(full)}/{form}" if is_apart else folded(full)] = None
    return {name: " ".join(found) for name, found in groups.items()}


if __name__ == "__main__":
    FOLDED.write_text(folded_lists(), "utf-8")
