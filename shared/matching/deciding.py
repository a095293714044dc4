"""Create, update or hold: from a person and candidates to a decision. The order of the candidates does not matter.

read ▶ compare ▶ guard ▶ decide
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Final

from shared.matching.compare import FIELDS, NAMES_DIFFER, Levels
from shared.matching.config import UNKNOWN, MatchConfig, default_config
from shared.matching.decision import Decision, Evidence, FieldEvidence, Rival
from shared.matching.facts import Facts
from shared.matching.guards import (
    guards_of,
    has_enough_facts,
    has_identifier,
    is_worth_a_look,
    mailbox_tells_apart,
    name_guards_of,
    points_at_two,
    shares_contact_point,
)
from shared.matching.keys import shared_keys
from shared.matching.person import Person

_MOVE_TOGETHER: Final = ("company", "street", "city", "postcode")
"""Who takes another job or moves house changes several of these at once: that is one fact, not four."""
_THE_SAME: Final = frozenset({"exact", "landline"})
_SAME_FIRST: Final = frozenset({"initial", "exact", "nickname", "similar", "subset"})
"""Levels of a first name with which another last name may be a marriage."""


class _Pair:
    """The person beside one candidate. Guards are those that are switched on. All is found out when first asked for."""

    def __init__(self, mine: Facts, other: Facts, config: MatchConfig, levels: Mapping[str, str] | None = None) -> None:
        self.mine = mine
        self.other = other
        self.id = other.id
        self.config = config
        self.levels = levels or Levels(mine, other, config, in_full=False)
        tripped = name_guards_of(mine, other, self.levels)
        self.name_guards = tripped & config.guards if tripped else tripped
        self.is_somebody_else = bool(self.name_guards)

    @cached_property
    def score(self) -> float:
        return _score(self.levels, self.config)

    @cached_property
    def guards(self) -> frozenset[str]:
        return guards_of(self.mine, self.other, self.levels) & self.config.guards


def pair_score(one: Person, other: Person, *, country: str = "NL", config: MatchConfig | None = None) -> float:
    """Bits for how alike two people are, whatever the guards say. Symmetric."""
    config = config or default_config()
    return _score(Levels(Facts(one, country), Facts(other, country), config), config)


def decide(
    person: Person, candidates: Sequence[Person], *, country: str = "NL", config: MatchConfig | None = None
) -> Decision:
    """`country` (ISO) reads phone numbers that were written without a country code."""
    config = config or default_config()
    mine = Facts(person, country)
    pairs = _one_each((_Pair(mine, Facts(one, country), config) for one in candidates), config)
    likely = [pair for pair in pairs if _may_be(pair, config)]
    if likely:
        return _of_likely(likely, pairs, config)
    doubtful = [pair for pair in pairs if _needs_a_human(pair, pairs)]
    if not pairs:
        return Decision("create", evidence=Evidence(config=config.version))
    best = _best(doubtful or pairs)
    guards = best.guards if doubtful else frozenset[str]()
    evidence = _evidence(best, guards, [], config)
    return Decision("hold" if doubtful else "create", best.id, best.score, evidence)


def _score(compared: Mapping[str, str], config: MatchConfig) -> float:
    score = moved = 0.0
    all_bits = config.bits
    for field in FIELDS:
        if (level := compared[field]) != UNKNOWN:
            bits = all_bits[field][level]
            if bits < 0 and field in _MOVE_TOGETHER:
                moved += bits
            else:
                score += bits
    return score + max(moved, config.worst_move)


def _one_each(pairs: Iterable[_Pair], config: MatchConfig) -> list[_Pair]:
    """Views of a record are one; sorted by id, so that order can't matter."""
    pairs = list(pairs)
    if len({pair.id for pair in pairs}) == len(pairs):
        return sorted(pairs, key=lambda pair: pair.id)
    by_id: dict[str, list[_Pair]] = {}
    for pair in pairs:
        by_id.setdefault(pair.id, []).append(pair)
    return [views[0] if len(views) == 1 else _as_one(views, config) for _, views in sorted(by_id.items())]


