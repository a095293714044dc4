"""Writes shared/data/nickname_initials.json: by which other initials a given name's forms are known.

Run it from the project's folder after a change of the nicknames in shared/matching/data/; a test says when.
The table is made beforehand because the intake needs nothing else of the matcher, which costs a cold start 70 ms.
"""

import json
from collections.abc import Mapping
from pathlib import Path

TABLE = Path(__file__).parents[1] / "shared" / "data" / "nickname_initials.json"


def made_of(groups: Mapping[str, frozenset[str]]) -> str:
    """One name a line. `groups` are those of shared.matching.word_lists."""
    initials: dict[str, set[str]] = {}
    for name in groups:
        for group in groups[name]:
            initials.setdefault(group, set()).add(name[0])
    others = {name: set().union(*(initials[group] for group in groups[name])) - {name[0]} for name in groups}
    table = {name: "".join(sorted(found)) for name, found in sorted(others.items()) if found}
    source = "nicknames.txt and nicknames_english.txt of shared/matching/data, with their licences"
    return json.dumps({"source": source, "initials": table}, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    from shared.matching.word_lists import nickname_groups

    TABLE.write_text(made_of(nickname_groups()), "utf-8")
