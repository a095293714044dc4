"""The intake's use case: a visitor's request becomes a row and a queued id, or an answer that says what is wrong.

Order matters for the first promise: the row is written before anybody gets a receipt, and the queue only
ever learns of rows that exist. When the queue can't be reached after the row was written, the visitor still
gets the receipt: the requeue function finds the row two minutes later.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from urllib.parse import urlsplit

from shared.errors import FormToLeadError
from shared.form.definition import CLICK_ID_FIELDS, META_FIELDS, UTM_FIELDS, Form
from shared.form.texts import Language, choose_language
from shared.intake.person_keys import person_keys
from shared.intake.spam import suspicions
from shared.intake.validation import Checked, FieldError, check, consent_given
from shared.observability import count, log
from shared.submission import Change, Consent, FieldValue, Sources, State, Submission, new_submission_id
from shared.values.cleaning import one_line, storable

FORGOTTEN_AFTER: Final = timedelta(minutes=2)
"""A row that nobody picked up for so long is queued again by the requeue function."""
KEY_LENGTH: Final = 255
WEB_TO_LEAD: Final = "web_to_lead"
_NOBODY_TO_ANSWER: Final = frozenset({WEB_TO_LEAD})
"""Channels whose senders read no errors: the processor judges what they send, and an operator mends it."""
_SOURCE_LENGTH: Final = 1000
_URL_LENGTH: Final = 2000
"""Of a page to send the visitor to: API Gateway fails when all headers of an answer are over 10 KB."""


class Rows(Protocol):
    def add(self, submission: Submission) -> Submission | None:
        """None when the row was written; the row that was there already when its id is taken."""


class Queue(Protocol):
    def send(self, submission_id: str, *, group: str, replay: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """One post to a form. Header texts are '' where the header is missing."""

    sent: Mapping[str, FieldValue]
    origin: str = ""
    referrer: str = ""
    accept_language: str = ""
    idempotency_key: str = ""
    channel: str = "form"
    signed: bool = False
    """A key proves the sender, a server: no traps for bots, and its keys never meet those of visitors."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Also what a suspected bot gets: it learns nothing."""

    receipt: str
    language: Language


@dataclass(frozen=True, slots=True)
class FieldsWrong:
    errors: tuple[FieldError, ...]
    language: Language


@dataclass(frozen=True, slots=True)
class KeyConflict:
    """The key was used before, for something else."""

    language: Language


@dataclass(frozen=True, slots=True)
class KeyTooLong:
    language: Language


type Answer = Accepted | FieldsWrong | KeyConflict | KeyTooLong


def receive(
    form: Form, arrival: Arrival, *, rows: Rows, queue: Queue, secret: Callable[[], bytes], now: datetime
) -> Answer:
    """Raises what `rows.add` and `secret` raise: then nothing was acknowledged."""
    sent = _listened_to(form, arrival.sent)
    language = choose_language(_text(sent, "lang"), arrival.accept_language, form.languages)
    key = _source(arrival.idempotency_key) or _text(sent, "submission_key")
    if len(key) > KEY_LENGTH:
        return KeyTooLong(language)
    if key and arrival.signed:
        key = f"{arrival.channel}\n{key}"  # a visitor's key is one line, so that this one can't be guessed at
    checked = check(form, sent)
    if checked.errors and form.on_field_error == "answer" and arrival.channel not in _NOBODY_TO_ANSWER:
        count("FieldErrors", form=form.id)
        return FieldsWrong(checked.errors, language)
    submission = _submission(form, arrival, sent, checked, key=key, language=language, secret=secret(), now=now)
    return _keep(submission, language, rows, queue)


def _keep(submission: Submission, language: Language, rows: Rows, queue: Queue) -> Answer:
    there = rows.add(submission)
    if there and not hmac.compare_digest(there.fingerprint, submission.fingerprint):
        return KeyConflict(language)
    kept = there or submission
    if not there:
        count("Quarantined" if kept.state is State.QUARANTINED else "Accepted", form=kept.form_id)
        log("submission_received", submission_id=kept.submission_id, form_id=kept.form_id, state=kept.state)
    if kept.state is State.RECEIVED:
        _enqueue(kept, queue)
    return Accepted(kept.submission_id, language)