def _as_one(views: Sequence[_Pair], config: MatchConfig) -> _Pair:
    """Each field as the view has it that agrees best; what one view contradicts, another's silence doesn't undo."""
    best = _best(views)
    told = {
        field: [view.levels[field] for view in views if view.levels[field] != UNKNOWN] or [UNKNOWN] for field in FIELDS
    }
    compared = {
        field: found[0] if len(found) == 1 else max(found, key=config.bits[field].__getitem__)
        for field, found in told.items()
    }
    # The names of one view, or Marie would be Jan by his old e-mail address.
    compared |= {name: best.levels[name] for name in ("first_name", "last_name")}
    return _Pair(best.mine, best.other, config, compared)


def _best(pairs: Sequence[_Pair]) -> _Pair:
    """By score, of those who aren't somebody else if there are any. The rest is a choice between equals that does not
    depend on their order."""
    most_likely = [pair for pair in pairs if not pair.is_somebody_else] or pairs
    highest = max(pair.score for pair in most_likely)
    equals = [pair for pair in most_likely if pair.score == highest]
    if len(equals) == 1:
        return equals[0]
    return max(equals, key=lambda pair: (-len(pair.guards), [pair.levels[field] for field in FIELDS]))


def _may_be(pair: _Pair, config: MatchConfig) -> bool:
    """Names alone are nobody's: there are too many namesakes for a human to look at."""
    if pair.is_somebody_else or pair.score < config.review:
        return False
    return is_worth_a_look(pair.mine, pair.other, pair.levels)


# --- somebody who may be the same ---------------------------------------------------------------------------------


def _of_likely(likely: Sequence[_Pair], pairs: Sequence[_Pair], config: MatchConfig) -> Decision:
    best = _best([pair for pair in likely if has_identifier(pair.levels)] or likely)
    same = [pair for pair in likely if pair is best or _are_one_person(pair, best, config)]
    others = [pair for pair in likely if pair not in same]
    if any(not _are_one_person(one, other, config) for one, other in combinations(same, 2)):
        # Whoever is like both of two people says nothing about which of them is meant.
        others += [pair for pair in same if pair is not best]
        same = [best]
    rivals = [pair for pair in others if _rivals(pair, best, pairs, config)]
    guards = _all_guards(best, rivals, pairs, config)
    if best.score >= config.accept and not guards:
        chosen = min((pair for pair in same if _is_sure(pair, pairs, config)), key=_preference)
        return Decision("update", chosen.id, chosen.score, _evidence(chosen, frozenset(), rivals, config))
    guards |= {"too_little"} if best.score < config.accept else set()
    return Decision("hold", best.id, best.score, _evidence(best, guards, rivals, config))


def _rivals(pair: _Pair, best: _Pair, pairs: Sequence[_Pair], config: MatchConfig) -> bool:
    """Whoever has nothing personal in common is no rival of somebody who has."""
    if has_identifier(best.levels) and not has_identifier(pair.levels):
        return False
    return pair.score >= best.score - config.margin or _is_sure(pair, pairs, config)


def _preference(pair: _Pair) -> tuple[int, str]:
    """Of several records of one person: by what identifies the person, then a Contact (003) before a Lead (00Q), then
    the oldest."""
    return -sum(pair.levels[field] == "exact" for field in ("email", "phone")), pair.id


def _all_guards(best: _Pair, rivals: Sequence[_Pair], pairs: Sequence[_Pair], config: MatchConfig) -> frozenset[str]:
    tripped = set(best.guards)
    if _is_known_by_shared_points_only(best, pairs):
        tripped.add("shared_contact_point")
    if rivals:
        tripped.add("rival")
    return frozenset(tripped & config.guards)


