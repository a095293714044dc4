"""A small Salesforce behind the Crm protocol: Leads, Contacts and Tasks in memory, and ways to fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.crm import Found, LookUp, Note, Record, Written
from shared.errors import FormToLeadError, RefusedCallError, TransientError
from shared.lead import SUBMISSION_ID_FIELD

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

    def look_up(self, what: LookUp) -> Found:
        self._called("look_up")

        def same(record: Record) -> bool:
            email = str(record.get("Email") or "").lower()
            phones = {record.get("Phone"), record.get("MobilePhone")}
            tagged = any(
                email.startswith(mailbox.partition("@")[0] + "+") and email.endswith(mailbox[mailbox.index("@") :])
                for mailbox in what.mailboxes
            )
            return email in what.emails or tagged or bool(phones & set(what.phones))

        return Found(
            own_leads=tuple(x for x in self.leads.values() if x.get(SUBMISSION_ID_FIELD) in what.submission_ids),
            own_tasks=tuple(x for x in self.tasks.values() if x.get(SUBMISSION_ID_FIELD) in what.submission_ids),
            open_leads=tuple(x for x in self.leads.values() if same(x)),
            contacts=tuple(x for x in self.contacts.values() if same(x)),
        )

    def upsert_leads(self, leads: Sequence[Record]) -> list[Written]:
        self._called("upsert_leads")
        if any(str(lead["LastName"]) in self.breaks_the_call for lead in leads):
            raise RefusedCallError("JSON_PARSER_ERROR", permanent=True)
        return [self._upsert(lead) for lead in leads]

    def _upsert(self, lead: Record) -> Written:
        if error := self.refuses.get(str(lead["LastName"])):
            return Written(error=error)
        for there in self.leads.values():
            if there.get(SUBMISSION_ID_FIELD) == lead[SUBMISSION_ID_FIELD]:
                there.update(lead)
                return Written(str(there["Id"]))
        return Written(self.add_lead(**lead))

    def write_notes(self, notes: Sequence[Note]) -> list[Written]:
        self._called("write_notes")
        return [self._note(note) for note in notes]

    def _note(self, note: Note) -> Written:
        task_id = ""
        if note.task.get("OwnerId") in self.inactive_users:
            return Written(error=TransientError("INACTIVE_OWNER_OR_USER"))
        if note.task:
            task_id = f"00T{len(self.tasks):015d}"
            self.tasks[task_id] = {"Id": task_id, **note.task}
        if note.blanks:
            lead = self.leads[note.lead_id]
            if error := self.refuses.get(str(lead.get("LastName"))):
                return Written(error=error)
            lead.update(note.blanks)
        return Written(task_id)

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
        if error := self.fails.get(method):
            raise error
        if turns := self.fails_in_turn.get(method):
            raise turns.pop(0)
