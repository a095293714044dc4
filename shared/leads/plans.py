"""What is to be done for one submission."""

from dataclasses import dataclass, field

from shared.crm import NewLead, Record
from shared.errors import FormToLeadError
from shared.submission import State


@dataclass(frozen=True, slots=True)
class Create:
    """Nobody knows this person: a new Lead."""

    lead: NewLead
    evidence: dict[str, str]


@dataclass(frozen=True, slots=True)
class Hold:
    """Perhaps somebody known: a new Lead that says so, and a Task that asks sales to look.

    `candidate_id` is a record's id, or the id of the submission of the same batch whose Lead is being created (then
    `follows` is true). `candidate_owner` gets the Task where the new Lead's owner can't.
    """

    lead: NewLead
    candidate_id: str
    follows: bool
    candidate_owner: str
    words: str
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


type Plan = Create | Hold | Tell | Done | FormToLeadError
