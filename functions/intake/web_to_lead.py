"""`POST /servlet/servlet.WebToLead`: pages that Salesforce generated, posted here after one change of their `action`.

Their visitors can't be asked to mend an answer: the page shows no errors. So what can be kept is kept, and the
processor judges it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from functions.intake.dependencies import Dependencies
from functions.intake.reply import Reply
from functions.intake.request import Refusal, Request, read_fields
from functions.intake.submitting import hosts, take
from functions.intake.web_to_lead_encoding import in_their_encoding
from shared.form.definition import Form
from shared.intake.receiving import WEB_TO_LEAD, Arrival
from shared.intake.web_to_lead import Translated, UnknownPage, control, form_for, translated
from shared.observability import count

_WHY_UNKNOWN: Final = {
    "unknown_oid": "No form has this oid in its [web_to_lead], or ?form= names one that has not.",
    "ambiguous_oid": "Several forms have this oid, and none fits best; add ?form= and a form's id to the address.",
}


@dataclass(frozen=True, slots=True)
class PagePost:
    """`wants_debug`: the page asks for the debugging page, and the form's file allows it."""

    request: Request
    form: Form
    translated: Translated
    wants_debug: bool


def websites(dependencies: Dependencies) -> tuple[str, ...]:
    """Those of all forms that take posts of Web-to-Lead pages."""
    forms = [form for form in dependencies.forms.values() if form.web_to_lead]
    return (*(origin for form in forms for origin in form.website.origins), *dependencies.extra_origins)


def read_page_post(request: Request, forms: Mapping[str, Form]) -> PagePost:
    """Raises Refusal: 404 where no form is meant, and as read_fields does."""
    posted = read_fields(request, partial(in_their_encoding, request))
    try:
        form = form_for(posted, request.query, forms)
    except UnknownPage as unknown:
        raise Refusal(404, unknown.code, _WHY_UNKNOWN[unknown.code]) from None
    allows_debug = form.web_to_lead is not None and form.web_to_lead.debug
    return PagePost(request, form, translated(form, posted), allows_debug and control(posted, "debug") == "1")


def submit_page_post(post: PagePost, dependencies: Dependencies) -> Reply:
    """Raises what `take` raises."""
    if post.wants_debug:
        # Rendering is imported by those few who look at this page.
        from functions.intake.web_to_lead_debug import debug_page  # noqa: PLC0415

        return debug_page(post.form, post.translated)
    if post.translated.ignored:
        count("FieldsIgnored", len(post.translated.ignored), form=post.form.id)
    request = post.request
    arrival = Arrival(
        sent=post.translated.sent,
        origin=request.header("origin"),
        referrer=request.header("referer"),
        accept_language=request.header("accept-language"),
        idempotency_key=request.header("idempotency-key").strip(),
        channel=WEB_TO_LEAD,
        sender_ip=request.sender_ip,
        nobody_to_answer=True,
        campaign=post.translated.campaign,
        hosts=hosts(request, dependencies),
    )
    return take(request, post.form, arrival, dependencies)
