"""Submissions and dependencies for tests, with everything that a test does not care about filled in."""

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.errors import FormToLeadError
from shared.form.definition import Form, forms
from shared.intake.person_keys import person_keys
from shared.intake.validation import check
from shared.leads.dependencies import Dependencies
from shared.leads.processing import Message, Retry, process
from shared.submission import Change, FieldValue, Sources, State, Submission, new_submission_id
from tests.fakes.crm import FakeCrm
from tests.fakes.stores import FakeDeadLetters, FakeLedger, FakeLocks

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SECRET = b"a person key for tests, 32 letters long"

CONTACT: Mapping[str, FieldValue] = {
    "first_name": "Sanne",
    "last_name": "de Vries",
    "email": "sanne@example.com",
    "message": "Hebben jullie bakfietsen?",
    "consent": "on",
}


def a_submission(form_id: str = "contact", *, state: State = State.RECEIVED, **fields: FieldValue) -> Submission:
    """A row as the intake writes it; `fields` override those of CONTACT that the form asks."""
    form = forms()[form_id]
    sent = {**{name: value for name, value in CONTACT.items() if name in form.answer_names}, **fields}
    submission_id = new_submission_id()
    return Submission(
        submission_id=submission_id,
        form_id=form_id,
        form_version=form.version,
        state=state,
        received_at=NOW,
        due_at=NOW,
        fields=sent,
        sources=Sources(language="nl", page_url="https://www.flexfit-fietsen.example/nl/contact"),
        person_keys=person_keys(SECRET, form, check(form, sent).values, submission_id),
        history=(Change(at=NOW, from_state="", to_state=state, by="intake"),),
    )


@dataclass
class Desk:
    """The processor with everything around it in memory."""

    ledger: FakeLedger = field(default_factory=FakeLedger)
    dead_letters: FakeDeadLetters = field(default_factory=FakeDeadLetters)
    locks: FakeLocks = field(default_factory=FakeLocks)
    crm: FakeCrm = field(default_factory=FakeCrm)
    forms: Mapping[str, Form] = field(default_factory=forms)
    now: datetime = NOW
    fails_secret: FormToLeadError | None = None
    deliveries: Counter[str] = field(default_factory=Counter)
    _runs: Any = field(default_factory=itertools.count)

    def process(self, *submissions: Submission) -> list[Retry]:
        """One delivery of a batch with these submissions, in this order."""
        for submission in submissions:
            self.ledger.rows.setdefault(submission.submission_id, submission)
            self.deliveries[submission.submission_id] += 1
        counted = [message_for(one, self.deliveries[one.submission_id]) for one in submissions]
        return self.deliver(*counted)

    def deliver(self, *messages: Message) -> list[Retry]:
        dependencies = Dependencies(
            self.ledger, self.dead_letters, self.locks, self.crm, self.forms, lambda: self.now, self._secret
        )
        return process(messages, dependencies, run_id=f"run-{next(self._runs)}")

    def _secret(self) -> bytes:
        if self.fails_secret:
            raise self.fails_secret
        return SECRET

    def state(self, submission: Submission) -> State:
        return self.ledger.rows[submission.submission_id].state

    def row(self, submission: Submission) -> Submission:
        return self.ledger.rows[submission.submission_id]


def contact_form(
    *, existing: Mapping[str, Any] | None = None, lead: Mapping[str, Any] | None = None, **changes: Any
) -> dict[str, Form]:
    """The contact form as the only one, with other settings of its sections."""
    form = forms()["contact"]
    sections = {
        "existing": form.existing.model_copy(update=dict(existing or {})),
        "lead": form.lead.model_copy(update=dict(lead or {})),
    }
    return {"contact": form.model_copy(update={**sections, **changes})}


def message_for(submission: Submission, deliveries: int = 1) -> Message:
    return Message(
        message_id=f"message of {submission.submission_id}",
        receipt_handle=f"handle of {submission.submission_id}",
        group=submission.person_keys[0],
        body=f'{{"version": 1, "submission_id": "{submission.submission_id}"}}',
        deliveries=deliveries,
    )
