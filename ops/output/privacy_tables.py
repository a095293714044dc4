"""What an operator sees of a person's request: counts, ids and what to do; nothing personal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from ops.operations.privacy import Chosen, Erasure
from ops.output.cells import age, headed, plain
from shared.privacy.audit import Audit
from shared.privacy.erasing import Found
from shared.privacy.retention import Ending
from shared.privacy.tombstone import moment_in

RELATIONS: Final = {
    "address": "sent with this address",
    "phone": "sent with this number, without an address",
    "erased": "erased before",
    "several": "this address and something else in the field for it",
    "earlier_address": "sent with this address, which was edited since",
    "same_phone": "this number with another address",
    "mentioned": "the address or the number stands in a text",
}
LEFT: Final = {
    "converted": "a converted Lead: decide in Salesforce, with its Contact",
    "contact": "a Contact: decide in Salesforce; customers' records may have to stay",
    "not_ours": "not made by a form: decide in Salesforce",
    "merged_into": "a Lead of ours was merged into it: decide in Salesforce",
    "noted": "somebody else's, with a note about this person: look whether a field was filled",
    "kept": "--keep said so",
    "newer_submission": "of a submission that stays; give the command again if that one shall go too",
}
RESULTS: Final = {
    "erased": "erased",
    "already_erased": "was erased before",
    "unknown": "is gone",
    "not_theirs": "nothing done: it is not this person's any more",
    "changed_meanwhile": "nothing done: it changed meanwhile; give the same command again",
}


def plan(chosen: Chosen, now: datetime) -> Table:
    table = headed("Submission", "Form", "State", "Age", "How it was found", "With --yes", whole=())
    for one in chosen.erase:
        table.add_row(*_row(one, now), Text("erase", style="red"))
    for one in chosen.others:
        table.add_row(*_row(one, now), Text("stays; --also ID erases it", style="dim"))
    for one in chosen.erased:
        table.add_row(*_row(one, now), Text("traces of it are looked for", style="dim"))
    return table


def found(rows: Iterable[Found], now: datetime) -> Table:
    table = headed("Submission", "Form", "State", "Age", "How it was found", whole=())
    for one in rows:
        table.add_row(*_row(one, now))
    return table


def _row(one: Found, now: datetime) -> tuple[Text, ...]:
    received = moment_in(one.received_at)
    return (
        Text(plain(one.submission_id), style="bold", no_wrap=True),
        Text(plain(one.form_id)),
        Text(plain(one.state)),
        Text(age(received, now) if received else "?"),
        Text(RELATIONS.get(one.relation, one.relation)),
    )


def in_org(
    leads: Sequence[str],
    tasks: Sequence[str],
    left: Iterable[Mapping[str, Any]],
    gone: Mapping[str, str] | None = None,
) -> Table:
    """`gone`: of which submission a record is, where the ledger has no row of it any more."""
    table = headed("In Salesforce", "Record", "What happens", whole=())
    for kind, ids in (("Task", tasks), ("Lead", leads)):
        for one in ids:
            of = f"; of {gone[one]}, which the ledger no longer has" if gone and one in gone else ""
            table.add_row(Text(kind), Text(plain(one), style="bold"), Text(plain(f"delete{of}"), style="red"))
    for record in left:
        table.add_row(*_left(record))
    return table


def _left(one: Mapping[str, Any]) -> tuple[Text, ...]:
    words = LEFT.get(str(one["why"]), str(one["why"]))
    of = f" ({one['submission_id']})" if one["submission_id"] else ""
    return Text(str(one["kind"])), Text(plain(one["record_id"]), style="bold"), Text(plain(f"stays: {words}{of}"))


def erasure(done: Erasure) -> Table:
    table = headed("Submission", "Result", whole=())
    for one in done.rows:
        words = RESULTS.get(str(one["result"]), str(one["result"]))
        style = "green" if one["changed"] else "dim" if one not in done.not_erased else "red"
        table.add_row(Text(plain(one["submission_id"]), style="bold", no_wrap=True), Text(words, style=style))
    return table


def audits(rows: Iterable[tuple[Audit, str]]) -> Table:
    """Each with how it ended, in words."""
    table = headed("When (UTC)", "What", "By", "Ended", "Counts", "Address (keyed hash)", whole=())
    for one, ended in rows:
        counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in one.counts.items() if count)
        what = f"{one.action}{', Salesforce too' if one.salesforce else ''}"
        key = one.person_keys[0] if one.person_keys else ""
        table.add_row(f"{one.received_at:%Y-%m-%d %H:%M:%S}", what, Text(plain(one.by)), ended, counts or "0", key)
    return table


def expiring(rows: Iterable[Ending]) -> Table:
    table = headed("Submission", "Form", "State", "Erased after (UTC)", whole=())
    for one in rows:
        table.add_row(
            Text(one.row.submission_id, style="bold", no_wrap=True),
            Text(plain(one.row.form_id)),
            Text(one.row.state),
            f"{one.at:%Y-%m-%d %H:%M}",
        )
    return table
