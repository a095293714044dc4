"""A small Salesforce behind the Crm protocol: Leads, Contacts, Tasks and members in memory, and ways to fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.crm import Found, LookUp, Match, Member, Named, NewLead, Note, Noted, Record, Written
from shared.errors import FormToLeadError, PermanentError, RefusedCallError, TransientError
from shared.form.lead_fields import SUBMISSION_ID_FIELD

type Fault = Callable[[], None]


@dataclass
class FakeCrm:
    leads: dict[str, dict[str, Any]] = field(default_factory=dict)
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuses: dict[str, FormToLeadError] = field(default_factory=dict)
    """By last name: the error for an upsert or update of that person."""
    breaks_the_call: set[str] = field(default_factory=set)
    """Last names of people whose data makes Salesforce refuse the whole call."""
    inactive_users: set[str] = field(default_factory=set)
    fails: dict[str, FormToLeadError] = field(default_factory=dict)
    """By method name: the whole call fails."""
    fails_in_turn: dict[str, list[FormToLeadError]] = field(default_factory=dict)
    """By method name: each next call fails with the next of these, until there are none left."""

    refuses_tasks_once: FormToLeadError | None = None
    owner_of_new: str = "005000000000001AAA"
    """Whom the org's assignment rule gives new Leads."""
    members: list[Member] = field(default_factory=list)
    rules: dict[str, tuple[Match, ...]] = field(default_factory=dict)
    """By last name: whom a duplicate rule of the org finds."""
    rules_that_warn: bool = False
    """Duplicate rules let a Lead pass that is to be saved all the same."""
    moves: dict[str, str] = field(default_factory=dict)
    """From a record's id to the id that it has become; to nothing where it was deleted."""
    calls_run_short: bool = False
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """By method name: what happens in the org just before it is called."""

    def has_calls_for_repeats(self) -> bool:
        return not self.calls_run_short

    def look_up(self, what: LookUp) -> Found:
        self._called("look_up")
        leads = [lead for lead in self.leads.values() if is_meant(what, lead) and not lead.get("IsDeleted")]
        return Found(
            own_leads=tuple(x for x in self.leads.values() if x.get(SUBMISSION_ID_FIELD) in what.submission_ids),
            own_tasks=tuple(x for x in self.tasks.values() if x.get(SUBMISSION_ID_FIELD) in what.submission_ids),
            open_leads=tuple(lead for lead in leads if not lead.get("IsConverted")),
            converted_leads=tuple(
                {**lead, "ConvertedContact": self.contacts.get(str(lead.get("ConvertedContactId")))}
                for lead in leads
                if lead.get("IsConverted")
            ),
            contacts=tuple(x for x in self.contacts.values() if is_meant(what, x)),
        )

    def upsert_leads(self, leads: Sequence[NewLead]) -> list[Written]:
        self._called("upsert_leads")
        if any(str(lead.record["LastName"]) in self.breaks_the_call for lead in leads):
            raise RefusedCallError("JSON_PARSER_ERROR", permanent=True)
        return [replace(self._upsert(lead), matches=()) for lead in leads]

    def upsert_one_by_one(self, leads: Sequence[NewLead]) -> list[Written]:
        self._called("upsert_one_by_one")
        return [self._upsert(lead) for lead in leads]

    def _upsert(self, lead: NewLead) -> Written:
        name = str(lead.record["LastName"])
        if error := self.refuses.get(name):
            return Written(error=error)
        for there in self.leads.values():
            if there.get(SUBMISSION_ID_FIELD) == lead.record[SUBMISSION_ID_FIELD]:
                there.update(lead.record)
                return self._written(lead, str(there["Id"]))
        if name in self.rules and not (lead.save_duplicate and self.rules_that_warn):
            return Written(error=PermanentError("DUPLICATES_DETECTED"), matches=self.rules[name])
        return self._written(lead, self.add_lead(**{"OwnerId": self.owner_of_new, **lead.record}))

    def _written(self, lead: NewLead, lead_id: str) -> Written:
        return Written(lead_id, owner_id=str(self.leads[lead_id]["OwnerId"]) if lead.tell_owner else "")

    def follow(self, record_ids: Sequence[str], lead_fields: Sequence[str]) -> dict[str, Record]:  # noqa: ARG002
        self._called("follow")
        everybody = {**self.leads, **self.contacts}
        today = {one: self.moves.get(one, one) for one in record_ids}
        return {start: everybody[now] for start, now in today.items() if now in everybody}

    def write_notes(self, notes: Sequence[Note]) -> list[Noted]:
        self._called("write_notes")
        return [Noted(self._task(note), self._change(note)) for note in notes]

    def _task(self, note: Note) -> Written:
        if not note.task:
            return Written()
        if error := self.refuses_tasks_once:
            self.refuses_tasks_once = None
            return Written(error=error)
        if note.task.get("OwnerId") in self.inactive_users:
            return Written(error=TransientError("INACTIVE_OWNER_OR_USER"))
        if note.task["WhoId"] in self.moves:
            return Written(error=TransientError("CANNOT_UPDATE_CONVERTED_LEAD"))
        task_id = f"00T{len(self.tasks):015d}"
        self.tasks[task_id] = {"Id": task_id, **note.task}
        return Written(task_id)

    def _change(self, note: Note) -> Written:
        if not note.changes:
            return Written()
        if note.lead_id in self.moves:
            return Written(error=TransientError("CANNOT_UPDATE_CONVERTED_LEAD"))
        lead = self.leads[note.lead_id]
        if error := self.refuses.get(str(lead.get("LastName"))):
            return Written(error=error)
        lead.update(note.changes)
        return Written()

    def join_campaigns(self, members: Sequence[Member]) -> list[Written]:
        self._called("join_campaigns")
        results = []
        for member in members:
            name = member.campaign.name if isinstance(member.campaign, Named) else member.campaign
            if error := self.refuses.get(name):
                results.append(Written(error=error))
                continue
            if member.record_id in self.moves:
                results.append(Written(error=TransientError("CANNOT_UPDATE_CONVERTED_LEAD")))
                continue
            if member not in self.members:
                self.members.append(member)
            results.append(Written())
        return results

    def add_lead(self, **fields: Any) -> str:
        lead_id = f"00Q{len(self.leads):015d}"
        self.leads[lead_id] = {"OwnerId": "005000000000001AAA", **fields, "Id": lead_id}
        return lead_id

    def add_contact(self, **fields: Any) -> str:
        contact_id = f"003{len(self.contacts):015d}"
        self.contacts[contact_id] = {"OwnerId": "005000000000001AAA", **fields, "Id": contact_id}
        return contact_id

    def _called(self, method: str) -> None:
        self.calls.append(method)
        self.before.get(method, lambda: None)()
        if error := self.fails.get(method):
            raise error
        if turns := self.fails_in_turn.get(method):
            raise turns.pop(0)


def is_meant(what: LookUp, record: Record) -> bool:
    """As the look-up's conditions say, but for LIKE's wildcards."""
    held = {name: str(value or "").lower() for name, value in record.items() if isinstance(value, str)}
    email, last = held.get("Email", ""), held.get("LastName", "")
    phones = {record.get(name) for name in ("Phone", "MobilePhone", "HomePhone", "OtherPhone")}
    company = held.get("Company") or str((record.get("Account") or {}).get("Name") or "").lower()
    postcode = held.get("PostalCode") or held.get("MailingPostalCode", "")
    return (
        email in what.emails
        or any(
            email.startswith(mailbox.partition("@")[0] + "+") and email.endswith(mailbox[mailbox.index("@") :])
            for mailbox in what.mailboxes
        )
        or bool(phones & set(what.phones))
        or any(held.get("FirstName", "") in firsts and last in lasts for firsts, lasts in what.full_names)
        or any(last in lasts and postcode in codes for lasts, codes in what.postcodes)
        or any(last in lasts and company.startswith(starts) for lasts, starts in what.companies)
    )
