"""What the plans ask of Salesforce, for a whole batch in as few calls as possible. A result for each submission.

    look up ▶ plan ▶ write Leads ▶ (resolve the org's duplicates) ▶ tell sales ▶ (follow who moved) ▶ join campaigns

Steps in brackets cost more calls and happen only where Salesforce's answer asks for them. Whatever was written before a
call fails keeps its result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from shared.crm import Crm, Note, Noted, Record, Written
from shared.errors import (
    BudgetError,
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.leads.campaigns import with_campaigns
from shared.leads.candidates import Prepared, fields_to_see, look_up_for
from shared.leads.holding import tell_held
from shared.leads.lead_changes import with_changes
from shared.leads.planning import choose, plan_batch, tell
from shared.leads.plans import Create, Done, Hold, Plan, Tell
from shared.leads.results import MOVED, Result, Results, Settled, of_one, settled
from shared.leads.retrying import OWN_WRITE_IN_DOUBT
from shared.observability import count, log, where
from shared.rejection import Reason
from shared.submission import State

_DUPLICATE: Final = "DUPLICATES_DETECTED"
_CUT_SHORT: Final = "batch_cut_short"
_GONE_OR_MISNAMED: Final = "INVALID_CROSS_REFERENCE_KEY"
"""Of a note: its record was deleted for good, or the owner of the Task is no user. Looking again tells which."""

type _Plans = dict[str, Plan]
type _People = Mapping[str, Prepared]


def carry_out(ready: Sequence[Prepared], crm: Crm) -> Results:
    """Raises nothing: what fails for now is a TransientError or ConfigurationError in its place."""
    results: Results = {}
    try:
        ready, kept_back = _within_the_budget(ready, crm)
        results |= kept_back
        if ready:
            found = crm.look_up(look_up_for(ready))
            # That answer told how many calls are left: a cold instance did not know before.
            ready, kept_back = _within_the_budget(ready, crm)
            results |= kept_back
            _write(ready, plan_batch(ready, found), results, crm)
    except RefusedCallError as error:
        left = [one for one in ready if one.id not in results]
        if len(left) > 1:
            # One person's data or one form's field stops them all: find out whose, at the price of more calls.
            results |= _one_by_one(left, crm)
        else:
            results |= {one.id: of_one(error) for one in left}
    except (TransientError, ConfigurationError) as error:
        results = {one.id: error for one in ready} | results
    except Exception as error:  # noqa: BLE001 (a bug: whoever meets it alone is rejected by name, the others go on)
        log("processor_bug", level="error", where=where(error))
        left = [one for one in ready if one.id not in results]
        bug = PermanentError(Reason.INTERNAL_ERROR, where(error))
        results |= _one_by_one(left, crm) if len(left) > 1 else {one.id: bug for one in left}
    return results


def _within_the_budget(ready: Sequence[Prepared], crm: Crm) -> tuple[list[Prepared], Results]:
    """Who may go on, and who waits: when the org's calls run short, somebody new comes before any repeat."""
    if crm.has_calls_for_repeats():
        return list(ready), {}
    people = {key for one in ready if one.is_repeat for key in one.submission.person_keys}
    # Who may be the same person waits as well: the repeat may have written already, and nobody has looked.
    waits = {one.id for one in ready if one.is_repeat or people & set(one.submission.person_keys)}
    kept = BudgetError("api_calls_kept_for_new_submissions")
    return [one for one in ready if one.id not in waits], dict.fromkeys(waits, kept)


def _write(ready: Sequence[Prepared], plans: Mapping[str, Plan], results: Results, crm: Crm) -> None:
    """Fills `results` as it goes, so that what was written stays known when a later call fails."""
    plans = dict(plans)
    by_id = {one.id: one for one in ready}
    done: Results = {}
    try:
        done |= {one: plan for one, plan in plans.items() if isinstance(plan, FormToLeadError)}
        done |= {
            one: settled(plan.state, plan.record_id, plan.evidence, plan.task_id)
            for one, plan in plans.items()
            if isinstance(plan, Done)
        }
        held: dict[str, Written] = {}
        try:
            _create_leads(by_id, plans, done, held, crm)
            plans |= _resolve_duplicates(by_id, plans, done, held, crm)
        except UnknownOutcomeError:
            # Of those who are known nothing was sent: nothing of them is in doubt.
            known = [one for one, plan in plans.items() if isinstance(plan, Tell) and not plan.follows]
            done |= dict.fromkeys(known, TransientError(_CUT_SHORT))
            raise
        _tell_sales(by_id, plans, done, held, crm)
    finally:
        # A membership must not be forgotten because something else failed: it is part of being done.
        results |= with_campaigns(by_id, done, crm)


