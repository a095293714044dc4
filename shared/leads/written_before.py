"""What was written for a submission that is about to be rejected: by an earlier try, under another version of its form;
or by this one, before something else of it was refused.

Without this look a Lead could stand in the org whose submission says that it was rejected.
"""

from collections.abc import Sequence

from shared.crm import Crm, LookUp, Record
from shared.errors import ConfigurationError, FormToLeadError, UnknownOutcomeError
from shared.form.lead_fields import POSSIBLE_DUPLICATE_FIELD
from shared.leads.candidates import CONTACT_PREFIX
from shared.leads.holding import is_flagged
from shared.leads.own_records import own_records
from shared.leads.results import Results, Settled, settled
from shared.observability import log, where
from shared.submission import State, Submission


def written_before(refused: Sequence[Submission], crm: Crm) -> Results:
    """For those of whom something was written; one API call. Where it can't be told now, all of them must wait.

    What else belongs to them (a campaign, the Task of a held Lead) is not made up for: their answers are refused.
    """
    ids = tuple(row.submission_id for row in refused)
    oldest = min(row.received_at for row in refused)
    try:
        found = crm.look_up(LookUp(ids, emails=(), mailboxes=(), phones=(), oldest=oldest, lead_fields=()))
        own = own_records(found, refused)
        told = {one: _of_task(task) for one, task in own.tasks.items()}
        return {**told, **{one: _of_lead(lead) for one, lead in own.leads.items()}}
    except FormToLeadError as error:
        # An error of configuration has an alarm of its own. Any other leaves the doubt, and in doubt nobody rejects.
        return dict.fromkeys(ids, error if isinstance(error, ConfigurationError) else UnknownOutcomeError(error.code))
    except Exception as error:  # noqa: BLE001 (a bug must not take what else this batch found out with it)
        log("processor_bug", level="error", where=where(error))
        return dict.fromkeys(ids, UnknownOutcomeError("internal_error"))


def _of_lead(lead: Record) -> Settled:
    """A held one says so itself."""
    merged = bool(lead.get("IsDeleted"))
    candidate = str(lead.get(POSSIBLE_DUPLICATE_FIELD) or "")
    evidence = {"rule": "own_lead_merged" if merged else "own_lead"} | ({"candidate": candidate} if candidate else {})
    record_id = str(lead["MasterRecordId"] if merged else lead["Id"])
    return settled(State.HELD if is_flagged(lead) else State.CREATED, record_id, evidence)


def _of_task(task: Record) -> Settled:
    record_id = str(task["WhoId"] or "")
    state = State.ATTACHED if record_id.startswith(CONTACT_PREFIX) else State.UPDATED
    return settled(state, record_id, {"rule": "own_task"}, str(task["Id"]))
