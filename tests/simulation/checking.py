"""What must be true once all is quiet, whatever went wrong before."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any

from shared.leads.holding import is_flagged
from shared.matching import Person, decide
from shared.rejection import Reason
from shared.submission import IN_SALESFORCE, State
from tests.simulation.fleet import SUBMISSIONS
from tests.simulation.people import DOMAIN, last_name_of
from tests.simulation.records import leads_of_ours, submissions, what_a_form_may_find, wrong_records
from tests.simulation.sqs import RETENTION, submission_of
from tests.simulation.trial import Trial, rejected_now
from tests.simulation.world import HOUR

_STATES = frozenset(State)
_OF_A_PERSON = ("fields", "original_fields", "fingerprint", "outcome", "rejection", "spam_reasons")
"""Of a row. Keyed hashes stay, as docs/privacy.md says."""
_SETTLED = _STATES - {State.RECEIVED}
_LONGEST_WAIT = 3 * HOUR
"""Seconds: whoever waits is tried hourly, and the sweeper leaves a row alone for an hour at the most."""
_SHORT_FOR = 24 * HOUR
"""Seconds until the org's calls that were used in a storm are a day old."""


def faults_of(trial: Trial) -> list[str]:
    return [
        *faults_at_any_moment(trial),
        *unfinished(trial),
        *wrong_records(trial),
        *accounted(trial),
        *_rejections(trial),
        *_mended(trial),
        *_created_though_known(trial),
        *_erasures(trial),
        *_calls(trial),
    ]


def faults_at_any_moment(trial: Trial) -> list[str]:
    """What may not be even while the storm goes on and half of the work is in hand."""
    return [*trial.unexpected, *trial.fleet.crashes, *lost(trial), *_twice(trial), *_privacy(trial)]


def lost(trial: Trial) -> Iterator[str]:
    known = {receipt for sent in trial.sent for receipt in sent.receipts.values()}
    for receipt in sorted(known - set(trial.rows)):
        yield f"lost: {receipt} was acknowledged and has no row"
    for submission_id, row in submissions(trial):
        if row["state"] not in _STATES:
            yield f"unaccounted: {submission_id} is {row['state']}, which is no state"


def unfinished(trial: Trial) -> Iterator[str]:
    longest = _LONGEST_WAIT + (_SHORT_FOR if "calls_run_short" in trial.storm.happened else 0)
    for submission_id, row in submissions(trial):
        if row["state"] not in _SETTLED:
            yield f"unaccounted: {submission_id} is {row['state']}, last error {row.get('last_error')}"
        for seconds in _waits(row, trial.calm_since) if row["state"] != State.ERASED else ():
            if seconds > longest:
                yield f"waited too long: {submission_id}, {seconds / HOUR:.1f} hours"
    for sent in trial.sent:
        if not sent.receipt and sent.person.email not in trial.erased:
            yield f"never acknowledged: a visitor came again and again ({sent.form_id})"
    for message in trial.queue.messages():
        yield f"left on the queue: {submission_of(message)}"


def _waits(row: Mapping[str, Any], calm_since: float) -> Iterator[float]:
    """Seconds from when it was received, or replayed, until it was settled; of those of the storm none."""
    began = _seconds(row["received_at"])
    for change in row["history"]:
        at = _seconds(change["at"])
        if change["from_state"] == State.RECEIVED != change["to_state"]:
            yield at - max(began, calm_since)
        if change["to_state"] == State.RECEIVED != change["from_state"]:
            began = at


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


def accounted(trial: Trial) -> Iterator[str]:
    """Each receipt is one row, in one state; each row is of somebody who sent it, be it that they heard no answer."""
    receipts = Counter(receipt for sent in trial.sent for receipt in sent.receipts.values())
    states = Counter(str(row["state"]) for one, row in submissions(trial) if one in receipts)
    if len(receipts) != (there := sum(states[one] for one in _SETTLED)):
        yield f"unaccounted: {len(receipts)} receipts were given, and {there} of them are settled"
    for receipt, count in receipts.items():
        if count > 1:
            yield f"one receipt for {count} submissions: {receipt}"
    asked: Counter[tuple[str, ...]] = Counter()
    for sent in trial.sent:
        asked[_what_it_says(sent.fields)] += max(1, len(sent.keys))
    rows = Counter(
        _what_it_says(row.get("original_fields") or row["fields"])
        for _, row in submissions(trial)
        if row["state"] != State.ERASED
    )
    if strange := sum(count for said, count in rows.items() if said not in asked):
        yield f"{strange} rows of what nobody sent"
    elif more := rows - asked:
        yield f"{more.total()} rows more than were sent"


