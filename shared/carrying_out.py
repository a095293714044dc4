"""What the plans ask of Salesforce, for a whole batch in as few calls as possible. A result for each submission.

    look up ▶ plan ▶ write Leads ▶ (resolve the org's duplicates) ▶ tell sales ▶ (follow who moved) ▶ join campaigns

Steps in brackets cost more calls and happen only where Salesforce's answer asks for them. Whatever was written before a
call fails keeps its result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shared.candidates import Prepared, fields_to_see, look_up_for
from shared.crm import Crm, Member, Note, Noted, Record, Written
from shared.errors import (
    BudgetError,
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.observability import count, log, where
from shared.planning import Create, Done, Plan, Tell, choose, plan_batch, tell
from shared.rejection import Reason
from shared.submission import Outcome, State

_DUPLICATE: Final = "DUPLICATES_DETECTED"
_MOVED: Final = frozenset({"CANNOT_UPDATE_CONVERTED_LEAD", "ENTITY_IS_DELETED", "NOT_FOUND"})
"""The record that the look-up saw a moment ago was converted, merged or deleted since."""
_GONE_OR_MISNAMED: Final = "INVALID_CROSS_REFERENCE_KEY"
"""Of a note: its record was deleted for good, or the owner of the Task is no user. Looking again tells which."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What stands in Salesforce now."""

    state: State
    outcome: Outcome


type Result = Settled | FormToLeadError
type Results = dict[str, Result]
"""By submission id."""


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
            results |= {one.id: _of_one(error) for one in left}
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
        done |= {one: _done(plan) for one, plan in plans.items() if isinstance(plan, Done)}
        done |= _create_leads(by_id, plans, crm)
        plans |= _resolve_duplicates(by_id, plans, done, crm)
        _tell_sales(by_id, plans, done, crm)
    finally:
        # A membership must not be forgotten because something else failed: it is part of being done.
        results |= _with_campaigns(by_id, done, crm)


def _one_by_one(left: Sequence[Prepared], crm: Crm) -> Results:
    """Ends at the first call without an answer: a time-out for each would outlast the function."""
    results: Results = {}
    for one in left:
        results |= carry_out([one], crm)
        if isinstance(results[one.id], UnknownOutcomeError):
            break
    return {one.id: TransientError("batch_cut_short") for one in left} | results


def _of_one(error: RefusedCallError) -> FormToLeadError:
    return PermanentError(error.code, detail=error.detail) if error.permanent else error


def _done(plan: Done) -> Settled:
    return _settled(plan.state, plan.record_id, plan.evidence, plan.task_id)


def _settled(state: State, record_id: str, evidence: dict[str, str], task_id: str = "") -> Settled:
    kind = "Contact" if state is State.ATTACHED else "Lead"
    return Settled(state, Outcome(record_id=record_id, record_type=kind, task_id=task_id, evidence=evidence))


# --- new Leads ----------------------------------------------------------------------------------------------


def _create_leads(by_id: Mapping[str, Prepared], plans: Mapping[str, Plan], crm: Crm) -> Results:
    creates = {one: plan for one, plan in plans.items() if one in by_id and isinstance(plan, Create)}
    if not creates:
        return {}
    for one, plan in creates.items():
        if plan.lead.save_duplicate:
            log("duplicate_rule_may_be_passed", submission_id=one)
    written = crm.upsert_leads([plan.lead for plan in creates.values()])
    return {one: _created(plan, result) for (one, plan), result in zip(creates.items(), written, strict=True)}


def _created(plan: Create, written: Written) -> Result:
    return written.error or _settled(State.CREATED, written.record_id, plan.evidence)


def _resolve_duplicates(
    by_id: Mapping[str, Prepared], plans: Mapping[str, Plan], done: Results, crm: Crm
) -> dict[str, Plan]:
    """Whom a duplicate rule of the org stopped: plans to tell sales about the record that the rule found.

    Changes `done` for those who are held, or who could be created after all. A collection does not say whom the rule
    found, so they are written once more, singly: one call, and those of `follow`.
    """
    stopped = {one: plan for one, plan in plans.items() if isinstance(plan, Create) and _is_duplicate(done.get(one))}
    if not stopped:
        return {}
    count("OrgDuplicates", len(stopped))
    for one in stopped:
        # Not settled yet: should one of these calls fail, its error is theirs.
        del done[one]
    written = dict(zip(stopped, crm.upsert_one_by_one([plan.lead for plan in stopped.values()]), strict=True))
    results = {one: _created(stopped[one], result) for one, result in written.items()}
    still = [one for one, result in results.items() if _is_duplicate(result)]
    results |= {one: _held(written[one]) for one in still}
    held = [one for one in still if by_id[one].form.existing.duplicate_rule == "hold"]
    done |= {one: result for one, result in results.items() if one in held or one not in still}
    to_tell = [by_id[one] for one in still if one not in held]
    ids = [match.record_id for one in to_tell for match in written[one.id].matches]
    found = crm.follow(ids, fields_to_see(to_tell)) if ids else {}
    chosen: dict[str, Plan] = {}
    for waiting in to_tell:
        if plan := choose(waiting, written[waiting.id].matches, found):
            chosen[waiting.id] = plan
            # The next of the batch sees what this one is about to write.
            found = {start: _changed(record, plan) for start, record in found.items()}
        else:
            done[waiting.id] = results[waiting.id]
    return chosen


def _changed(record: Record, plan: Tell) -> Record:
    return {**record, **plan.changes} if record["Id"] == plan.target_id else record


