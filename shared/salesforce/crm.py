"""The Crm that processing asks, done by Salesforce's REST API.

A batch costs at most three API calls where nothing special happens: one composite look-up, one collection upsert
of new Leads, one composite of updates and Tasks. The upsert's key is the submission's id: after a time-out
nobody knows whether the write was done, and only a write under our own key can be repeated.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from itertools import batched
from typing import Any, Final
from urllib.parse import quote

from shared.aws.secrets import Secret
from shared.crm import GENERIC_AFTER, Found, Key, LookUp, Member, NewLead, Note, Noted, Record, Written
from shared.deadline import Deadline
from shared.errors import ConfigurationError, RefusedCallError, TransientError, UnknownOutcomeError
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.leads.match_keys import changed_key_fields, match_key_fields
from shared.observability import log, where
from shared.salesforce import answers, queries
from shared.salesforce.asking import MOST_QUERIES, ask, query_request
from shared.salesforce.budget import ApiBudget
from shared.salesforce.codes import error_in
from shared.salesforce.connection import BASE, Connection, of_the_call
from shared.salesforce.login import Login
from shared.salesforce.names import Names

DEFAULT_RESERVE: Final = 0.1
"""Share of the org's daily API calls that is kept for new submissions."""
_MOST_STEPS: Final = 4
"""A Lead merged into one that was merged and converted takes four looks; longer chains are not followed."""

type Json = Any
type Subrequest = dict[str, Any]


