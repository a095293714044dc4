"""What to do for each submission of a batch. Pure: checked submissions and found records in, plans out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.candidates import CONTACT_PREFIX, Known, Prepared
from shared.cleaning import folded
from shared.crm import Found, Match, Named, NewLead, Record
from shared.email_address import same_mailbox
from shared.errors import FormToLeadError, PermanentError
from shared.form import Form
from shared.lead import (
    SUBMISSION_ID_FIELD,
    changes_to,
    lead_record,
    task_record,
    visitor_fields,
)
from shared.observability import log, where
from shared.rejection import Problem, Reason
from shared.submission import State, Submission
from shared.validation import check

_PHONE_FIELDS: Final = ("Phone", "MobilePhone")


@dataclass(frozen=True, slots=True)
class Create:
    """Nobody knows this person: a new Lead."""

    lead: NewLead
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tell:
    """A known person wrote again: change the Lead as the form says, and tell sales by a Task.

    `target_id` is a record's id, or the id of the submission of the same batch whose Lead is being created
    (then `follows` is true). An empty `task` means that the Task is there already.
    """

    state: State
    target_id: str
    follows: bool
    changes: Record
    task: Record
    task_id: str
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """An earlier run wrote it all and was cut off before it could say so."""

    state: State
    record_id: str
    task_id: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


type Plan = Create | Tell | Done | FormToLeadError


class FieldsWrong(PermanentError):
    """All that the form finds wrong, as problems for the rejection."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(Reason.VALIDATION_FAILED)
        self.problems = problems


def prepare(submission: Submission, forms: Mapping[str, Form]) -> Prepared | FormToLeadError:
    form = forms.get(submission.form_id)
    if form is None:
        return PermanentError(Reason.UNKNOWN_FORM, detail=submission.form_id)
    try:
        checked = check(form, submission.fields)
    except Exception as error:  # noqa: BLE001 (one person's odd data must not stop the batch: it is a bug to report)
        return _bug(error, submission.submission_id)
    if checked.errors:
        return FieldsWrong(tuple(Problem(code=error.code, field=error.field) for error in checked.errors))
    return Prepared(submission, form, checked.values)


def plan_batch(batch: Sequence[Prepared], found: Found) -> dict[str, Plan]:
    """Plans by submission id. In order of arrival: a Lead planned for one submission counts for the next."""
    own_leads = {str(lead[SUBMISSION_ID_FIELD]): lead for lead in _still_there(found.own_leads)}
    own_tasks = {str(task[SUBMISSION_ID_FIELD]): task for task in found.own_tasks}
    known = Known.of(found)
    plans: dict[str, Plan] = {}
    for one in batch:
        try:
            plans[one.id] = _plan(one, own_leads.get(one.id), own_tasks.get(one.id), known)
        except Exception as error:  # noqa: BLE001 (as above: this one is rejected as a bug, the others go on)
            plans[one.id] = _bug(error, one.id)
    return plans


def _still_there(own_leads: Sequence[Record]) -> list[Record]:
    """A Lead that was merged lives on in another; one that somebody deleted is no answer to this submission.

    The living stand last, so that they count where a submission has both.
    """
    there = [lead for lead in own_leads if not lead.get("IsDeleted") or lead.get("MasterRecordId")]
    return sorted(there, key=lambda lead: not lead.get("IsDeleted"))


def _plan(one: Prepared, own_lead: Record | None, own_task: Record | None, known: Known) -> Plan:
    if own_lead:
        merged = bool(own_lead.get("IsDeleted"))
        record_id = str(own_lead["MasterRecordId"] if merged else own_lead["Id"])
        return Done(State.CREATED, record_id, evidence={"rule": "own_lead_merged" if merged else "own_lead"})
    if own_task:
        return _plan_again(one, own_task, known)
    decision = known.decide(one)
    if decision.outcome != "update" or decision.candidate_id is None:
        lead = new_lead(one)
        known.add_planned(one.id, lead.record)
        return Create(lead, decision.as_texts())
    return _tell_known(one, decision.candidate_id, decision.as_texts(), known)


def new_lead(one: Prepared) -> NewLead:
    return NewLead(
        lead_record(one.form, one.submission, one.values),
        assign=one.form.lead.runs_assignment_rule,
        save_duplicate=one.form.existing.duplicate_rule == "save",
    )