def _one_by_one(left: Sequence[Prepared], crm: Crm) -> Results:
    """Ends at the first call without an answer: a time-out for each would outlast the function."""
    results: Results = {}
    for one in left:
        results |= carry_out([one], crm)
        if isinstance(results[one.id], UnknownOutcomeError):
            break
    return {one.id: TransientError(_CUT_SHORT) for one in left} | results


# --- new Leads ----------------------------------------------------------------------------------------------


def _create_leads(by_id: _People, plans: Mapping[str, Plan], done: Results, held: dict[str, Written], crm: Crm) -> None:
    creates = {one: plan for one, plan in plans.items() if one in by_id and isinstance(plan, Create | Hold)}
    if not creates:
        return
    for one, plan in creates.items():
        if plan.lead.save_duplicate:
            log("duplicate_rule_may_be_passed", submission_id=one)
    written = crm.upsert_leads([plan.lead for plan in creates.values()])
    for (one, plan), result in zip(creates.items(), written, strict=True):
        _created(one, plan, result, done, held)


def _created(one: str, plan: Create | Hold, written: Written, done: Results, held: dict[str, Written]) -> None:
    """A held Lead is not settled by being there: sales must hear of it too."""
    if written.error:
        done[one] = written.error
    elif isinstance(plan, Hold):
        held[one] = written
    else:
        done[one] = settled(State.CREATED, written.record_id, plan.evidence)


def _resolve_duplicates(
    by_id: _People, plans: Mapping[str, Plan], done: Results, held: dict[str, Written], crm: Crm
) -> _Plans:
    """Whom a duplicate rule of the org stopped: plans to tell sales about the record that the rule found.

    Changes `done` and `held` for those who are rejected, or who could be created after all. A collection does not say
    whom the rule found, so they are written once more, singly: one call, and those of `follow`.
    """
    stopped = {
        one: plan for one, plan in plans.items() if isinstance(plan, Create | Hold) and _is_duplicate(done.get(one))
    }
    if not stopped:
        return {}
    count("OrgDuplicates", len(stopped))
    for one in stopped:
        # Not settled yet: should one of these calls fail, its error is theirs.
        del done[one]
    written = dict(zip(stopped, crm.upsert_one_by_one([plan.lead for plan in stopped.values()]), strict=True))
    still = [one for one, result in written.items() if _is_duplicate(result.error)]
    refused = {one: _refused(written[one]) for one in still}
    for one, plan in stopped.items():
        if one not in still:
            _created(one, plan, written[one], done, held)
        elif by_id[one].form.existing.duplicate_rule == "hold":
            done[one] = refused[one]
    to_tell = [by_id[one] for one in still if one not in done]
    ids = [match.record_id for one in to_tell for match in written[one.id].matches]
    found = crm.follow(ids, fields_to_see(to_tell)) if ids else {}
    chosen: _Plans = {}
    for known in to_tell:
        if known.is_in_doubt:
            # The rule found somebody who came since: the write without an answer may have passed it before.
            done[known.id] = TransientError(OWN_WRITE_IN_DOUBT)
            continue
        unsure = isinstance(stopped[known.id], Hold)
        if choice := choose(known, written[known.id].matches, found, unsure=unsure):
            chosen[known.id] = choice
            # The next of the batch sees what this one is about to write.
            found = {start: _changed(record, choice, known) for start, record in found.items()}
        else:
            done[known.id] = refused[known.id]
    return chosen


def _changed(record: Record, plan: Tell, one: Prepared) -> Record:
    is_target = record["Id"] == plan.target_id
    return with_changes(record, plan.changes, one.submission.received_at) if is_target else record


def _is_duplicate(result: Result | None) -> bool:
    return isinstance(result, PermanentError) and result.code == _DUPLICATE


def _refused(written: Written) -> PermanentError:
    """For an operator: which rule, and whom it found."""
    rules = ", ".join(sorted({match.rule for match in written.matches})) or "unknown rule"
    ids = " ".join(match.record_id for match in written.matches) or "no record that the API user may see"
    return PermanentError(Reason.POSSIBLE_DUPLICATE, detail=f"{rules}: {ids}")


# --- notes on known people ----------------------------------------------------------------------------------


