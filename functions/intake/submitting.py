"""A visitor's post: read, received, and answered as its sender can use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply, json_reply, page, problem, redirect
from functions.intake.request import Refusal, Request, read_fields
from shared.form.definition import Form
from shared.form.texts import Language
from shared.intake.receiving import (
    Accepted,
    Answer,
    Arrival,
    FieldsWrong,
    KeyConflict,
    KeyTooLong,
    page_after,
    receive,
    wanted_page,
)
from shared.intake.validation import FieldError, describe


@dataclass(frozen=True, slots=True)
class _Post:
    """One post to one form, with all that the answer to it depends on."""

    request: Request
    form: Form
    arrival: Arrival
    extra_origins: tuple[str, ...]

    def page(self, pages: Mapping[Language, str], language: Language) -> str:
        return page_after(self.form, pages, self.arrival, language, self.extra_origins)


def submit(request: Request, form: Form, dependencies: Dependencies) -> Reply:
    """Raises Refusal for what can never be a Lead, and what the stores raise: then nothing was acknowledged."""
    arrival = Arrival(
        sent=read_fields(request),
        origin=request.header("origin"),
        referrer=request.header("referer"),
        accept_language=request.header("accept-language"),
        idempotency_key=request.header("idempotency-key").strip(),
        sender_ip=request.sender_ip,
        hosts=(request.host, *(urlsplit(origin).hostname or "" for origin in dependencies.extra_origins)),
    )
    return take(request, form, arrival, dependencies)


def take(request: Request, form: Form, arrival: Arrival, dependencies: Dependencies) -> Reply:
    """The same, for whatever way the fields came. Raises likewise."""
    outcome = receive(
        form,
        arrival,
        rows=dependencies.ledger,
        queue=dependencies.queue,
        secret=dependencies.secret,
        now=dependencies.now(),
        guards=dependencies.guards(),
    )
    return told(outcome, request, form, arrival, dependencies.extra_origins)


def told(outcome: Answer, request: Request, form: Form, arrival: Arrival, extra_origins: tuple[str, ...]) -> Reply:
    """As its sender can use it: JSON for programs, pages for browsers."""
    return _told(outcome, _Post(request, form, arrival, extra_origins))


def _told(outcome: Answer, post: _Post) -> Reply:
    match outcome:
        case Accepted(receipt, _) if post.request.wants_json:
            return json_reply(202, {"receipt": receipt, "state": "received"})
        case Accepted(receipt, language):
            wanted = wanted_page(post.form, post.arrival, post.extra_origins)
            target = wanted or post.page(post.form.website.thank_you_page, language)
            return redirect(target, [("receipt", receipt)])
        case FieldsWrong(errors, language):
            return _fields_wrong(errors, language, post)
        case KeyConflict():
            raise Refusal(
                409, "key_used_before", "This key was used for another submission. Use a new key for each submission."
            )
        case KeyTooLong():
            raise Refusal(400, "malformed_payload", "The idempotency key is longer than 255 characters.")


def _fields_wrong(errors: tuple[FieldError, ...], language: Language, post: _Post) -> Reply:
    form = post.form
    texts = [describe(form, error, language) for error in errors]
    if post.request.wants_json:
        listed = [
            {"field": error.field, "code": error.code, "message": text}
            for error, text in zip(errors, texts, strict=True)
        ]
        return problem(422, "validation_failed", " ".join(texts), errors=listed, headers={"Content-Language": language})
    if form.website.error_page:
        # Names and codes only: an address bar and a server's log must not hold what a visitor typed.
        wrong = [("error", f"{error.field}.{error.code}") for error in errors]
        return redirect(post.page(form.website.error_page, language), [("form", form.id), ("lang", language), *wrong])
    return page(422, language, texts)