def _is_duplicate(result: Result | None) -> bool:
    return isinstance(result, PermanentError) and result.code == _DUPLICATE


def _held(written: Written) -> PermanentError:
    """For an operator: which rule, and whom it found."""
    rules = ", ".join(sorted({match.rule for match in written.matches})) or "unknown rule"
    ids = " ".join(match.record_id for match in written.matches) or "no record that the API user may see"
    return PermanentError(Reason.POSSIBLE_DUPLICATE, detail=f"{rules}: {ids}")


# --- notes on known people ----------------------------------------------------------------------------------


def _tell_sales(by_id: Mapping[str, Prepared], plans: Mapping[str, Plan], done: Results, crm: Crm) -> None:
    tells: dict[str, Tell] = {}
    for one, plan in plans.items():
        if one not in by_id or not isinstance(plan, Tell):
            continue
        created = done.get(plan.target_id) if plan.follows else None
        if isinstance(created, Settled):
            tells[one] = replace(plan, target_id=created.outcome.record_id)
        elif plan.follows:
            # The Lead that this one was to join did not come about: next time it is looked at on its own.
            done[one] = TransientError("lead_of_same_batch_failed")
        else:
            tells[one] = plan
    noted = _note(tells, done, crm)
    moved = {one: plan for one, plan in tells.items() if _has_moved(noted[one])}
    if moved:
        for one in moved:
            del done[one]
        _note(_where_they_are(moved, by_id, noted, done, crm), done, crm)


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
    return _settled(plan.state, plan.target_id, evidence, noted.task.record_id or plan.task_id)


def _is_refused_for_good(error: FormToLeadError) -> bool:
    """A trigger that fails counts as well: the Task is there, and the same try would write nothing else."""
    return isinstance(error, PermanentError) or error.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"


def _has_moved(noted: Noted) -> bool:
    return any(part.error and part.error.code in {*_MOVED, _GONE_OR_MISNAMED} for part in (noted.task, noted.change))


def _where_they_are(
    moved: Mapping[str, Tell], by_id: Mapping[str, Prepared], noted: Mapping[str, Noted], done: Results, crm: Crm
) -> dict[str, Tell]:
    """New plans for the Contact of a Lead that was converted, or for what a record was merged into."""
    found = crm.follow([plan.target_id for plan in moved.values()], fields_to_see([by_id[one] for one in moved]))
    plans: dict[str, Tell] = {}
    for one, plan in moved.items():
        if record := found.get(plan.target_id):
            evidence = {**plan.evidence, "moved_from": plan.target_id}
            plans[one] = tell(by_id[one], record, evidence, task_id=noted[one].task.record_id or plan.task_id)
        else:
            # Deleted: the next look-up finds somebody else, or nobody, and then there is a new Lead.
            done[one] = TransientError("record_gone")
    return plans


# --- campaigns ----------------------------------------------------------------------------------------------


def _with_campaigns(by_id: Mapping[str, Prepared], done: Results, crm: Crm) -> Results:
    """Who is in Salesforce now becomes a member of the form's campaign, also when a repeat finds them there."""
    members = {one: _member(by_id[one], result) for one, result in done.items() if one in by_id}
    joining = {one: member for one, member in members.items() if member}
    if not joining:
        return done
    written = dict(zip(joining, _join(list(joining.values()), crm), strict=True))
    moved = {one: joining[one] for one, result in written.items() if result.error and result.error.code in _MOVED}
    written |= _join_where_they_are(moved, crm)
    return done | {one: _joined(one, done[one], result) for one, result in written.items()}


def _join(members: Sequence[Member], crm: Crm) -> list[Written]:
    try:
        return crm.join_campaigns(members)
    except RefusedCallError as error:
        # One member refuses the call: each on its own.
        return [_join([one], crm)[0] for one in members] if len(members) > 1 else [Written(error=_of_one(error))]
    except FormToLeadError as error:
        return [Written(error=error)] * len(members)


def _join_where_they_are(moved: Mapping[str, Member], crm: Crm) -> dict[str, Written]:
    """The Lead was converted or merged since it was written: its Contact, or its master, joins."""
    if not moved:
        return {}
    try:
        today = crm.follow([member.record_id for member in moved.values()], ())
    except FormToLeadError as error:
        return {one: Written(error=error) for one in moved}
    there = {
        one: replace(member, record_id=str(today[member.record_id]["Id"]))
        for one, member in moved.items()
        if member.record_id in today
    }
    return dict(zip(there, _join(list(there.values()), crm), strict=True)) if there else {}


def _member(one: Prepared, result: Result) -> Member | None:
    campaign = one.form.lead.campaign
    if campaign is None or not isinstance(result, Settled) or not result.outcome.record_id:
        return None
    return Member(campaign.in_org, result.outcome.record_id, campaign.status)


def _joined(submission_id: str, result: Result, written: Written) -> Result:
    """Without its campaign a Lead is still the Lead: what the org refuses for good is told, not rejected."""
    refused = isinstance(written.error, PermanentError) or (written.error and written.error.code in _MOVED)
    if not refused or not isinstance(result, Settled) or written.error is None:
        return written.error or result
    log("campaign_refused", level="warning", submission_id=submission_id, error=written.error.code)
    count("CampaignRefused")
    evidence = {**result.outcome.evidence, "campaign_refused": written.error.code}
    return replace(result, outcome=result.outcome.model_copy(update={"evidence": evidence}))
