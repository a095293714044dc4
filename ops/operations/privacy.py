"""A person's copy and erasure, step by step, without a screen."""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from ops.errors import OpsError, usage
from ops.operations.filters import parse_ids
from ops.operations.privacy_function import PrivacyFunction
from shared.privacy.erasing import Found
from shared.privacy.subject import THEIRS
from shared.record_ids import full_id
from shared.submission import Submission, timestamp

if TYPE_CHECKING:
    from shared.aws.person_rows import PersonRows

EXPORT_FORMAT: Final = 1
_OUR_OWN: Final = {"person_keys", "fingerprint", "claim"}
"""Keys and marks for the machinery, which say nothing of a person."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`erase` are the rows that go; `erased` went before, perhaps in a run that was cut off; `others` stay. `keep` also
    has what is in the org alone: a Lead, or the submission that it came from."""

    erase: tuple[Found, ...]
    erased: tuple[Found, ...]
    others: tuple[Found, ...]
    keep: tuple[str, ...] = ()

    @property
    def submission_ids(self) -> list[str]:
        """Of all whose traces are looked for."""
        return [one.submission_id for one in (*self.erase, *self.erased)]

    @property
    def stays(self) -> list[str]:
        """What nobody said of that it shall."""
        return [one.submission_id for one in self.others if one.submission_id not in self.keep]


def parse_kept(texts: Iterable[str]) -> tuple[str, ...]:
    """Ids of submissions, and of Leads in 18 characters. Raises OpsError."""
    return tuple(dict.fromkeys(full_id(text.strip()) or parse_ids([text])[0] for text in texts))


def choose(found: Iterable[Found], *, also: Sequence[str] = (), keep: Sequence[str] = ()) -> Chosen:
    """`also`: others' rows that an operator has looked at; `keep`: what shall stay. Raises OpsError."""
    found = list(found)
    if missing := set(also) - {one.submission_id for one in found}:
        raise _not_theirs(min(missing))
    if both := set(also) & set(keep):
        raise usage(f"{min(both)} is given with --also and with --keep.")
    goes = {one.submission_id for one in found if one.relation in THEIRS or one.submission_id in also} - set(keep)
    return Chosen(
        tuple(one for one in found if one.submission_id in goes and one.relation != "erased"),
        tuple(one for one in found if one.submission_id not in keep and one.relation == "erased"),
        tuple(one for one in found if one.submission_id not in goes and one.relation != "erased"),
        tuple(keep),
    )


def expect_kept(function: PrivacyFunction, chosen: Chosen, found: Iterable[Found], *, salesforce: bool) -> None:
    """Before anything is done: what shall be kept is known, if not as a row, then in the org. Raises OpsError."""
    missing = set(chosen.keep) - {one.submission_id for one in found}
    if missing and salesforce:
        for part in function.look(chosen.submission_ids):
            missing -= {*part["submissions"], *part["submissions"].values()}
            missing -= {str(one[name]) for one in part["left"] for name in ("record_id", "submission_id")}
    if missing:
        raise _not_theirs(min(missing))


def _not_theirs(one: str) -> OpsError:
    return usage(f"{one} has nothing to do with this person: it is not among what was found.")


@dataclass
class Erasure:
    """What was done. `stays`: rows that have to do with the person. ISO times, '' where all is done:
    `look_again_after` for what may still reach Salesforce, `letters_hidden_until` for dead letters that were not found.
    """

    audit_id: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)
    dead_letters: int = 0
    taught_entries: int = 0
    leads: int = 0
    tasks: int = 0
    left: list[dict[str, Any]] = field(default_factory=list)
    stays: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    look_again_after: str = ""
    letters_hidden_until: str = ""

    @property
    def not_erased(self) -> list[dict[str, Any]]:
        return [one for one in self.rows if one["result"] not in {"erased", "already_erased", "unknown"}]

    @property
    def is_done(self) -> bool:
        return not (self.look_again_after or self.letters_hidden_until or self.refused or self.not_erased)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows": sum(bool(one["changed"]) for one in self.rows),
            "dead_letters": self.dead_letters,
            "taught_entries": self.taught_entries,
            "leads": self.leads,
            "tasks": self.tasks,
            "left_for_people": len(self.left),
        }