def _what_it_says(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(map(fields.get, ("first_name", "last_name", "email", "message", "bike")))


def _twice(trial: Trial) -> Iterator[str]:
    leads, rows = leads_of_ours(trial), trial.rows
    for submission_id, count in Counter(str(lead["Submission_Id__c"]) for lead in leads).items():
        # What was on its way to Salesforce may land after its Lead was erased; the erasure, given again, finds it.
        is_erased = rows.get(submission_id, {}).get("state") == "erased"
        if count > 1 and not is_erased:
            yield f"created twice: {submission_id} has {count} Leads"
        if submission_id not in rows:
            yield f"a Lead of nothing: {submission_id}"
    # Nobody here has another's name; a Lead that sales had before counts as well. Of who gave their address alone
    # nobody can be sure, so a Lead of theirs that says that it may be a duplicate is as it should be.
    everybody = trial.people
    terse = {one.last_name for one in everybody.values() if one.is_terse}
    live = [
        name
        for lead in leads
        if not lead.get("IsDeleted") and ((name := last_name_of(lead, everybody)) not in terse or not is_flagged(lead))
    ]
    for name, count in Counter([*live, *(name for name, kind in trial.known_as.items() if kind == "Lead")]).items():
        if count > 1:
            yield f"created twice: {name} has {count} Leads"
    for name in live:
        if trial.known_as.get(name) == "Contact":
            yield f"created twice: {name} is a Contact and has a Lead"


def _rejections(trial: Trial) -> Iterator[str]:
    """Those that operators mended in the end as they were before."""
    for submission_id, (row, has_letter) in (rejected_now(trial) | (trial.rejected or {})).items():
        if not (row["fields"] and row["reason"] and row["rejection"]["problems"]):
            yield f"{submission_id} can't be mended: its rejection lacks what is needed"
        if not has_letter:
            yield f"{submission_id} is rejected, and no dead letter tells anybody"
        found = {(one["field"], one["code"]) for one in row["rejection"]["problems"]}
        if row["reason"] != Reason.VALIDATION_FAILED or found - what_a_form_may_find(trial, row):
            yield f"{submission_id} is rejected without a cause: {row['reason']} {sorted(found)}"


def _mended(trial: Trial) -> Iterator[str]:
    """Whatever was rejected holds what it takes to become a Lead after all."""
    if trial.rejected is None:
        return
    rows = trial.rows
    for submission_id in trial.rejected:
        if rows[submission_id]["state"] not in IN_SALESFORCE:
            yield f"{submission_id} was mended and replayed, and is {rows[submission_id]['state']}"
    for message in trial.dead_letters.messages():
        yield f"a dead letter is left of what was mended: {submission_of(message)}"


def _created_though_known(trial: Trial) -> Iterator[str]:
    """Asks the product's matcher of any two who have an address, a number or a name in common.

    As they were sent: what a Lead learned later nobody knew when the other was created.
    """
    place = {str(lead["Submission_Id__c"]): at for at, lead in enumerate(trial.salesforce.org.rows("Lead"))}
    blocks: defaultdict[tuple[str, str], list[Person]] = defaultdict(list)
    created = [(place[one], one, row) for one, row in submissions(trial) if row["state"] == "created" and one in place]
    for _, submission_id, row in sorted(created, key=lambda one: one[0]):
        sent = row["fields"]
        person = Person(submission_id, *map(sent.get, ("first_name", "last_name", "email", "phone", "company")))
        for name in ("last_name", "email", "phone"):
            if value := str(sent.get(name, "")).strip().lower():
                blocks[name, value].append(person)
    alike = {(later, earlier) for people in blocks.values() for earlier, later in combinations(people, 2)}
    for later, earlier in sorted(alike, key=lambda pair: (pair[0].id, pair[1].id)):
        if decide(later, [earlier]).outcome == "update":
            yield f"created though known: {later.id} is {earlier.id}"


def _privacy(trial: Trial) -> Iterator[str]:
    for body, group in (*trial.queue.sent, *trial.dead_letters.sent):
        if DOMAIN in body or DOMAIN in group:
            yield "an address on a queue"
        if set(json.loads(body)) - {"version", "submission_id", "reason", "form_id", "replay", "rejected_at"}:
            yield "a queue's message holds more than ids"
    logged = "\n".join(trial.logged)
    people = {sent.person for sent in trial.sent}
    known = {DOMAIN, *(one.last_name for one in people), *(one.fields.get("last_name", DOMAIN) for one in trial.sent)}
    known |= {*(one.phone[1:] for one in people if one.phone)}
    for _ in filter(logged.__contains__, sorted(known)):
        yield "personal data in a log"


def _erasures(trial: Trial) -> Iterator[str]:
    """Of whoever was erased, nothing is left of before; what they sent afterwards, or meanwhile, may be there."""
    org, rows, since = trial.salesforce.org, trial.rows, trial.store.tables[SUBMISSIONS].since
    leads = [row for row in org.rows("Lead") if row.get("Submission_Id__c")]
    tasks = [row for row in org.rows("Task") if row.get("Submission_Id__c")]
    # A Lead with a Task of what was sent meanwhile is not deleted but named, as docs/privacy.md says.
    newer = {one["WhoId"] for one in tasks if rows.get(str(one["Submission_Id__c"]), {}).get("state") != "erased"}
    there = {one["Submission_Id__c"] for one in (*leads, *tasks) if one["Id"] not in newer}
    letters = {submission_of(one) for one in trial.dead_letters.messages() if trial.world.now - one.sent_at < RETENTION}
    for submission_id, row in submissions(trial):
        if row["state"] == "erased":
            if any(map(row.get, _OF_A_PERSON)):
                yield f"erased, and its answers are there: {submission_id}"
            if submission_id in there:
                yield f"erased, and in the org: {submission_id}"
            if submission_id in letters:
                yield f"erased, and a dead letter tells of it: {submission_id}"
            continue
        began = trial.erased.get(str(row["fields"].get("email")))
        if began is not None and since[submission_id] < began:
            yield f"not erased: {submission_id}"


def _calls(trial: Trial) -> Iterator[str]:
    if over := trial.salesforce.over_the_limit:
        yield f"{over} calls were made after the org's day's calls were used up"