def _plan_again(one: Prepared, task: Record, known: Known) -> Plan:
    """The Task is written; the changes may not be. The Task says whom it was about."""
    target, task_id = str(task["WhoId"] or ""), str(task["Id"])
    evidence = {"rule": "own_task"}
    if target in known.leads:
        decision = known.decide(one)
        # Whoever is found by the same rule again is known as well as before; else only the very same name will do.
        rule = decision.as_texts()["rule"] if decision.candidate_id == target else "own_task"
        return _tell_known(one, target, evidence | {"found_by": rule}, known, task_id=task_id)
    state = State.ATTACHED if target.startswith(CONTACT_PREFIX) else State.UPDATED
    return Done(state, target, task_id, evidence)


def _tell_known(one: Prepared, target_id: str, evidence: dict[str, str], known: Known, *, task_id: str = "") -> Tell:
    record = known.record(target_id)
    plan = tell(one, record, evidence, task_id=task_id, follows=target_id in known.planned)
    record.update(plan.changes)
    return plan


def tell(one: Prepared, record: Record, evidence: dict[str, str], *, task_id: str = "", follows: bool = False) -> Tell:
    """What the Lead or Contact gets. `task_id` is that of the Task when it is written already."""
    target_id = str(record["Id"])
    is_contact = target_id.startswith(CONTACT_PREFIX)
    leave_alone = is_contact or _may_be_somebody_else(one, record, evidence)
    task = task_record(one.form, one.submission, one.values, who_id=target_id, owner_id=_task_owner(one, record))
    return Tell(
        state=State.ATTACHED if is_contact else State.UPDATED,
        target_id=target_id,
        follows=follows,
        changes={} if leave_alone else changes_to(record, one.form, one.submission, one.values),
        task={} if task_id else task,
        task_id=task_id,
        evidence=evidence,
    )


def _may_be_somebody_else(one: Prepared, record: Record, evidence: dict[str, str]) -> bool:
    """A family's phone: the father's Lead must not get the daughter's e-mail address. The Task tells it all.

    What a rule of the org takes for a duplicate is changed only when it has the very same name.
    """
    sent = visitor_fields(one.form, one.values)
    match evidence.get("found_by", evidence.get("rule")):
        case "org_duplicate_rule" | "own_task":
            return not all(_same_name(name, record, sent) for name in ("FirstName", "LastName"))
        case _:
            return False


def choose(one: Prepared, matches: Sequence[Match], found: Mapping[str, Record]) -> Tell | None:
    """Whom of those that a duplicate rule of the org found the submission is about; None when none of them is there.

    The same e-mail address first, then the same last name, Contacts before Leads (or after them, where the form wants
    a Lead beside a Contact), then the org's own confidence.
    """
    sent = visitor_fields(one.form, one.values)
    email = same_mailbox(str(sent.get("Email") or ""))
    there = [(match, found[match.record_id]) for match in matches if match.record_id in found]
    if not there:
        return None

    def closeness(candidate: tuple[Match, Record]) -> tuple[bool, bool, bool, float]:
        match, record = candidate
        return (
            email != "" and same_mailbox(str(record.get("Email") or "")) == email,
            _folded_name("LastName", record) == _folded_name("LastName", sent),
            str(record["Id"]).startswith(CONTACT_PREFIX) == (one.form.existing.contact == "attach"),
            match.confidence,
        )

    match, record = max(there, key=closeness)
    evidence = {
        "rule": "org_duplicate_rule",
        "duplicate_rule": match.rule,
        "rivals": " ".join(sorted({str(other["Id"]) for _, other in there} - {str(record["Id"])})),
    }
    return tell(one, record, evidence)


def _folded_name(field_name: str, record: Record) -> str:
    return folded(str(record.get(field_name) or ""))


def _same_name(field_name: str, one: Record, other: Record) -> bool:
    """Two blanks are no name."""
    return _folded_name(field_name, one) == _folded_name(field_name, other) != ""


def _names_differ(field_name: str, *records: Record) -> bool:
    """Whether two of the records have different names; a blank differs from nothing."""
    return len({name for record in records if (name := _folded_name(field_name, record))}) > 1


def _task_owner(one: Prepared, record: Record) -> str | Named | None:
    """The record's owner, unless Salesforce said at the last try that this user has left."""
    if one.submission.last_error == "INACTIVE_OWNER_OR_USER":
        return None
    return record.get("OwnerId")


def _bug(error: Exception, submission_id: str) -> PermanentError:
    log("processor_bug", level="error", submission_id=submission_id, where=where(error))
    return PermanentError(Reason.INTERNAL_ERROR, where(error))
