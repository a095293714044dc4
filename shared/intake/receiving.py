"""The intake's use case: a visitor's request becomes a row and a queued id, or an answer that says what is wrong.

Order matters for the first promise: the row is written before anybody gets a receipt, and the queue only
ever learns of rows that exist. When the queue can't be reached after the row was written, the visitor still
gets the receipt: the requeue function finds the row two minutes later.
"""

import dataclasses
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from shared.errors import FormToLeadError
from shared.form.definition import CLICK_ID_FIELDS, META_FIELDS, UTM_FIELDS, ConsentText, Form
from shared.form.spam_section import CAPTCHA_FIELD, Captcha
from shared.form.texts import Language, choose_language
from shared.intake.limits import KEY_LENGTH, SOURCE_LENGTH
from shared.intake.person_keys import person_keys
from shared.intake.suspecting import Guards, judgement, token_in, verified
from shared.intake.validation import Checked, FieldError, check, consent_given
from shared.observability import count, log
from shared.spam.captcha_answer import Verdict
from shared.spam.judging import Judgement
from shared.spam.signs import Post
from shared.submission import Change, Consent, FieldValue, Sources, State, Submission, new_submission_id
from shared.values.cleaning import one_line, storable

FORGOTTEN_AFTER: Final = timedelta(minutes=2)
"""A row that nobody picked up for so long is queued again by the requeue function."""
WEB_TO_LEAD: Final = "web_to_lead"
_CAPTCHA_ERROR: Final = FieldError(CAPTCHA_FIELD, "captcha_failed")
_NO_GUARDS: Final = Guards()
_VERSION: Final = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


class Rows(Protocol):
    def add(self, submission: Submission) -> Submission | None:
        """None when the row was written; the row that was there already when its id is taken."""

    def get(self, submission_id: str) -> Submission | None: ...


