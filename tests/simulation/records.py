"""What must be true of the org's records once all is quiet: which are there, whose they are, and what they say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from shared.form.definition import forms
from shared.privacy.audit import AUDIT_STATE
from shared.submission import IN_SALESFORCE
from tests.simulation.people import last_name_of
from tests.simulation.trial import Trial
from tests.simulation.visitors import Sent

_BIKES = frozenset(
    choice.value for field in forms()["test-ride"].fields if field.name == "bike" for choice in field.choices
)

_OF_AN_EARLIER_TRY = frozenset({"own_lead", "own_lead_merged", "own_task"})
"""Rules by which a repeat finds it."""


def wrong_records(trial: Trial) -> list[str]:
    return [
        *_leads(trial),
        *_tasks(trial),
        *_contents(trial),
        *_told(trial),
        *_numbers(trial),
        *_memberships(trial),
    ]


def submissions(trial: Trial) -> Iterator[tuple[str, dict[str, Any]]]:
    """Without the audits of erasures, which are kept in the same table."""
    return ((one, row) for one, row in trial.rows.items() if row["state"] != AUDIT_STATE)


def leads_of_ours(trial: Trial) -> list[dict[str, Any]]:
    """Deleted ones, too."""
    return [row for row in trial.salesforce.org.rows("Lead", deleted=True) if row.get("Submission_Id__c")]


def _leads(trial: Trial) -> Iterator[str]:
    """Nobody here deletes but an erasure, and that only what is of whom it is about."""
    org = trial.salesforce.org
    of = {str(lead["Submission_Id__c"]) for lead in leads_of_ours(trial)}
    there = {kind: org.rows(kind) for kind in ("Lead", "Contact")}
    ids = {str(one["Id"]) for rows in there.values() for one in rows}
    living = {str(one["Submission_Id__c"]) for one in there["Lead"] if one.get("Submission_Id__c")}
    for submission_id, row in submissions(trial):
        if row["state"] in IN_SALESFORCE and (row.get("outcome") or {}).get("record_id") not in ids:
            yield f"{submission_id} says {row['state']}, and its record is not there"
        if row["state"] in {"rejected", "quarantined", "discarded"} and submission_id in of:
            yield f"{submission_id} is {row['state']} and has a Lead"
        if row["state"] in {"updated", "attached"} and submission_id in living:
            yield f"{submission_id} is {row['state']} and has a Lead of its own"
    erased = {sent.person.last_name for sent in trial.sent if sent.person.email in trial.erased}
    names = {kind: {one["LastName"] for one in rows} for kind, rows in there.items()}
    for name, kind in trial.known_as.items():
        if name not in names[kind] | erased:
            yield f"the {kind} that sales had of {name} is not there"


def _tasks(trial: Trial) -> Iterator[str]:
    written = trial.salesforce.org.rows("Task")
    tasks = Counter(str(row["Submission_Id__c"]) for row in written if row.get("Submission_Id__c"))
    for submission_id, row in submissions(trial):
        # A held Lead that its form refuses by now is settled as it stands.
        needs_none = row["state"] == "held" and row["outcome"]["evidence"].get("rule") == "own_lead"
        if row["state"] in {"updated", "attached", "held"} and not needs_none and tasks[submission_id] != 1:
            yield f"{submission_id} is {row['state']} and was noted {tasks[submission_id]} times"
    for submission_id, count in tasks.items():
        if count > 1:
            yield f"told twice: {submission_id} has {count} Tasks"


def _heard_of(trial: Trial) -> dict[str, Sent]:
    """By receipt, whatever was not erased since."""
    known = [sent for sent in trial.sent if sent.person.email not in trial.erased]
    return {receipt: sent for sent in known for receipt in sent.receipts.values()}


def _of_people(trial: Trial) -> dict[str, tuple[str, dict[str, Any]]]:
    """Leads and Contacts by id, each with its kind. Deleted ones, too."""
    org = trial.salesforce.org
    return {str(one["Id"]): (kind, one) for kind in ("Lead", "Contact") for one in org.rows(kind, deleted=True)}


def _contents(trial: Trial) -> Iterator[str]:
    """What a visitor sent is in the row, and stands on a record of theirs; nobody here has another's name."""
    by_receipt, everybody, records = _heard_of(trial), trial.people, _of_people(trial)
    for submission_id, row in submissions(trial):
        sent = by_receipt.get(submission_id)
        if not sent:
            continue
        if row["fields"] and row["fields"].get("message", "") != sent.fields.get("message", ""):
            yield f"another text: {submission_id}"
        kind, record = records.get(str((row.get("outcome") or {}).get("record_id")), ("", {}))
        if record and last_name_of(record, everybody) != sent.person.last_name:
            yield f"{submission_id} is on a {kind} of somebody else"
        if kind == "Lead" and row["state"] == "created":
            yield from _as_it_was_sent(submission_id, record, sent, row["fields"])