def _or_else[**P, T](no_answer: type[TransientError]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """An answer of a shape that nobody knows is no answer: whether a write was done is unknown then."""

    def guard(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return method(*args, **kwargs)
            except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                log("unexpected_answer", level="error", where=where(error))
                raise no_answer("unexpected_answer") from None

        return guarded

    return guard


@dataclass(frozen=True, slots=True)
class _Page:
    """`is_whole` is false where Salesforce has more rows than it put on the page."""

    rows: tuple[Record, ...]
    is_whole: bool


class SalesforceCrm:
    """Kept between invocations. `reserve` is a share of the daily API calls, from 0 to 1; `match_keys` says whether the
    org has their fields and they are to be used."""

    def __init__(
        self,
        secret: Secret,
        *,
        deadline: Deadline | None = None,
        reserve: float = DEFAULT_RESERVE,
        match_keys: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._match_keys = match_keys
        self._budget = ApiBudget(reserve, clock)
        self._connection = Connection(Login(secret, clock), self._budget, deadline=deadline, clock=clock)
        self._names = Names(self._ask, clock)

    def has_calls_for_repeats(self) -> bool:
        return self._budget.has_calls_for_repeats()

    # --- look-ups ---------------------------------------------------------------------------------------

    @_or_else(TransientError)
    def look_up(self, what: LookUp) -> Found:
        """Raises ConfigurationError when one of the queries is refused: a field or a permission is missing."""
        pages = self._pages(queries.look_up(what, match_keys=self._match_keys))
        if all(page.is_whole and len(page.rows) < queries.ROWS for page in pages.values()):
            return _found({name: page.rows for name, page in pages.items()})
        if len(what.submission_ids) > 1:
            # Somebody's address is everybody's (test@...): the others must not be looked up beside it.
            raise RefusedCallError("look_up_too_wide")
        return self._key_by_key(what, {name: pages[name].rows for name in ("own_leads", "own_tasks")})

    def _key_by_key(self, what: LookUp, own: Mapping[str, tuple[Record, ...]]) -> Found:
        """So many records have something of this person's that one answer can't hold them: which key is it?"""
        asked = queries.key_by_key(what, match_keys=self._match_keys)
        places = dict(enumerate(asked))
        wanted = {f"key{at}_{place}": soql for at, key in places.items() for place, soql in enumerate(asked[key])}
        pages: dict[str, _Page] = {}
        for names in batched(wanted, MOST_QUERIES, strict=False):
            pages |= self._pages({name: ("query", wanted[name]) for name in names})
        found: dict[str, dict[str, Record]] = {"leads": {}, "contacts": {}}
        generic: list[Key] = []
        for at, key in places.items():
            of_key = [pages[f"key{at}_{place}"] for place in range(2)]
            if sum(len(page.rows) for page in of_key) > GENERIC_AFTER or not all(page.is_whole for page in of_key):
                generic.append(key)
                continue
            for name, page in zip(found, of_key, strict=True):
                found[name] |= {str(row["Id"]): row for row in page.rows}
        rows = {name: tuple(by_id.values()) for name, by_id in found.items()}
        return replace(_found({**own, **rows}), generic_keys=tuple(generic))

    @_or_else(TransientError)
    def follow(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> dict[str, Record]:
        today = {one: one for one in record_ids}
        living: dict[str, Record] = {}
        for _ in range(_MOST_STEPS):
            unknown = [one for one in dict.fromkeys(today.values()) if one and one not in living]
            if not unknown:
                break
            rows = self._ask(queries.by_id(unknown, lead_fields))
            by_id = {str(row["Id"]): row for group in rows.values() for row in group}
            moved = {one: _moved_to(by_id.get(one)) for one in unknown}
            living |= {one: by_id[one] for one, other in moved.items() if other == one}
            today = {start: moved.get(one, one) for start, one in today.items()}
        return {start: living[one] for start, one in today.items() if one in living}

    def _ask(self, wanted: queries.Queries) -> dict[str, tuple[Record, ...]]:
        """Rows by the queries' names: one API call."""
        return {name: page.rows for name, page in self._pages(wanted).items()}

    def _pages(self, wanted: queries.Queries) -> dict[str, _Page]:
        bodies = ask(self._connection, wanted)
        return {name: _Page(tuple(one["records"]), is_whole=bool(one["done"])) for name, one in bodies.items()}

    # --- Leads ------------------------------------------------------------------------------------------

    @_or_else(UnknownOutcomeError)
    def upsert_leads(self, leads: Sequence[NewLead]) -> list[Written]:
        written, ready = self._with_names([lead.record for lead in leads])
        ways: dict[tuple[bool, bool], list[int]] = {}
        for number in ready:
            ways.setdefault((leads[number].assign, leads[number].save_duplicate), []).append(number)
        groups = [[leads[number] for number in numbers] for numbers in ways.values()]
        asking = [lead for group in groups for lead in group if lead.tell_owner]
        if len(groups) == 1 and not asking:
            results = self._upsert_alike(groups[0])
        else:
            results = self._upsert_each_way(groups, asking) if groups else []
        written |= dict(zip([number for numbers in ways.values() for number in numbers], results, strict=True))
        return [written[number] for number in range(len(leads))]

    def _upsert_alike(self, leads: Sequence[NewLead]) -> list[Written]:
        answer = self._connection.write("PATCH", _LEADS, self._collection(leads), _headers(leads[0]))
        return answers.of_collection(answer, len(leads))

    def _upsert_each_way(self, groups: Sequence[Sequence[NewLead]], asking: Sequence[NewLead]) -> list[Written]:
        """A collection for each way of writing (at most four), then one query: five is what a composite takes."""
        subrequests = [
            _patch(f"way{number}", f"{BASE}/{_LEADS}", self._collection(group), _headers(group[0]))
            for number, group in enumerate(groups)
        ]
        composite = self._composite([*subrequests, *_owners_query(asking)])
        results: list[Written] = []
        for group, answer in zip(groups, composite, strict=False):
            results += _of_one_way(answer, len(group))
        owners = composite[-1] if asking else None
        return _with_owners(results, [lead for group in groups for lead in group], owners)

    def _collection(self, leads: Sequence[NewLead]) -> Record:
        return {
            "allOrNone": False,
            "records": [_typed("Lead", self._new(lead)) for lead in leads],
        }

    def _new(self, lead: NewLead) -> dict[str, Any]:
        record = self._names.filled_in(lead.record)
        return record | match_key_fields(record) if self._match_keys else record

    @_or_else(UnknownOutcomeError)
    def upsert_one_by_one(self, leads: Sequence[NewLead]) -> list[Written]:
        written, ready = self._with_names([lead.record for lead in leads])
        if ready:
            subrequests = [self._single_upsert(number, leads[number]) for number in ready]
            asking = _owners_query([leads[number] for number in ready if leads[number].tell_owner])
            composite = self._composite([*subrequests, *asking])
            results = [answers.of_single_upsert(answer) for answer in composite[: len(ready)]]
            owners = composite[-1] if asking else None
            results = _with_owners(results, [leads[number] for number in ready], owners)
            written |= dict(zip(ready, results, strict=True))
        return [written[number] for number in range(len(leads))]

    def _single_upsert(self, number: int, lead: NewLead) -> Subrequest:
        record = self._new(lead)
        key = quote(str(record.pop(SUBMISSION_ID_FIELD)), safe="")
        url = f"{BASE}/sobjects/Lead/{SUBMISSION_ID_FIELD}/{key}"
        return _patch(f"lead{number}", url, record, _headers(lead))

    # --- notes on known people, and campaigns -----------------------------------------------------------

    @_or_else(UnknownOutcomeError)
    def write_notes(self, notes: Sequence[Note]) -> list[Noted]:
        self._names.learn(value for note in notes for value in note.task.values())
        updates = {f"lead{number}": note for number, note in enumerate(notes) if note.changes}
        subrequests = [
            _update(reference, note.lead_id, self._with_keys(note.changes)) for reference, note in updates.items()
        ]
        tasks = [_typed("Task", self._names.filled_in(note.task)) for note in notes if note.task]
        if tasks:
            subrequests.append(_insert("tasks", tasks))
        if not subrequests:
            return [Noted() for _ in notes]
        by_reference = {str(one["referenceId"]): one for one in self._noted(subrequests, has_tasks=bool(tasks))}
        written_tasks = _inserted(by_reference["tasks"], len(tasks)) if tasks else iter(())
        return [
            Noted(
                task=next(written_tasks) if note.task else Written(),
                change=answers.of_update(by_reference[f"lead{number}"]) if note.changes else Written(),
            )
            for number, note in enumerate(notes)
        ]

    def _with_keys(self, changes: Record) -> dict[str, Any]:
        return {**changes, **(changed_key_fields(changes) if self._match_keys else {})}

    def _noted(self, subrequests: Sequence[Subrequest], *, has_tasks: bool) -> list[answers.Answer]:
        try:
            return self._composite(subrequests)
        except UnknownOutcomeError as error:
            # A Task has no key of ours to be upserted by: written again too early, there would be two.
            raise UnknownOutcomeError(error.code, repeatable=not has_tasks) from None

    @_or_else(UnknownOutcomeError)
    def join_campaigns(self, members: Sequence[Member]) -> list[Written]:
        records = [_member(member) for member in members]
        written, ready = self._with_names(records)
        if ready:
            typed = [_typed("CampaignMember", self._names.filled_in(records[number])) for number in ready]
            body = {"allOrNone": False, "records": typed}
            results = answers.of_collection(self._connection.write("POST", "composite/sobjects", body), len(ready))
            written |= dict(zip(ready, map(_member_already, results), strict=True))
        return [written[number] for number in range(len(members))]

    def _with_names(self, records: Sequence[Record]) -> tuple[dict[int, Written], list[int]]:
        """Which can't be written since the org lacks something that they name, and which can; by position."""
        self._names.learn(value for record in records for value in record.values())
        written: dict[int, Written] = {}
        for number, record in enumerate(records):
            try:
                self._names.filled_in(record)
            except ConfigurationError as error:
                written[number] = Written(error=error)
        return written, [number for number in range(len(records)) if number not in written]

    def _composite(self, subrequests: Sequence[Subrequest]) -> list[answers.Answer]:
        body = {"allOrNone": False, "compositeRequest": list(subrequests)}
        return answers.of_composite(self._connection.write("POST", "composite", body), len(subrequests))


# --- requests --------------------------------------------------------------------------------------------

_LEADS: Final = f"composite/sobjects/Lead/{SUBMISSION_ID_FIELD}"


def _headers(lead: NewLead) -> dict[str, str]:
    headers = {"Sforce-Auto-Assign": "TRUE" if lead.assign else "FALSE"}
    return headers | ({"Sforce-Duplicate-Rule-Header": "allowSave=true"} if lead.save_duplicate else {})


def _owners_query(asking: Sequence[NewLead]) -> list[Subrequest]:
    """Behind the upserts in one composite, it sees what they wrote, and costs no call."""
    ids = [str(lead.record[SUBMISSION_ID_FIELD]) for lead in asking]
    return [query_request("owners", "query", queries.owners(ids))] if asking else []


def _typed(kind: str, record: Record) -> dict[str, Json]:
    return {"attributes": {"type": kind}, **record}


def _patch(reference: str, url: str, record: Record, headers: Mapping[str, str]) -> Subrequest:
    return {"method": "PATCH", "referenceId": reference, "url": url, "httpHeaders": headers, "body": record}


def _update(reference: str, lead_id: str, changes: Record) -> Subrequest:
    # Without the header, an update can hand a Lead that somebody works on to another owner.
    url = f"{BASE}/sobjects/Lead/{lead_id}"
    return _patch(reference, url, changes, {"Sforce-Auto-Assign": "FALSE"})


def _member(member: Member) -> Record:
    who = "ContactId" if member.record_id.startswith("003") else "LeadId"
    status = {"Status": member.status} if member.status else {}
    return {"CampaignId": member.campaign, who: member.record_id, **status}


def _insert(reference: str, records: Sequence[Record]) -> Subrequest:
    return {
        "method": "POST",
        "referenceId": reference,
        "url": f"{BASE}/composite/sobjects",
        "body": {"allOrNone": False, "records": list(records)},
    }


# --- answers ---------------------------------------------------------------------------------------------


def _of_one_way(answer: answers.Answer, expected: int) -> list[Written]:
    """Others were written beside them: a failure is these Leads' own, unless one of them is to be found."""
    if answer["httpStatusCode"] == 200:
        return answers.of_collection(answer["body"], expected)
    error = of_the_call(error_in(answer["body"], answer["httpStatusCode"]))
    if isinstance(error, RefusedCallError):
        raise error
    return [Written(error=error)] * expected


def _with_owners(written: Sequence[Written], leads: Sequence[NewLead], answer: answers.Answer | None) -> list[Written]:
    """Without an answer nobody's Lead fails: who gets the Task is then found in another way."""
    rows = answer["body"]["records"] if answer and answer["httpStatusCode"] == 200 else ()
    owners = {str(row[SUBMISSION_ID_FIELD]): str(row["OwnerId"]) for row in rows}
    return [
        replace(one, owner_id=owners.get(str(lead.record[SUBMISSION_ID_FIELD]), "")) if lead.tell_owner else one
        for one, lead in zip(written, leads, strict=True)
    ]


def _found(rows: Mapping[str, tuple[Record, ...]]) -> Found:
    leads = rows.get("leads", ())
    return Found(
        own_leads=rows["own_leads"],
        own_tasks=rows["own_tasks"],
        open_leads=tuple(lead for lead in leads if not lead["IsConverted"]),
        converted_leads=tuple(lead for lead in leads if lead["IsConverted"]),
        contacts=rows.get("contacts", ()),
    )


def _inserted(answer: answers.Answer, expected: int) -> Iterator[Written]:
    status = answer["httpStatusCode"]
    if status != 200:
        raise of_the_call(error_in(answer["body"], status))
    return iter(answers.of_collection(answer["body"], expected))


def _member_already(written: Written) -> Written:
    """Salesforce keeps one membership of a person: that it is there is all that was wanted."""
    return Written() if written.error and written.error.code == "DUPLICATE_VALUE" else written


def _moved_to(row: Record | None) -> str:
    """Where to look next: the row itself where it lives, nothing where it is gone for good."""
    if row is None:
        return ""
    if row.get("IsDeleted"):
        return str(row.get("MasterRecordId") or "")
    if row.get("IsConverted"):
        return str(row.get("ConvertedContactId") or "")
    return str(row["Id"])