class Queue(Protocol):
    def send(self, submission_id: str, *, group: str, replay: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """One post to a form. Header texts are '' where the header is missing.

    `sender_ip` goes to a captcha's provider where the form says so, and nowhere else. `hosts` are names of websites
    that show the form beside those in its file. `campaign` is one of the form's list. `signed` says that a key proves
    the sender, so no captcha is asked.
    """

    sent: Mapping[str, FieldValue]
    origin: str = ""
    referrer: str = ""
    accept_language: str = ""
    idempotency_key: str = ""
    channel: str = "form"
    sender_ip: str = ""
    hosts: tuple[str, ...] = ()
    campaign: str = ""
    signed: bool = False
    """A key proves the sender, a server: no captcha, no traps for bots, and its keys never meet those of visitors."""
    nobody_to_answer: bool = False
    """Whoever filled it in has been thanked and reads no errors: the processor judges it, and an operator mends it."""


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


@dataclass(frozen=True, slots=True)
class _Heard:
    """A post as the form understands it, under the id that its row will have."""

    form: Form
    arrival: Arrival
    sent: dict[str, FieldValue]
    checked: Checked
    language: Language
    key: str
    fingerprint: str
    submission_id: str
    secret: bytes
    now: datetime


def receive(
    form: Form,
    arrival: Arrival,
    *,
    rows: Rows,
    queue: Queue,
    secret: Callable[[], bytes],
    now: datetime,
    guards: Guards = _NO_GUARDS,
) -> Answer:
    """Raises what `rows` and `secret` raise: then nothing was acknowledged."""
    sent = _listened_to(form, arrival.sent)
    language = choose_language(_text(sent, "lang"), arrival.accept_language, form.languages)
    key = _source(arrival.idempotency_key) or _text(sent, "submission_key")
    if len(key) > KEY_LENGTH and not arrival.nobody_to_answer:
        return KeyTooLong(language)
    if key and arrival.signed:
        key = f"{arrival.channel}\n{key}"  # a visitor's key is one line, so that this one can't be guessed at
    checked = check(form, sent, language)
    errors = (*checked.errors, *_captcha_missing(form, arrival, sent))
    if errors and form.on_field_error == "answer" and not arrival.nobody_to_answer:
        count("FieldErrors", form=form.id)
        return FieldsWrong(errors, language)
    of_stack = secret()
    fingerprint = _fingerprint(sent, whole=arrival.signed)
    is_ours = not key and arrival.channel == WEB_TO_LEAD
    if is_ours:
        key = _key_of_the_hour(arrival.campaign, fingerprint, now)
    elif key and arrival.nobody_to_answer:
        # A conflict would be a lead that nobody sends again: other answers under the same key are a submission apart.
        key = f"{key}\n{fingerprint}"
    submission_id = _id_for_key(of_stack, form.id, key) if key else new_submission_id()
    heard = _Heard(
        form, arrival, sent, checked, language, key, fingerprint if key else "", submission_id, of_stack, now
    )
    answer = _hear(heard, rows, queue, guards)
    if is_ours and isinstance(answer, KeyConflict):
        # What was sent before was erased since: who sends it anew means it.
        return _hear(dataclasses.replace(heard, submission_id=new_submission_id()), rows, queue, guards)
    return answer


def _hear(heard: _Heard, rows: Rows, queue: Queue, guards: Guards) -> Answer:
    if heard.form.spam.captcha and not heard.arrival.signed:
        return _after_captcha(heard, rows, queue, guards)
    return _judge_and_keep(heard, None, rows, queue, guards)


def _key_of_the_hour(campaign: str, fingerprint: str, now: datetime) -> str:
    """Generated pages have no key, and no script against a double click: within an hour (UTC), the same answers are the
    same submission. A sender's key is one line, so that this one can't be met by chance or on purpose."""
    return f"{WEB_TO_LEAD}\n{campaign}\n{now.astimezone(UTC):%Y-%m-%dT%H}\n{fingerprint}"


def _captcha_missing(form: Form, arrival: Arrival, sent: Mapping[str, FieldValue]) -> tuple[FieldError, ...]:
    captcha = form.spam.captcha
    if captcha is None or arrival.signed or not _is_told(arrival, captcha) or token_in(captcha, sent):
        return ()
    return (_CAPTCHA_ERROR,)


def _is_told(arrival: Arrival, captcha: Captcha) -> bool:
    """Whether somebody is there who can solve it again; else the submission waits in quarantine."""
    return captcha.answers and not arrival.nobody_to_answer


def _after_captcha(heard: _Heard, rows: Rows, queue: Queue, guards: Guards) -> Answer:
    """A token can be verified once. So who comes again with the same key, since the answer was lost, gets the first
    answer, and the provider is not asked."""
    form, captcha = heard.form, heard.form.spam.captcha
    assert captcha  # noqa: S101 (the caller looked; for mypy)
    if heard.key and (there := rows.get(heard.submission_id)):
        return _there_already(there, heard, queue)
    verdict = verified(
        captcha,
        token_in(captcha, heard.sent),
        guards=guards,
        form=form,
        hosts=heard.arrival.hosts,
        sender_ip=heard.arrival.sender_ip,
        attempt_id=heard.submission_id,
    )
    if verdict is Verdict.FAILED and _is_told(heard.arrival, captcha) and form.on_field_error == "answer":
        # Two posts at the same moment: the other may have used the token, and been kept meanwhile.
        if heard.key and (there := rows.get(heard.submission_id)):
            return _there_already(there, heard, queue)
        count("FieldErrors", form=form.id)
        return FieldsWrong((_CAPTCHA_ERROR,), heard.language)
    return _judge_and_keep(heard, verdict, rows, queue, guards)


def _judge_and_keep(heard: _Heard, captcha: Verdict | None, rows: Rows, queue: Queue, guards: Guards) -> Answer:
    # A server's key says who passes it on. What a visitor wrote there is judged like any other.
    post = Post(heard.form, heard.sent, heard.secret, heard.now, proven=heard.arrival.signed)
    judged = judgement(post, captcha, guards.memory)
    submission = _submission(heard, judged)
    there = rows.add(submission)
    if there and heard.key:
        return _there_already(there, heard, queue)
    # Without a key the id is new: what is there under it is this very post, whose write got no answer and was repeated.
    count("Quarantined" if submission.state is State.QUARANTINED else "Accepted", form=submission.form_id)
    log(
        "submission_received",
        submission_id=submission.submission_id,
        form_id=submission.form_id,
        state=submission.state,
    )
    return _acknowledged(there or submission, heard.language, queue)


def _there_already(there: Submission, heard: _Heard, queue: Queue) -> Answer:
    if not hmac.compare_digest(there.fingerprint, _fingerprint_then(there, heard)):
        return KeyConflict(heard.language)
    return _acknowledged(there, heard.language, queue)


def _fingerprint_then(there: Submission, heard: _Heard) -> str:
    """With what the form asked when the row was written, and asks no more: who sends the same to its next version is
    no conflict."""
    answered = there.original_fields or there.fields
    asked_then = {name: value for name, value in heard.arrival.sent.items() if name in answered}
    return _fingerprint({**_stored(asked_then), **heard.sent}, whole=heard.arrival.signed)


def _acknowledged(kept: Submission, language: Language, queue: Queue) -> Accepted:
    if kept.state is State.RECEIVED:
        _enqueue(kept, queue)
    return Accepted(kept.submission_id, language)


def _enqueue(submission: Submission, queue: Queue) -> None:
    try:
        queue.send(submission.submission_id, group=submission.person_keys[0], replay=submission.replay_count)
    except FormToLeadError as error:
        log("enqueue_failed", submission_id=submission.submission_id, error=error.code)
        count("EnqueueFailed")


def _submission(heard: _Heard, judged: Judgement) -> Submission:
    form, now, sent = heard.form, heard.now, heard.sent
    state = State.QUARANTINED if judged.suspect else State.RECEIVED
    end = now + timedelta(days=form.retention.quarantined_days)
    return Submission(
        submission_id=heard.submission_id,
        form_id=form.id,
        form_version=form.version,
        state=state,
        received_at=now,
        fields={name: value for name, value in sent.items() if name not in META_FIELDS},
        sources=_sources(form, heard.arrival, sent, heard.language, now),
        due_at=now + FORGOTTEN_AFTER,
        person_keys=person_keys(heard.secret, form, heard.checked.values, heard.submission_id),
        fingerprint=heard.fingerprint,
        spam_score=judged.score,
        spam_reasons=judged.reasons,
        history=(Change(at=now, from_state="", to_state=state, by="intake", why=" ".join(judged.reasons)),),
        expires_at=int(end.timestamp()) if judged.suspect else None,
    )


def _listened_to(form: Form, sent: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Only names that the form knows: what a form does not ask can't reach a Lead. The rest is counted."""
    known = form.input_names
    if ignored := len(set(sent) - known):
        count("FieldsIgnored", ignored, form=form.id)
    return _stored({name: value for name, value in sent.items() if name in known})


def _stored(sent: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    return {
        name: storable(value) if isinstance(value, str) else [storable(text) for text in value]
        for name, value in sent.items()
    }


def _sources(
    form: Form, arrival: Arrival, sent: Mapping[str, FieldValue], language: Language, now: datetime
) -> Sources:
    consent = form.consent and Consent(
        given=consent_given(form, sent), **_version_shown(form.consent, sent), language=language, at=now
    )
    return Sources(
        channel=arrival.channel,
        language=language,
        page_url=_text(sent, "page_url") or _source(arrival.referrer),
        referrer=_text(sent, "referrer"),
        utm={name: _text(sent, name) for name in UTM_FIELDS if _text(sent, name)},
        click_ids={name: _text(sent, name) for name in CLICK_ID_FIELDS if _text(sent, name)},
        campaign=arrival.campaign,
        consent=consent,
    )


def _version_shown(consent: ConsentText, sent: Mapping[str, FieldValue]) -> dict[str, str]:
    """A page may have been opened before a new text was published. It is the sender's word, and so counts only where
    the form file knows it; without one, the page is taken to be of today."""
    said = _text(sent, "consent_text_version")
    if said in consent.versions:
        return {"text_version": said}
    return {"text_version": consent.text_version, "unknown_version": said if _VERSION.fullmatch(said) else ""}


def _text(sent: Mapping[str, FieldValue], name: str) -> str:
    value = sent.get(name, "")
    return _source(value if isinstance(value, str) else next(iter(value), ""))


def _source(text: str) -> str:
    return one_line(storable(text))[:SOURCE_LENGTH]


def _id_for_key(secret: bytes, form_id: str, key: str) -> str:
    """The same key gives the same id, so one conditional write is all that a repeat needs."""
    digest = hmac.new(secret, f"{form_id}\n{key}".encode(), hashlib.sha256).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def _fingerprint(sent: Mapping[str, FieldValue], *, whole: bool) -> str:
    """Of what the visitor answered; a reloaded page may differ in its hidden fields and still be the same. A server
    sends the same again, to the letter: of it, the `whole` counts."""
    answers = sorted((name, value) for name, value in sent.items() if whole or name not in META_FIELDS)
    return hashlib.sha256(json.dumps(answers).encode()).hexdigest()
