"""The intake in memory with the local stack's keys, and requests that its sources send."""

import json
from collections.abc import Mapping
from typing import Any

from local.intake_keys import INTAKE_SECRET
from shared.webhooks import signing
from tests.builders import CONTACT, NOW
from tests.unit.intake_desk import JSON, Answered, Intake, event

OLD, NEW = INTAKE_SECRET["webhooks"]["shop"]
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
NOW_UNIX = int(NOW.timestamp())


def keyed(**changes: Any) -> Intake:
    return Intake(secrets=INTAKE_SECRET, **changes)


def body_of(**fields: Any) -> bytes:
    return json.dumps({**CONTACT, "consent": True, **fields}).encode()


def signature(key: str, message_id: str, timestamp: str, body: bytes) -> str:
    decoded = signing.key_bytes(key)
    assert decoded
    return signing.standard(decoded, message_id, timestamp, body)


def signed(
    body: bytes, *, key: str = OLD, message_id: str = ID, timestamp: str = str(NOW_UNIX), source: str = "shop"
) -> dict[str, str]:
    return {
        "webhook-source": source,
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key, message_id, timestamp, body),
    }


def post(
    intake: Intake,
    body: bytes,
    headers: Mapping[str, str],
    *,
    query: Mapping[str, str] | None = None,
    form: str = "contact",
    content_type: str = JSON,
) -> Answered:
    happening = event(path=f"/forms/{form}", headers={"Content-Type": content_type, **headers}, body=body)
    return intake.hears({**happening, "queryStringParameters": dict(query) if query else None})


def server(intake: Intake, *, key: str = OLD, message_id: str = ID, **fields: Any) -> Answered:
    """A rightly signed post of the shop; `fields` override those of CONTACT."""
    body = body_of(**fields)
    return post(intake, body, signed(body, key=key, message_id=message_id))