def _is_sure(pair: _Pair, pairs: Sequence[_Pair], config: MatchConfig) -> bool:
    return pair.score >= config.accept and not _all_guards(pair, [], pairs, config)


def _is_known_by_shared_points_only(best: _Pair, pairs: Sequence[_Pair]) -> bool:
    """What agrees of e-mail and phone stands on somebody else's record as well: a family's, or a company's.

    That is nothing against the same full name with the same mailbox, or with enough else.
    """
    agreeing = [field for field in ("email", "phone") if best.levels[field] in _THE_SAME]
    is_namesake = best.levels["first_name"] == best.levels["last_name"] == "exact"
    if not agreeing or (is_namesake and (best.levels["email"] == "exact" or has_enough_facts(best.levels))):
        return False
    others = [pair for pair in pairs if pair.is_somebody_else]
    return all(any(_agrees_as_much(pair, best, field) for pair in others) for field in agreeing)


def _agrees_as_much(other: _Pair, best: _Pair, field: str) -> bool:
    """Colleagues share a landline; that says nothing about the mobile number beside it."""
    return other.levels[field] == "exact" or other.levels[field] == best.levels[field] == "landline"


def _are_one_person(one: _Pair, other: _Pair, config: MatchConfig) -> bool:
    """Two records of the org, beside each other. With a mobile number each they may be father and son."""
    pair = _Pair(one.other, other.other, config)
    if pair.score < config.accept or pair.guards:
        return False
    return pair.levels["phone"] in {"exact", UNKNOWN} or not (_has_mobile(one.other) and _has_mobile(other.other))


def _has_mobile(facts: Facts) -> bool:
    return any(not number.is_landline for number in facts.numbers)


# --- somebody who is probably another ------------------------------------------------------------------------------


def _needs_a_human(pair: _Pair, pairs: Sequence[_Pair]) -> bool:
    """Where a name differs, only what belongs to one person makes it doubtful that these are two."""
    levels = pair.levels
    if "generations_differ" in pair.name_guards or pair.name_guards >= NAMES_DIFFER:
        return False
    if levels["first_name"] == UNKNOWN:
        # A whole name in one field, with an error in it.
        return has_identifier(levels) and bool(pair.mine.name.words & pair.other.name.words)
    if "last_names_differ" in pair.name_guards:
        return (levels["first_name"] in _SAME_FIRST and has_identifier(levels)) or _is_at_home(levels)
    if levels["first_name"] == "alike":
        is_doubtful = shares_contact_point(levels) or levels["email"] in {"typo", "close", "role"}
        return is_doubtful or (has_enough_facts(levels) and not points_at_two(pair.mine, pair.other, levels))
    if levels["phone"] == "exact":
        return levels["email"] == "exact" or not _is_seen_on_several(pairs, "phone")
    is_one_mailbox = levels["email"] == "exact" and not _is_seen_on_several(pairs, "email")
    return is_one_mailbox and not mailbox_tells_apart(pair.mine, pair.other)


def _is_at_home(levels: Mapping[str, str]) -> bool:
    """Somebody of this first name has this line: married, or somebody's namesake by marriage."""
    return levels["first_name"] == "exact" and levels["phone"] == "landline"


def _is_seen_on_several(pairs: Sequence[_Pair], field: str) -> bool:
    return len({pair.other.name.given for pair in pairs if pair.levels[field] == "exact"}) > 1


def _evidence(pair: _Pair, guards: frozenset[str] | set[str], rivals: Sequence[_Pair], config: MatchConfig) -> Evidence:
    return Evidence(
        fields=tuple(
            FieldEvidence(field, level, 0.0 if level == UNKNOWN else config.bits[field][level])
            for field in FIELDS
            for level in [pair.levels[field]]
        ),
        guards=tuple(sorted(guards)),
        keys=shared_keys(pair.mine.person, pair.other.person, country=pair.mine.country),
        rivals=tuple(Rival(rival.id, rival.score) for rival in rivals),
        config=config.version,
    )