def _enqueue(submission: Submission, queue: Queue) -> None:
    try:
        queue.send(submission.submission_id, group=submission.person_keys[0], replay=submission.replay_count)
    except FormToLeadError as error:
        log("enqueue_failed", submission_id=submission.submission_id, error=error.code)
        count("EnqueueFailed")


def _submission(
    form: Form,
    arrival: Arrival,
    sent: dict[str, FieldValue],
    checked: Checked,
    *,
    key: str,
    language: Language,
    secret: bytes,
    now: datetime,
) -> Submission:
    submission_id = _id_for_key(secret, form.id, key) if key else new_submission_id()
    spam = () if arrival.signed else suspicions(form, sent, now)
    state = State.QUARANTINED if spam else State.RECEIVED
    return Submission(
        submission_id=submission_id,
        form_id=form.id,
        form_version=form.version,
        state=state,
        received_at=now,
        fields={name: value for name, value in sent.items() if name not in META_FIELDS},
        sources=_sources(form, arrival, sent, language, now),
        due_at=now + FORGOTTEN_AFTER,
        person_keys=person_keys(secret, form, checked.values, submission_id),
        fingerprint=_fingerprint(sent, whole=arrival.signed) if key else "",
        spam_reasons=spam,
        history=(Change(at=now, from_state="", to_state=state, by="intake", why=" ".join(spam)),),
        expires_at=int((now + timedelta(days=form.retention.quarantined_days)).timestamp()) if spam else None,
    )


def _listened_to(form: Form, sent: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Only names that the form knows: what a form does not ask can't reach a Lead. The rest is counted."""
    known = form.input_names
    if ignored := len(set(sent) - known):
        count("FieldsIgnored", ignored, form=form.id)
    return {
        name: storable(value) if isinstance(value, str) else [storable(text) for text in value]
        for name, value in sent.items()
        if name in known
    }


def _sources(
    form: Form, arrival: Arrival, sent: Mapping[str, FieldValue], language: Language, now: datetime
) -> Sources:
    consent = form.consent and Consent(
        given=consent_given(form, sent), text_version=form.consent.text_version, language=language, at=now
    )
    return Sources(
        channel=arrival.channel,
        language=language,
        page_url=_text(sent, "page_url") or _source(arrival.referrer),
        referrer=_text(sent, "referrer"),
        utm={name: _text(sent, name) for name in UTM_FIELDS if _text(sent, name)},
        click_ids={name: _text(sent, name) for name in CLICK_ID_FIELDS if _text(sent, name)},
        consent=consent,
    )


def _text(sent: Mapping[str, FieldValue], name: str) -> str:
    value = sent.get(name, "")
    return _source(value if isinstance(value, str) else next(iter(value), ""))


def _source(text: str) -> str:
    return one_line(storable(text))[:_SOURCE_LENGTH]


def _id_for_key(secret: bytes, form_id: str, key: str) -> str:
    """The same key gives the same id, so one conditional write is all that a repeat needs."""
    digest = hmac.new(secret, f"{form_id}\n{key}".encode(), hashlib.sha256).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def _fingerprint(sent: Mapping[str, FieldValue], *, whole: bool) -> str:
    """Of what the visitor answered; a reloaded page may differ in its hidden fields and still be the same. A server
    sends the same again, to the letter: of it, the `whole` counts."""
    answers = sorted((name, value) for name, value in sent.items() if whole or name not in META_FIELDS)
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()


def allowed_origins(form: Form, extra: Iterable[str]) -> tuple[str, ...]:
    return (*form.website.origins, *extra)


def page_after(
    form: Form, pages: Mapping[Language, str], arrival: Arrival, language: Language, extra: Iterable[str]
) -> str:
    """The form's page on the website that the visitor came from, else on the form's first website."""
    origins = allowed_origins(form, extra)
    came_from = (arrival.origin, _origin_of(arrival.referrer))
    website = next((origin for origin in came_from if origin in origins), origins[0])
    return website + pages[language]


def wanted_page(form: Form, arrival: Arrival, extra: Iterable[str]) -> str | None:
    """The form's `return_url`, only if it lies on an allow-listed website; else None."""
    url = arrival.sent.get("return_url", "")
    if not isinstance(url, str) or len(url) > _URL_LENGTH:
        return None
    if not url.isascii() or not url.isprintable() or set(url) & set('\\ "<>'):
        return None
    return url if _origin_of(url) in allowed_origins(form, extra) else None


def _origin_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"
