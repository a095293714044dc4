"""What an earlier try wrote for a submission that its form refuses now: the form may have changed between the two.

Without this look a Lead could stand in the org whose submission says that it was rejected.
"""

from collections.abc import Sequence

from shared.crm import Crm, Found, LookUp, Record
from shared.errors import ConfigurationError, FormToLeadError, TransientError
from shared.form.lead_fields import SUBMISSION_ID_FIELD
from shared.leads.candidates import CONTACT_PREFIX
from shared.leads.holding import is_flagged
from shared.leads.planning import still_there
from shared.leads.results import Results, Settled, settled
from shared.submission import State, Submission


def written_before(refused: Sequence[Submission], crm: Crm) -> Results:
    """For those of whom something was written; one API call. Where it can't be told now, all of them must wait."""
    ids = tuple(row.submission_id for row in refused)
    oldest = min(row.received_at for row in refused)
    try:
        found = crm.look_up(LookUp(ids, emails=(), mailboxes=(), phones=(), oldest=oldest, lead_fields=()))
    except FormToLeadError as error:
        waits = isinstance(error, TransientError | ConfigurationError)
        return dict.fromkeys(ids, error if waits else TransientError(error.code))
    return {**_told(found), **_created(found)}


def _created(found: Found) -> Results:
    return {str(lead[SUBMISSION_ID_FIELD]): _of_lead(lead) for lead in still_there(found.own_leads)}


def _of_lead(lead: Record) -> Settled:
    """A held one says so itself; whether sales got its Task is not looked for."""
    record_id = str(lead["MasterRecordId"] if lead.get("IsDeleted") else lead["Id"])
    return settled(State.HELD if is_flagged(lead) else State.CREATED, record_id, {"rule": "own_lead"})


def _told(found: Found) -> Results:
    return {str(task[SUBMISSION_ID_FIELD]): _of_task(task) for task in found.own_tasks}


def _of_task(task: Record) -> Settled:
    record_id = str(task["WhoId"] or "")
    state = State.ATTACHED if record_id.startswith(CONTACT_PREFIX) else State.UPDATED
    return settled(state, record_id, {"rule": "own_task"}, str(task["Id"]))
