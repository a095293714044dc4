"""The routes of the API. Each takes a Request and gives a Reply; what can never be a Lead raises Refusal."""

from typing import Final, NoReturn

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply, empty, json_reply, page, problem
from functions.intake.request import Refusal, Request
from functions.intake.submitting import submit
from functions.intake.web_to_lead import read_page_post, submit_page_post, websites
from shared.errors import FormToLeadError
from shared.form.texts import LANGUAGES, REFUSALS, choose_language
from shared.intake.receiving import (
    allowed_origins,
)
from shared.observability import count, log
from shared.submission import IN_SALESFORCE, State

_ALLOW: Final = "POST, OPTIONS"
_RECEIPT_LENGTH: Final = 36


def answer(request: Request, dependencies: Dependencies) -> Reply:
    """Refusals become problem+json for programs and a page for people."""
    try:
        return _route(request, dependencies)
    except (Refusal, FormToLeadError) as error:
        return _refused(request, error)


def _refused(request: Request, error: Refusal | FormToLeadError) -> Reply:
    refusal = _counted(error)
    if request.wants_json or request.method != "POST":
        return problem(refusal.status, refusal.code, refusal.detail, headers=refusal.headers)
    language = choose_language("", request.header("accept-language"), LANGUAGES)
    text = REFUSALS.get(refusal.code, REFUSALS["other"])[language]
    reply = page(refusal.status, language, [text], helped=refusal.code != "key_used_before")
    reply["headers"].update(refusal.headers)
    return reply


def _counted(error: Refusal | FormToLeadError) -> Refusal:
    """An error of an outside system comes before anything was acknowledged: the sender is told to come again."""
    if isinstance(error, Refusal):
        count("Refused", code=error.code)
        return error
    log("intake_unavailable", level="error", error=error.code)
    count("IntakeErrors")
    return Refusal(503, "unavailable", "Try again in a moment.", {"Retry-After": "5"})


def _route(request: Request, dependencies: Dependencies) -> Reply:
    match request.path:
        case ("forms", form_id):
            return _form(request, form_id, dependencies)
        case ("servlet", "servlet.WebToLead"):
            return _web_to_lead(request, dependencies)
        case ("submissions", receipt):
            return _state(request, receipt, dependencies)
        case ("health",):
            return _health(request)
        case _:
            raise Refusal(404, "not_found", "There is nothing here. Forms are posted to /forms/{form_id}.")


def _form(request: Request, form_id: str, dependencies: Dependencies) -> Reply:
    form = dependencies.forms.get(form_id)
    if form is None:
        known = ", ".join(sorted(dependencies.forms))
        raise Refusal(404, "unknown_form", f"There is no such form. The forms are: {known}.")
    if request.method == "POST" and request.is_webhook:
        from functions.intake.webhooks import receive_webhook  # noqa: PLC0415 (no visitor's cold start waits for it)

        return receive_webhook(request, form, dependencies)
    cors = _cors(request, allowed_origins(form, dependencies.extra_origins))
    if request.method == "OPTIONS":
        return empty(204, {"Allow": _ALLOW, **cors})
    if request.method != "POST":
        _wrong_method(_ALLOW)
    try:
        reply = submit(request, form, dependencies)
    except (Refusal, FormToLeadError) as error:
        reply = _refused(request, error)
    reply["headers"].update(cors)
    return reply


def _web_to_lead(request: Request, dependencies: Dependencies) -> Reply:
    if request.method == "OPTIONS":
        # Which form is meant stands in the body, which is still to come.
        return empty(204, {"Allow": _ALLOW, **_cors(request, websites(dependencies))})
    if request.method != "POST":
        _wrong_method(_ALLOW)
    post = read_page_post(request, dependencies.forms)
    cors = _cors(request, allowed_origins(post.form, dependencies.extra_origins))
    try:
        reply = submit_page_post(post, dependencies)
    except (Refusal, FormToLeadError) as error:
        reply = _refused(request, error)
    reply["headers"].update(cors)
    return reply


def _cors(request: Request, allowed: tuple[str, ...]) -> dict[str, str]:
    """Exact origins only. A missing Origin is a program or an old browser: this check is no authentication."""
    origin = request.header("origin")
    if not origin:
        return {"Vary": "Origin"}
    if origin not in allowed:
        raise Refusal(403, "origin_not_allowed", "This form can't be posted from this website.", {"Vary": "Origin"})
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": _ALLOW,
        "Access-Control-Allow-Headers": "Accept, Content-Type, Idempotency-Key",
        "Access-Control-Max-Age": "600",
    }


def _state(request: Request, receipt: str, dependencies: Dependencies) -> Reply:
    if request.method != "GET":
        _wrong_method("GET")
    # Longer or stranger texts can't be receipts; DynamoDB need not be asked.
    known = len(receipt) == _RECEIPT_LENGTH and receipt.isascii()
    row = dependencies.ledger.get(receipt) if known else None
    if row is None or row.state is State.ERASED:
        raise Refusal(404, "unknown_receipt", "There is no submission with this receipt.")
    return json_reply(200, {"receipt": receipt, "state": public_state(row.state)})


def public_state(state: State) -> str:
    """Less than we know: whether somebody is a customer, or looks like spam, is not for whoever holds a receipt."""
    if state in IN_SALESFORCE or state is State.DISCARDED:
        return "settled"
    return "rejected" if state is State.REJECTED else "received"


def _health(request: Request) -> Reply:
    if request.method != "GET":
        _wrong_method("GET")
    return json_reply(200, {"status": "ok"})


def _wrong_method(allow: str) -> NoReturn:
    raise Refusal(405, "method_not_allowed", f"Use one of: {allow}.", {"Allow": allow})
