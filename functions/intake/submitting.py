"""A visitor's post: read, received, and answered as its sender can use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from functions.intake.dependencies import Dependencies
from functions.intake.refusing import counted
from functions.intake.reply import Reply, json_reply, page, problem, redirect
from functions.intake.request import Refusal, Request, read_fields
from shared.errors import FormToLeadError
from shared.form.definition import Form
from shared.form.texts import Language, choose_language
from shared.intake.receiving import Accepted, Answer, Arrival, FieldsWrong, KeyConflict, KeyTooLong, receive
from shared.intake.return_page import page_after, wanted_page
from shared.intake.validation import FieldError, describe


@dataclass(frozen=True, slots=True)
class _Post:
    """One post to one form, with all that the answer to it depends on."""

    request: Request
    form: Form
    arrival: Arrival
    dependencies: Dependencies

    @property
    def is_from_hosted_page(self) -> bool:
        """Which says so itself; other websites can't, they have answers of their own."""
        is_ours = self.arrival.origin in ("", *self.request.own_origins)
        return is_ours and "hosted_page" in self.arrival.sent and not self.request.wants_json

    def page(self, pages: Mapping[Language, str], language: Language) -> str:
        origin, referrer = self.arrival.origin, self.arrival.referrer
        return page_after(self.form, pages[language], origin, referrer, self.dependencies.extra_origins)


def submit(request: Request, form: Form, dependencies: Dependencies) -> Reply:
    """Raises Refusal for what can never be a Lead, and what the stores raise: then nothing was acknowledged."""
    arrival = Arrival(
        sent=read_fields(request),
        origin=request.header("origin"),
        referrer=request.header("referer"),
        accept_language=request.header("accept-language"),
        idempotency_key=request.header("idempotency-key").strip(),
        sender_ip=request.sender_ip,
        hosts=hosts(request, dependencies),
    )
    return take(request, form, arrival, dependencies)


def hosts(request: Request, dependencies: Dependencies) -> tuple[str, ...]:
    """Names under which people see a form, beside those of its file: the API's own, and the stack's websites."""
    return (request.host, *(urlsplit(origin).hostname or "" for origin in dependencies.extra_origins))


def take(request: Request, form: Form, arrival: Arrival, dependencies: Dependencies) -> Reply:
    """The same, for whatever way the fields came. Raises likewise."""
    post = _Post(request, form, arrival, dependencies)
    try:
        outcome = receive(
            form,
            arrival,
            rows=dependencies.ledger,
            queue=dependencies.queue,
            secret=dependencies.secret,
            now=dependencies.now(),
            guards=dependencies.guards(),
        )
    except FormToLeadError as error:
        if not post.is_from_hosted_page:
            raise
        language = choose_language(_text(arrival, "lang"), arrival.accept_language, form.languages)
        return _shown_again(counted(error), language, post)
    return _told(outcome, post)


def told(outcome: Answer, request: Request, form: Form, arrival: Arrival, dependencies: Dependencies) -> Reply:
    """As its sender can use it: JSON for programs, pages for browsers."""
    return _told(outcome, _Post(request, form, arrival, dependencies))


def _text(arrival: Arrival, name: str) -> str:
    value = arrival.sent.get(name, "")
    return value if isinstance(value, str) else ""


def _told(outcome: Answer, post: _Post) -> Reply:
    match outcome:
        case Accepted(receipt, _) if post.request.wants_json:
            return json_reply(202, {"receipt": receipt, "state": "received"})
        case Accepted(receipt, language):
            return redirect(_thank_you_page(post, language), [("receipt", receipt)])
        case FieldsWrong(errors, language):
            return _fields_wrong(errors, language, post)
        case KeyConflict(language):
            refusal = Refusal(
                409, "key_used_before", "This key was used for another submission. Use a new key for each submission."
            )
            if post.is_from_hosted_page:
                return _shown_again(counted(refusal), language, post)
            raise refusal
        case KeyTooLong():
            raise Refusal(400, "malformed_payload", "The idempotency key is longer than 255 characters.")


def _thank_you_page(post: _Post, language: Language) -> str:
    wanted = wanted_page(post.form, post.arrival.sent, post.dependencies.extra_origins)
    if wanted or post.form.website.thank_you_page:
        return wanted or post.page(post.form.website.thank_you_page, language)
    # The hosted page's, relative to the address that was posted to: we need not know where the API stands.
    root = "../" * (len(post.request.path) - 1)
    return f"{root}forms/{post.form.id}?lang={language}"


def _shown_again(refusal: Refusal, language: Language, post: _Post) -> Reply:
    from functions.intake.pages.hosting import not_sent  # noqa: PLC0415 (most posts come from elsewhere)

    return not_sent(refusal, post.form, language, post.arrival.sent, post.dependencies)


def _fields_wrong(errors: tuple[FieldError, ...], language: Language, post: _Post) -> Reply:
    form = post.form
    texts = [describe(form, error, language) for error in errors]
    if post.request.wants_json:
        listed = [
            {"field": error.field, "code": error.code, "message": text}
            for error, text in zip(errors, texts, strict=True)
        ]
        return problem(422, "validation_failed", " ".join(texts), errors=listed, headers={"Content-Language": language})
    if post.is_from_hosted_page:
        from functions.intake.pages.hosting import wrong_fields  # noqa: PLC0415 (most posts come from elsewhere)

        wrong = {error.field: text for error, text in zip(errors, texts, strict=True)}
        return wrong_fields(form, language, post.arrival.sent, wrong, post.dependencies)
    if form.website.error_page:
        # Names and codes only: an address bar and a server's log must not hold what a visitor typed.
        listed_errors = [("error", f"{error.field}.{error.code}") for error in errors]
        return redirect(
            post.page(form.website.error_page, language), [("form", form.id), ("lang", language), *listed_errors]
        )
    return page(422, language, texts)