def erase(
    function: PrivacyFunction,
    chosen: Chosen,
    *,
    also: Sequence[str],
    salesforce: bool,
    advance: Callable[[int], object],
) -> Erasure:
    """Raises OpsError, ClientError and BotoCoreError: then the same command goes on where this one ended."""
    done = Erasure(audit_id=function.begin("erase", salesforce=salesforce), stays=chosen.stays)
    for batch in function.erase(chosen.submission_ids, also):
        done.rows += batch
        advance(len(batch))
    letters = function.delete_letters(chosen.submission_ids) if chosen.submission_ids else []
    done.dead_letters = len(letters)
    done.taught_entries = function.forget()
    if salesforce:
        for part in function.delete(chosen.submission_ids, keep=chosen.keep):
            done.leads += part["leads"]
            done.tasks += part["tasks"]
            done.left += [one for one in part["left"] if one not in done.left]
            for code, count in part["refused"].items():
                done.refused[code] = done.refused.get(code, 0) + count
    done.look_again_after = max((one["look_again_after"] for one in done.rows), default="")
    missing = [one["letter_hidden_until"] for one in done.rows if one["submission_id"] not in letters]
    done.letters_hidden_until = max(missing, default="")
    function.end(done.audit_id, "done" if done.is_done else "unfinished", done.counts)
    return done


# --- a copy ----------------------------------------------------------------------------------------------


def export(function: PrivacyFunction, rows: "PersonRows", chosen: Chosen, *, salesforce: bool) -> dict[str, Any]:
    """All that is held of the person: rows in full, and the org's records. Of others' rows the ids only.

    A row that this release can't read is given as it is stored: it is the person's, too.
    """
    items = rows.get_many(one.submission_id for one in chosen.erase)
    read, as_stored = [], []
    for item in items.values():
        try:
            row = Submission.model_validate(item)
        except ValidationError:
            as_stored.append(_in_json({name: value for name, value in item.items() if name not in _OUR_OWN}))
        else:
            read.append(row.model_dump(mode="json", exclude_none=True, exclude=_OUR_OWN))
    copy: dict[str, Any] = {
        "format": EXPORT_FORMAT,
        "made_at": timestamp(datetime.now(UTC)),
        "submissions": read,
        **({"as_stored": as_stored} if as_stored else {}),
        "others": [{"submission_id": one.submission_id, "relation": one.relation} for one in chosen.others],
        "taught": function.taught(),
    }
    if salesforce:
        # Also of what was erased: a Lead may still be there.
        copy["salesforce"] = _records(function.look(chosen.submission_ids, everything=True))
    return copy


def _in_json(value: object) -> Any:
    """DynamoDB has numbers, sets and bytes that JSON has not."""
    match value:
        case Mapping():
            return {str(name): _in_json(one) for name, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_in_json(one) for one in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case str() | int() | float() | None:
            return value
        case _:
            return str(value)


def _records(answers: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """Each record once, by kind. Of Tasks with somebody else's words the ids."""
    by_kind: dict[str, dict[str, dict[str, Any]]] = {"leads": {}, "tasks": {}, "contacts": {}}
    others: dict[str, None] = {}
    for answer in answers:
        for kind, records in answer["records"].items():
            by_kind[kind] |= {str(one["Id"]): one for one in records}
        others |= dict.fromkeys(answer["other_tasks"])
    records = {kind: list(found.values()) for kind, found in by_kind.items()}
    return {**records, "other_tasks": [one for one in others if one not in by_kind["tasks"]]}


def counts_of(copy: dict[str, Any]) -> dict[str, int]:
    in_org = {kind: len(records) for kind, records in copy.get("salesforce", {}).items() if kind != "other_tasks"}
    as_stored = len(copy.get("as_stored", ()))
    return {"rows": len(copy["submissions"]) + as_stored, **({"as_stored": as_stored} if as_stored else {}), **in_org}


def expect_new(path: Path) -> None:
    """Before any work: an export is never written over a file. Raises OpsError."""
    if path.exists():
        raise usage(f"{path} is there already: an export overwrites nothing. Give another name.")
    if not path.parent.is_dir():
        raise usage(f"There is no folder {path.parent}.")


def write_private(path: Path, content: object) -> None:
    """A new file that nobody but its owner may read, or none at all. Raises OpsError."""
    text = json.dumps(content, ensure_ascii=False, indent=2)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise usage(f"{path} is there already: an export overwrites nothing. Give another name.") from None
    except OSError as error:
        raise OpsError(f"{path} can't be written ({type(error).__name__}).") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        raise OpsError(f"{path} can't be written ({type(error).__name__}).") from None
