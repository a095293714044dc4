"""The routes of the API. Each takes a Request and gives a Reply; what can never be a Lead raises Refusal."""

import json
from typing import Final, NoReturn

from functions.intake.dependencies import Dependencies
from functions.intake.refusing import counted
from functions.intake.reply import Reply, empty, json_reply, page, problem, public_reply
from functions.intake.request import Refusal, Request
from functions.intake.submitting import submit
from functions.intake.web_to_lead import read_page_post, submit_page_post, websites
from shared.errors import FormToLeadError
from shared.form.definition import Form
from shared.form.texts import LANGUAGES, REFUSALS, choose_language
from shared.intake.form_start import signed_start
from shared.intake.return_page import allowed_origins
from shared.submission import State

_ALLOW: Final = "GET, POST, OPTIONS"
_POST: Final = "POST, OPTIONS"
_READ: Final = "GET, OPTIONS"
_RECEIPT_LENGTH: Final = 36


def answer(request: Request, dependencies: Dependencies) -> Reply:
    """Refusals become problem+json for programs and a page for people."""
    try:
        return _route(request, dependencies)
    except (Refusal, FormToLeadError) as error:
        return _refused(request, error)


def _refused(request: Request, error: Refusal | FormToLeadError) -> Reply:
    refusal = counted(error)
    is_page = _asks_for_hosted_page(request)
    if request.wants_json or not (is_page or request.method == "POST"):
        return problem(refusal.status, refusal.code, refusal.detail, headers=refusal.headers)
    language = choose_language("", request.header("accept-language"), LANGUAGES)
    text = REFUSALS.get(refusal.code, REFUSALS["other"])[language]
    title = "no_page_title" if is_page else "error_title"
    reply = page(
        refusal.status, language, [text], title=title, helped=not is_page and refusal.code != "key_used_before"
    )
    reply["headers"].update(refusal.headers)
    return reply


def _asks_for_hosted_page(request: Request) -> bool:
    is_form = len(request.path) == 2 and request.path[0] == "forms"
    return is_form and request.method == "GET" and "text/html" in request.header("accept")


def _route(request: Request, dependencies: Dependencies) -> Reply:
    match request.path:
        case ("forms", form_id):
            return _form(request, form_id, dependencies)
        case ("forms", form_id, "schema" | "start" as what):
            return _about_form(request, form_id, what, dependencies)
        case ("embed.js" | "openapi.json" as what,):
            return _published(request, what, dependencies)
        case ("servlet", "servlet.WebToLead"):
            return _web_to_lead(request, dependencies)
        case ("submissions", receipt):
            return _state(request, receipt, dependencies)
        case ("health",):
            return _health(request)
        case _:
            raise Refusal(404, "not_found", "There is nothing here. Forms are posted to /forms/{form_id}.")


def _form(request: Request, form_id: str, dependencies: Dependencies) -> Reply:
    form = _known_form(form_id, dependencies)
    if request.method == "POST" and request.is_webhook:
        from functions.intake.webhooks import receive_webhook  # noqa: PLC0415 (no visitor's cold start waits for it)

        return receive_webhook(request, form, dependencies)
    cors = _cors(request, (*allowed_origins(form, dependencies.extra_origins), *request.own_origins))
    if request.method == "OPTIONS":
        return empty(204, {"Allow": _ALLOW, **cors})
    if request.method not in {"GET", "POST"}:
        _wrong_method(_ALLOW)
    if request.method == "GET":
        from functions.intake.pages.hosting import show  # noqa: PLC0415 (a post needs no page)

        return show(request, form, dependencies)
    try:
        reply = submit(request, form, dependencies)
    except (Refusal, FormToLeadError) as error:
        reply = _refused(request, error)
    reply["headers"].update(cors)
    return reply


def _known_form(form_id: str, dependencies: Dependencies) -> Form:
    form = dependencies.forms.get(form_id)
    if form is None:
        known = ", ".join(sorted(dependencies.forms))
        raise Refusal(404, "unknown_form", f"There is no such form. The forms are: {known}.")
    return form


def _about_form(request: Request, form_id: str, what: str, dependencies: Dependencies) -> Reply:
    """Every website may read what a form asks; which one may post it is another matter."""
    form = _known_form(form_id, dependencies)
    if request.method == "OPTIONS":
        return _readable()
    if request.method != "GET":
        _wrong_method(_READ)
    if what == "schema":
        from functions.intake.pages.published import schema  # noqa: PLC0415 (a post needs no schema)

        return schema(request, form)
    # Apart from the schema, since caches may keep that: the moment must be this visitor's own.
    started = signed_start(dependencies.secret(), form.id, dependencies.now())
    return public_reply(200, json.dumps({"form_started_at": started}), "application/json", {})


def _published(request: Request, what: str, dependencies: Dependencies) -> Reply:
    from functions.intake.pages import published  # noqa: PLC0415 (a post needs none of it)

    if request.method == "OPTIONS":
        return _readable()
    if request.method != "GET":
        _wrong_method(_READ)
    return published.script(request) if what == "embed.js" else published.description(request, dependencies.forms)


def _readable() -> Reply:
    return public_reply(204, "", None, {"Allow": _READ, "Access-Control-Allow-Methods": _READ})


def _web_to_lead(request: Request, dependencies: Dependencies) -> Reply:
    if request.method == "OPTIONS":
        # Which form is meant stands in the body, which is still to come.
        return empty(204, {"Allow": _POST, **_cors(request, websites(dependencies))})
    if request.method != "POST":
        _wrong_method(_POST)
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
    # The same of all that is kept. Any other state comes by way of the queue, which suspected spam never sees: it would
    # tell a bot that it was found out, and whoever holds a receipt whether somebody is a customer.
    return json_reply(200, {"receipt": receipt, "state": "received"})


def _health(request: Request) -> Reply:
    if request.method != "GET":
        _wrong_method("GET")
    return json_reply(200, {"status": "ok"})


def _wrong_method(allow: str) -> NoReturn:
    raise Refusal(405, "method_not_allowed", f"Use one of: {allow}.", {"Allow": allow})
