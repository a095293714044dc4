"""A server's post: nothing is read, looked up or stored before it has proved which source of the form it is."""

from collections.abc import Mapping
from typing import Any, Final

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply, json_reply
from functions.intake.request import Refusal, Request, expect_small, read_content
from functions.intake.submitting import told
from shared.errors import ConfigurationError
from shared.form.definition import Form
from shared.form.sources import Scheme, Source
from shared.intake.receiving import Arrival, receive
from shared.observability import count, log
from shared.webhooks.readers import READERS
from shared.webhooks.reading import Answers, NoSubmission, Unreadable, filled
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
    expect_small(request)
    name, source = _proved(request, form, dependencies)
    match READERS[source.kind](read_content(request)):
        case Unreadable(why):
            raise Refusal(400, "malformed_payload", why)
        case NoSubmission(what):
            count("WebhooksIgnored", source=name)
            return json_reply(200, {"state": "ignored", "detail": f"Nothing to keep: {what}."})
        case Answers() as answers:
            return _received(request, form, name, answers, dependencies)


def _received(request: Request, form: Form, name: str, answers: Answers, dependencies: Dependencies) -> Reply:
    source = form.sources[name]
    sent, ignored = filled(form, source, answers)
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
    keys = _keys(form, name, scheme, _secrets(dependencies))
    post = Post(request.header, request.query.get("webhook-token", ""), request.body)
    verdict = verify(scheme, keys if source else (), post, dependencies.now())
    if source is None or verdict is not Verdict.GOOD:
        raise _refusal(verdict)
    return name, source


def _named(request: Request, form: Form) -> str:
    """Header or query; a form with one source need not be told which."""
    only = next(iter(form.sources)) if len(form.sources) == 1 else ""
    return request.header("webhook-source").strip() or request.query.get("webhook-source", "").strip() or only


def _secrets(dependencies: Dependencies) -> Mapping[str, Any]:
    try:
        webhooks = dependencies.intake_secrets().get("webhooks")
    except ConfigurationError as error:
        if error.code != _NOT_FILLED_IN:
            raise
        webhooks = None
    return webhooks if isinstance(webhooks, dict) else {}


def _keys(form: Form, name: str, scheme: Scheme, secrets: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Operators hear of a source of the form without a key, or with one that can't be one; a stranger does not."""
    texts = secrets.get(name) or []
    texts = texts if isinstance(texts, list) else [texts]
    keys = usable_keys(scheme, texts)
    if name in form.sources and not (len(keys) == len(texts) <= MOST_KEYS and keys):
        log("webhook_key_missing", level="error", form_id=form.id, source=name, number=len(keys))
        count("WebhookKeysWrong", source=name)
    return keys


def _refusal(verdict: Verdict) -> Refusal:
    if verdict is Verdict.OUT_OF_TIME:
        return Refusal(401, "timestamp_out_of_range", _OUT_OF_TIME)
    return Refusal(401, "signature_wrong", _WRONG)