def _tell_sales(
    by_id: _People, plans: Mapping[str, Plan], done: Results, held: Mapping[str, Written], crm: Crm
) -> None:
    ids = {one: written.record_id for one, written in held.items()}
    ids |= {one: result.outcome.record_id for one, result in done.items() if isinstance(result, Settled)}
    tells: dict[str, Tell] = {}
    for one, plan in plans.items():
        if one not in by_id or not isinstance(plan, Tell | Hold) or (isinstance(plan, Hold) and one not in held):
            continue
        if told := _with_record_id(by_id[one], plan, ids, held.get(one, Written())):
            tells[one] = told
        else:
            # The Lead of the batch that this one was to join did not come about: next time it is looked at on its own.
            done[one] = TransientError("lead_of_same_batch_failed")
    noted = _note(tells, done, crm)
    moved = {one: plan for one, plan in tells.items() if _has_moved(noted[one])}
    if moved:
        for one in moved:
            del done[one]
        _note(_where_they_are(moved, by_id, noted, done, crm), done, crm)


def _with_record_id(one: Prepared, plan: Tell | Hold, ids: Mapping[str, str], lead: Written) -> Tell | None:
    """With a record in place of a submission of the same batch; None where there is none. `lead` is a held one's."""
    other = plan.target_id if isinstance(plan, Tell) else plan.candidate_id
    record_id = ids.get(other, "") if plan.follows else other
    if not record_id:
        return None
    evidence = {name: text.replace(other, record_id) for name, text in plan.evidence.items()}
    if isinstance(plan, Hold):
        plan = replace(plan, evidence=evidence)
        return tell_held(one, plan, record_id, lead_id=lead.record_id, owner_id=lead.owner_id)
    return replace(plan, target_id=record_id, evidence=evidence)


def _note(tells: Mapping[str, Tell], done: Results, crm: Crm) -> dict[str, Noted]:
    if not tells:
        return {}
    written = crm.write_notes([_note_of(plan) for plan in tells.values()])
    noted = dict(zip(tells, written, strict=True))
    done |= {one: _told(one, plan, noted[one]) for one, plan in tells.items()}
    return noted


def _note_of(plan: Tell) -> Note:
    task = {**plan.task, "WhoId": plan.target_id} if plan.task else {}
    return Note(lead_id=plan.target_id if plan.changes else "", changes=plan.changes, task=task)


def _told(submission_id: str, plan: Tell, noted: Noted) -> Result:
    if noted.task.error:
        return noted.task.error
    evidence = plan.evidence
    if noted.change.error and _is_refused_for_good(noted.change.error):
        # Sales has the Task with all that was sent; only the Lead's own fields stay as they were.
        log("changes_refused", level="warning", submission_id=submission_id, error=noted.change.error.code)
        count("ChangesRefused")
        evidence = {**evidence, "changes_refused": noted.change.error.code}
    elif noted.change.error:
        return noted.change.error
    return settled(plan.state, plan.target_id, evidence, noted.task.record_id or plan.task_id)


def _is_refused_for_good(error: FormToLeadError) -> bool:
    """A trigger that fails counts as well: the Task is there, and the same try would write nothing else."""
    return isinstance(error, PermanentError) or error.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def _has_moved(noted: Noted) -> bool:
    return any(part.error and part.error.code in {*MOVED, _GONE_OR_MISNAMED} for part in (noted.task, noted.change))


def _where_they_are(
    moved: Mapping[str, Tell], by_id: _People, noted: Mapping[str, Noted], done: Results, crm: Crm
) -> dict[str, Tell]:
    """New plans for the Contact of a Lead that was converted, or for what a record was merged into."""
    found = crm.follow([plan.target_id for plan in moved.values()], fields_to_see([by_id[one] for one in moved]))
    plans: dict[str, Tell] = {}
    for one, plan in moved.items():
        record, task_id = found.get(plan.target_id), noted[one].task.record_id or plan.task_id
        evidence = {**plan.evidence, "moved_from": plan.target_id}
        if record is None:
            # Deleted: the next look-up finds somebody else, or nobody, and then there is a new Lead.
            done[one] = TransientError("record_gone")
        elif plan.state not in {State.HELD, State.CREATED}:
            plans[one] = tell(by_id[one], record, evidence, task_id=task_id)
        elif record["Id"] == plan.target_id:
            plans[one] = replace(plan, task={} if task_id else plan.task, task_id=task_id)
        else:
            # Somebody merged or converted the submission's own Lead: there is nothing left to ask.
            done[one] = settled(plan.state, str(record["Id"]), evidence, task_id)
    return plans
