"""What to do for each submission of a batch. Pure: checked submissions and found records in, plans out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.crm import Found, Match, Record
from shared.errors import FormToLeadError, PermanentError, TransientError
from shared.form.definition import Existing, Form
from shared.intake.validation import check
from shared.leads.candidates import CONTACT_PREFIX, Known, Prepared
from shared.leads.holding import hold, new_lead, plan_own, task_owner
from shared.leads.lead import task_record, visitor_fields
from shared.leads.lead_changes import changes_to, with_changes
from shared.leads.own_records import own_records
from shared.leads.plans import Create, Done, Plan, Tell
from shared.leads.retrying import OWN_WRITE_IN_DOUBT
from shared.matching import Decision
from shared.matching.decision import Verdict
from shared.observability import log, where
from shared.rejection import Problem, Reason
from shared.submission import State, Submission
from shared.values.cleaning import folded
from shared.values.email_address import same_mailbox


class FieldsWrong(PermanentError):
    """All that the form finds wrong, as problems for the rejection."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(Reason.VALIDATION_FAILED)
        self.problems = problems


def prepare(submission: Submission, forms: Mapping[str, Form], now: datetime) -> Prepared | FormToLeadError:
    form = forms.get(submission.form_id)
    if form is None:
        return PermanentError(Reason.UNKNOWN_FORM, detail=submission.form_id)
    try:
        checked = check(form, submission.fields, submission.sources.language)
    except Exception as error:  # noqa: BLE001 (one person's odd data must not stop the batch: it is a bug to report)
        return _bug(error, submission.submission_id)
    if checked.errors:
        return FieldsWrong(tuple(Problem(code=error.code, field=error.field) for error in checked.errors))
    return Prepared(submission, form, checked.values, is_in_doubt=submission.is_in_doubt(now))


def plan_batch(batch: Sequence[Prepared], found: Found) -> dict[str, Plan]:
    """Plans by submission id. In order of arrival: a Lead planned for one submission counts for the next."""
    own = own_records(found, [one.submission for one in batch])
    known = Known.of(found)
    plans: dict[str, Plan] = {}
    for one in batch:
        try:
            if earlier := own.earlier.get(one.id):
                plans[one.id] = PermanentError(Reason.KEY_USED_BEFORE, detail=str(earlier["Id"]))
            else:
                plans[one.id] = _plan(one, own.leads.get(one.id), own.tasks.get(one.id), known)
        except Exception as error:  # noqa: BLE001 (as above: this one is rejected as a bug, the others go on)
            plans[one.id] = _bug(error, one.id)
    return plans


def _plan(one: Prepared, own_lead: Record | None, own_task: Record | None, known: Known) -> Plan:
    if own_lead:
        return plan_own(one, own_lead, own_task, known)
    if own_task:
        return _plan_again(one, own_task, known)
    decision = known.decide(one)
    verdict = verdict_of(decision, one.form.existing)
    evidence = decision.as_texts()
    if verdict != decision.outcome:
        evidence["policy"] = verdict
    if verdict == "update" and decision.candidate_id:
        if one.is_in_doubt:
            # An earlier try wanted a Lead of its own, which may come about yet: whoever is found since has to wait.
            return TransientError(OWN_WRITE_IN_DOUBT)
        return _tell_known(one, decision.candidate_id, evidence, known)
    if verdict == "hold" and decision.candidate_id:
        return hold(one, decision, decision.candidate_id, evidence, known)
    lead = new_lead(one)
    known.add_planned(one.id, with_changes({}, lead.record, one.submission.received_at))
    return Create(lead, evidence)


def verdict_of(decision: Decision, policy: Existing) -> Verdict:
    """What the form wants to happen: it may be more careful than the matcher, or want a Lead all the same."""
    match decision.outcome:
        case "update" if (decision.candidate_id or "").startswith(CONTACT_PREFIX):
            return "hold" if policy.contact == "hold" else "update"
        case "update":
            return policy.lead
        case "hold":
            return policy.unsure
        case "create":
            return "create"


# --- somebody known -----------------------------------------------------------------------------------------


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
    record.update(with_changes(record, plan.changes, one.submission.received_at))
    return plan


def tell(one: Prepared, record: Record, evidence: dict[str, str], *, task_id: str = "", follows: bool = False) -> Tell:
    """What the Lead or Contact gets. `task_id` is that of the Task when it is written already."""
    target_id = str(record["Id"])
    is_contact = target_id.startswith(CONTACT_PREFIX)
    leave_alone = is_contact or _may_be_somebody_else(one, record, evidence)
    task = task_record(
        one.form, one.submission, one.values, who_id=target_id, owner_id=task_owner(one, record.get("OwnerId"))
    )
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
    """Whom the matcher is sure of is changed, and whom it isn't sure of never: the Task tells it all.

    Whom it was not asked about (a rule of the org, an earlier run's Task) is changed only with the very same name.
    """
    sent = visitor_fields(one.form, one.values)
    match evidence.get("found_by", evidence.get("rule")):
        case "same_person":
            return False
        case "org_duplicate_rule" | "own_task":
            return not all(_same_name(name, record, sent) for name in ("FirstName", "LastName"))
        case _:
            return True


def choose(one: Prepared, matches: Sequence[Match], found: Mapping[str, Record], *, unsure: bool) -> Tell | None:
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
            str(record["Id"]).startswith(CONTACT_PREFIX) == (one.form.existing.contact != "lead"),
            match.confidence,
        )

    match, record = max(there, key=closeness)
    evidence = {
        "rule": "org_duplicate_rule",
        "duplicate_rule": match.rule,
        "rivals": " ".join(sorted({str(other["Id"]) for _, other in there} - {str(record["Id"])})),
    }
    return tell(one, record, evidence | ({"found_by": "possible_duplicate"} if unsure else {}))


def _folded_name(field_name: str, record: Record) -> str:
    return folded(str(record.get(field_name) or ""))


def _same_name(field_name: str, one: Record, other: Record) -> bool:
    """Two blanks are no name."""
    return _folded_name(field_name, one) == _folded_name(field_name, other) != ""


def _bug(error: Exception, submission_id: str) -> PermanentError:
    log("processor_bug", level="error", submission_id=submission_id, where=where(error))
    return PermanentError(Reason.INTERNAL_ERROR, where(error))
