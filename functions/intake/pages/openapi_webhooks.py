"""What /openapi.json says of servers and form tools: how they prove who they are, and what they may send."""

from typing import Any, Final

from functions.intake.request import MAX_TOOL_FIELDS, MAX_TOOL_NAME

type Described = dict[str, Any]

SECURITY_SCHEMES: Final[Described] = {
    "standardWebhooks": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "A server of one's own, after Standard Webhooks: `v1,` and the base64 of an HMAC-SHA256 over"
        " webhook-id, webhook-timestamp and the body, with dots between. Several with blanks between are fine.",
    },
    "typeform": {
        "type": "apiKey",
        "in": "header",
        "name": "Typeform-Signature",
        "description": "Typeform: `sha256=` and the base64 of an HMAC-SHA256 over the body.",
    },
    "webflow": {
        "type": "apiKey",
        "in": "header",
        "name": "x-webflow-signature",
        "description": "Webflow: an HMAC-SHA256 over x-webflow-timestamp, a colon and the body, in hexadecimal digits.",
    },
    "webhookToken": {
        "type": "apiKey",
        "in": "query",
        "name": "webhook-token",
        "description": "A tool that can't sign: Gravity Forms, Jotform, Elementor, and Webflow without an app.",
    },
}
SECURITY: Final[list[Described]] = [{}, *({name: []} for name in SECURITY_SCHEMES)]
"""Visitors prove nothing."""
_SOURCE: Final = "A server's name for itself. Whoever gives it, or one of the webhook headers, has to prove who it is."


def _told(place: str, name: str, told: str) -> Described:
    return {"name": name, "in": place, "description": told, "schema": {"type": "string"}}


PARAMETERS: Final = (
    _told("query", "webhook-source", _SOURCE),
    _told("header", "webhook-source", f"{_SOURCE} Counts before the one in the address."),
    _told("header", "webhook-id", "The same for each try of one message."),
    _told("header", "webhook-timestamp", "Unix seconds."),
    _told("header", "x-webflow-timestamp", "Unix milliseconds."),
)
BODIES: Final[Described] = {
    "WebhookObject": {
        "type": "object",
        "description": "What a server or a form tool sends, under names of its own; the form's file says what they"
        " mean. Only for who proves to be a source of the form.",
    },
    "WebhookFields": {
        "type": "object",
        "description": "The same from one that sends fields.",
        "additionalProperties": {"type": ["string", "array"], "items": {"type": "string"}},
        "maxProperties": MAX_TOOL_FIELDS,
        "propertyNames": {"maxLength": MAX_TOOL_NAME},
    },
}
