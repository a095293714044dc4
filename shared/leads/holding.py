"""Somebody who may be known already: a Lead of their own that says so, and a Task for whoever works on it. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from shared.crm import Named, NewLead, Record
from shared.errors import TransientError
from shared.form.lead_fields import EVIDENCE_ROOM, MATCH_EVIDENCE_FIELD, POSSIBLE_DUPLICATE_FIELD, TEXT_LENGTHS
from shared.form.texts import Language
from shared.leads.candidates import Known, Prepared
from shared.leads.lead import is_user, lead_record, task_record
from shared.leads.lead_changes import with_changes
from shared.leads.plans import Done, Hold, Plan, Tell
from shared.matching import Decision
from shared.matching.wording import in_words
from shared.submission import State
from shared.values.cleaning import cut

_SUBJECT_ROOM: Final = 255
_SUBJECT: Final[dict[Language, str]] = {"en": "Possible duplicate: ", "nl": "Mogelijk dubbel: "}
_ASKED: Final[dict[Language, str]] = {
    "en": "Perhaps this Lead is somebody whom you know already. Compare the two, and merge them if it is one person.",
    "nl": "Misschien is deze lead iemand die al bekend is. Vergelijk de twee, en voeg ze samen als het één persoon is.",
}
_CANDIDATE: Final[dict[Language, str]] = {"en": "Known as: ", "nl": "Bekend als: "}


def flags(words: str, candidate_id: str) -> Record:
    """What a held Lead says of itself. Without a `candidate_id` the words alone tell that it was held."""
    named = {POSSIBLE_DUPLICATE_FIELD: candidate_id} if candidate_id else {}
    return {MATCH_EVIDENCE_FIELD: cut(words, EVIDENCE_ROOM), **named}


def is_flagged(lead: Mapping[str, object]) -> bool:
    return bool(lead.get(POSSIBLE_DUPLICATE_FIELD) or lead.get(MATCH_EVIDENCE_FIELD))


def held_task(one: Prepared, words: str, candidate_id: str, *, lead_id: str, owner_id: str | Named | None) -> Record:
    """Asks whoever works on the new Lead to look, and tells what was sent."""
    language = one.form.languages[0]
    task = task_record(one.form, one.submission, one.values, who_id=lead_id, owner_id=owner_id)
    # A path: it opens the record behind any org's address.
    candidate = [f"{_CANDIDATE[language]}/{candidate_id}"] if candidate_id else []
    said = "\n".join([_ASKED[language], *candidate, *([words] if words else []), "", str(task["Description"])])
    return {
        **task,
        "Subject": cut(_SUBJECT[language] + str(task["Subject"]), _SUBJECT_ROOM),
        "Description": cut(said, TEXT_LENGTHS["Description"]),
    }


def new_lead(one: Prepared) -> NewLead:
    return NewLead(
        lead_record(one.form, one.submission, one.values),
        assign=one.form.lead.runs_assignment_rule,
        save_duplicate=one.form.existing.duplicate_rule == "save",
    )


def hold(one: Prepared, decision: Decision, candidate_id: str, evidence: dict[str, str], known: Known) -> Hold:
    """The org's own rule would stop it as well: a Lead that says what it may be is no duplicate by mistake."""
    plain = new_lead(one)
    words = in_words(decision, one.form.languages[0])
    follows = candidate_id in known.planned
    record = {**plain.record, **flags(words, "" if follows else candidate_id)}
    careless = one.form.existing.duplicate_rule != "hold"
    known.add_planned(one.id, with_changes({}, plain.record, one.submission.received_at))
    return Hold(
        NewLead(record, assign=plain.assign, save_duplicate=careless, tell_owner=True),
        candidate_id,
        follows,
        _owner_of(candidate_id, known),
        words,
        evidence,
    )


def tell_held(one: Prepared, plan: Hold, candidate_id: str, *, lead_id: str, owner_id: str) -> Tell:
    """The note on a held Lead that was written; `candidate_id` is a record's by now."""
    owner = task_owner(one, owner_id, plan.candidate_owner)
    return Tell(
        state=State.HELD,
        target_id=lead_id,
        follows=False,
        # The Lead was written before that of the other submission had an id.
        changes={POSSIBLE_DUPLICATE_FIELD: candidate_id} if plan.follows else {},
        task=held_task(one, plan.words, candidate_id, lead_id=lead_id, owner_id=owner),
        task_id="",
        evidence=plan.evidence,
    )


def plan_own(one: Prepared, lead: Record, task: Record | None, known: Known) -> Plan:
    """An earlier run wrote the Lead. Of a held one, its Task may be missing: only holds have both."""
    merged = bool(lead.get("IsDeleted"))
    record_id = str(lead["MasterRecordId"] if merged else lead["Id"])
    evidence = {"rule": "own_lead_merged" if merged else "own_lead"}
    if task is None and not is_flagged(lead):
        return Done(State.CREATED, record_id, evidence=evidence)
    task_id = str(task["Id"]) if task else ""
    named = str(lead.get(POSSIBLE_DUPLICATE_FIELD) or "")
    # Merged or converted: a person has seen what there was to see, or needs no Task to tell it.
    if merged or lead.get("IsConverted") or (task and (named or not is_flagged(lead))):
        return Done(State.HELD, record_id, task_id, evidence | ({"candidate": named} if named else {}))
    words = str(lead.get(MATCH_EVIDENCE_FIELD) or "")
    changes: Record = {}
    if not named:
        # The run ended before it could name anybody, or the Lead that it was about to name never came to be.
        decision = _decided_again(one, str(lead["Id"]), known)
        named = (decision.candidate_id or "") if decision.outcome != "create" else ""
        if named in known.planned:
            return TransientError("candidate_not_written_yet")
        if not named and not task:
            return _plain(record_id, evidence)
        words = in_words(decision, one.form.languages[0])
        changes = flags(words, named) if named else {}
    evidence |= {"candidate": named} if named else {}
    if task and not changes:
        return Done(State.HELD, record_id, task_id, evidence)
    owner = task_owner(one, str(lead.get("OwnerId") or ""), _owner_of(named, known))
    return Tell(
        state=State.HELD,
        target_id=record_id,
        follows=False,
        changes=changes,
        task={} if task else held_task(one, words, named, lead_id=record_id, owner_id=owner),
        task_id=task_id,
        evidence=evidence,
    )


def _plain(lead_id: str, evidence: dict[str, str]) -> Tell:
    """Nobody is like it any more, and nobody was told that somebody is: a new Lead like any other."""
    return Tell(
        state=State.CREATED,
        target_id=lead_id,
        follows=False,
        changes={MATCH_EVIDENCE_FIELD: None},
        task={},
        task_id="",
        evidence=evidence,
    )


def _owner_of(candidate_id: str, known: Known) -> str:
    """'' where it is about to be created, or is not among those found any more."""
    is_there = candidate_id in known and candidate_id not in known.planned
    return str(known.record(candidate_id).get("OwnerId") or "") if is_there else ""


def _decided_again(one: Prepared, own_lead_id: str, known: Known) -> Decision:
    others = {record_id: lead for record_id, lead in known.leads.items() if record_id != own_lead_id}
    return replace(known, leads=others).decide(one)


def task_owner(one: Prepared, *owners: str | Named | None) -> str | Named | None:
    """The first who can own a Task: a queue can't, nor can who has left."""
    if one.submission.last_error == "INACTIVE_OWNER_OR_USER":
        return None
    return next((owner for owner in owners if is_user(owner)), None)
