"""A server's post: nothing is read, looked up or stored before it has proved which source of the form it is."""

from collections.abc import Mapping
from typing import Final

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply, json_reply
from functions.intake.request import MAX_BODY, MAX_TOOL_BODY, Refusal, Request, expect_small, read_content
from functions.intake.submitting import told
from shared.errors import ConfigurationError
from shared.form.definition import Form
from shared.form.sources import Scheme, Source
from shared.intake.receiving import Arrival, receive
from shared.observability import count, log
from shared.webhooks.fitting import MAX_KEPT, fitting
from shared.webhooks.readers import READERS
from shared.webhooks.reading import NO_ANSWERS, Answers, NoSubmission, Unreadable, filled
from shared.webhooks.verifying import MOST_KEYS, Post, Verdict, usable_keys, verify

_NOT_FILLED_IN: Final = "secretsmanager:ResourceNotFoundException"
"""Nobody has filled in the intake's secret yet: then no source has a key."""
_WRONG: Final = (
    "No source of this form has signed this. Look at: the source's name (header or query webhook-source), its key, the"
    " headers webhook-id, webhook-timestamp and webhook-signature over the body's bytes exactly as they are sent, or"
    " the query webhook-token of a tool that can't sign."
)
_OUT_OF_TIME: Final = (
    "The signature is right, but made more than 300 seconds ago, or ahead. Look at the sender's clock."
)


def receive_webhook(request: Request, form: Form, dependencies: Dependencies) -> Reply:
    """Raises Refusal, and what the stores and the secret raise: then nothing was acknowledged."""
    expect_small(request, MAX_TOOL_BODY)
    name, source = _proved(request, form, dependencies)
    if not source.is_tool:
        expect_small(request, MAX_BODY)
    match READERS[source.kind](read_content(request)):
        case Unreadable(why):
            raise Refusal(400, "malformed_payload", why)
        case NoSubmission() as nothing:
            return _ignored(name, nothing)
        case Answers() as answers:
            return _received(request, form, name, answers, dependencies)


def _ignored(name: str, nothing: NoSubmission) -> Reply:
    count("WebhooksIgnored", source=name)
    return json_reply(200, {"state": "ignored", "detail": f"Nothing to keep: {nothing.what}."})


def _received(request: Request, form: Form, name: str, answers: Answers, dependencies: Dependencies) -> Reply:
    source = form.sources[name]
    answered, ignored = filled(form, source, answers)
    sent = fitting(form, answered)
    if sent is None:
        raise Refusal(413, "too_large", f"The answers have more than {MAX_KEPT} bytes together.")
    fills_a_field = any(map(form.field, sent))
    if answers.only_hidden and not fills_a_field:
        return _ignored(name, NO_ANSWERS)
    if ignored:
        count("FieldsIgnored", ignored, form=form.id)
    header = request.header("webhook-id")
    message_id = header if source.scheme is Scheme.STANDARD else answers.submission or header
    arrival = Arrival(
        sent=sent,
        accept_language=request.header("accept-language"),
        idempotency_key=message_id,
        channel=name,
        signed=True,
        nobody_to_answer=source.is_tool and fills_a_field,
    )
    outcome = receive(
        form,
        arrival,
        rows=dependencies.ledger,
        queue=dependencies.queue,
        secret=dependencies.secret,
        now=dependencies.now(),
        guards=dependencies.guards(),
    )
    return told(outcome, request, form, arrival, dependencies)


def _proved(request: Request, form: Form, dependencies: Dependencies) -> tuple[str, Source]:
    """The source that sent this. Who can't prove it is told the same, whether there is such a source or not."""
    if not form.sources:
        raise _refusal(Verdict.WRONG)
    name = _named(request, form)
    source = form.sources.get(name)
    scheme = source.scheme if source else Scheme.STANDARD
    post = Post(request.header, request.query.get("webhook-token", ""), request.body)
    texts = _texts(name, _webhooks(dependencies))
    verdict = verify(scheme, usable_keys(scheme, texts) if source else (), post, dependencies.now())
    if verdict is Verdict.WRONG and (newer := dependencies.newer_intake_secrets()) is not None:
        # Whichever source was named: how long it takes must not tell which there are.
        texts = _texts(name, newer.get("webhooks"))
        verdict = verify(scheme, usable_keys(scheme, texts) if source else (), post, dependencies.now())
    if source:
        _watch_keys(form, name, scheme, texts)
    if source is None or verdict is not Verdict.GOOD:
        raise _refusal(verdict)
    return name, source


def _named(request: Request, form: Form) -> str:
    """Header or query; a form with one source need not be told which."""
    only = next(iter(form.sources)) if len(form.sources) == 1 else ""
    return request.header("webhook-source").strip() or request.query.get("webhook-source", "").strip() or only


def _webhooks(dependencies: Dependencies) -> object:
    try:
        return dependencies.intake_secrets().get("webhooks")
    except ConfigurationError as error:
        if error.code != _NOT_FILLED_IN:
            raise
        return None


def _texts(name: str, webhooks: object) -> list[object]:
    """The keys of a source, as operators wrote them."""
    texts = webhooks.get(name) if isinstance(webhooks, Mapping) else None
    return texts if isinstance(texts, list) else [texts] if texts else []


def _watch_keys(form: Form, name: str, scheme: Scheme, texts: list[object]) -> None:
    """Operators hear of a source of the form without a key, or with one that can't be one; a stranger does not."""
    keys = usable_keys(scheme, texts)
    if not (len(keys) == len(texts) <= MOST_KEYS and keys):
        log("webhook_key_missing", level="error", form_id=form.id, source=name, number=len(keys))
        count("WebhookKeysWrong")


def _refusal(verdict: Verdict) -> Refusal:
    if verdict is Verdict.OUT_OF_TIME:
        return Refusal(401, "timestamp_out_of_range", _OUT_OF_TIME)
    return Refusal(401, "signature_wrong", _WRONG)