def _told(trial: Trial) -> Iterator[str]:
    by_receipt, everybody, records, rows = _heard_of(trial), trial.people, _of_people(trial), trial.rows
    for task in trial.salesforce.org.rows("Task"):
        if sent := by_receipt.get(str(task.get("Submission_Id__c"))):
            kind, record = records.get(str(task["WhoId"]), ("", {}))
            row = rows.get(str(task["Submission_Id__c"]), {})
            outcome = row.get("outcome") or {}
            if not task["WhoId"] or outcome.get("record_id", task["WhoId"]) != task["WhoId"]:
                yield f"the Task of {task['Submission_Id__c']} is not where its row says"
            if record and last_name_of(record, everybody) != sent.person.last_name:
                yield f"the Task of {task['Submission_Id__c']} is on a {kind} of somebody else"
            if not _is_told(sent, row.get("fields", {}), str(task["Description"])):
                yield f"the Task of {task['Submission_Id__c']} has another text"


def _is_told(sent: Sent, kept: Mapping[str, Any], text: str) -> bool:
    """The question, and what was answered to another version of the form than the processor's."""
    return sent.fields.get("message", "") in text and kept.get("shop", "") in text


def _as_it_was_sent(submission_id: str, lead: Mapping[str, Any], sent: Sent, kept: Mapping[str, Any]) -> Iterator[str]:
    if not _is_told(sent, kept, str(lead["Description"])):
        yield f"the Lead of {submission_id} has another text"
    if lead["Email"] != sent.fields["email"]:
        yield f"the Lead of {submission_id} has another address"


def _numbers(trial: Trial) -> Iterator[str]:
    """Who told a number has one on their Lead, of those that they told: whichever of their submissions came first."""
    leads = {str(lead["Id"]): lead for lead in trial.salesforce.org.rows("Lead")}
    told: dict[str, set[str]] = {}
    is_known: set[str] = set()
    for _, row in submissions(trial):
        lead_id, number = str((row.get("outcome") or {}).get("record_id")), str(row["fields"].get("phone", ""))
        if number and lead_id in leads:
            told.setdefault(lead_id, set()).add(number[1:])
            is_known |= {lead_id} if row["state"] in {"created", "updated"} else set()
    for lead_id, numbers in told.items():
        there = {str(leads[lead_id][name]).removeprefix("+31") for name in ("Phone", "MobilePhone")} - {"None"}
        if lead_id in is_known and not there:
            yield f"a number was told and is not on the Lead {lead_id}"
        if there - numbers:
            yield f"the Lead {lead_id} has somebody else's number"


def _memberships(trial: Trial) -> Iterator[str]:
    """Who sent a form with a campaign is in it, held or not. No form here is given one while people send it."""
    org, forms_now = trial.salesforce.org, trial.fleet.forms
    if not any(form.campaigns for form in forms_now.values()):
        return
    named = {str(one["Name"]): str(one["Id"]) for one in org.rows("Campaign")}
    members = {(str(one["CampaignId"]), str(one["LeadOrContactId"])) for one in org.rows("CampaignMember")}
    for submission_id, row in submissions(trial):
        form = forms_now.get(row["form_id"])
        if row["state"] not in IN_SALESFORCE or form is None:
            continue
        # What its form refuses by now is settled with what an earlier try wrote, as docs/promises.md says.
        was_refused = row["outcome"]["evidence"].get("rule") in _OF_AN_EARLIER_TRY and what_a_form_may_find(trial, row)
        campaign = form.campaign_of(row["sources"].get("campaign", ""))
        if campaign is None or was_refused:
            continue
        if (campaign.id or named.get(campaign.name), row["outcome"]["record_id"]) not in members:
            yield f"{submission_id} is {row['state']} and is no member of its campaign"


def what_a_form_may_find(trial: Trial, row: Mapping[str, Any]) -> set[tuple[str, str]]:
    """No storm here lasts for so many tries that they are used up, and no org refuses for good."""
    sent = row.get("original_fields") or row["fields"]
    if row["form_id"] == "test-ride":
        wrong = {
            ("bike", "invalid_choice"): sent.get("bike") not in _BIKES,
            ("phone", "required"): not sent.get("phone"),
        }
        return {one for one, is_so in wrong.items() if is_so}
    return {("shop", "required")} if "form_changed" in trial.storm.happened and not sent.get("shop") else set()
