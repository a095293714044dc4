"""What a sender adds to a request so that the intake knows it: the other side of verifying."""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from shared.form.sources import Scheme
from shared.webhooks import signing

_MILLISECONDS: Final = 1000


def proof(
    scheme: Scheme, source: str, key: bytes, *, message_id: str, body: bytes, now: datetime
) -> tuple[dict[str, str], str]:
    """Headers, and the query of the address, which says whose they are."""
    query = {"webhook-source": source}
    headers = {"webhook-id": message_id} if message_id else {}
    seconds = now.timestamp()
    match scheme:
        case Scheme.STANDARD:
            stamp = str(int(seconds))
            headers |= {"webhook-timestamp": stamp, "webhook-signature": signing.standard(key, message_id, stamp, body)}
        case Scheme.TYPEFORM:
            headers["Typeform-Signature"] = signing.typeform(key, body)
        case Scheme.WEBFLOW:
            stamp = str(int(seconds * _MILLISECONDS))
            headers |= {"x-webflow-timestamp": stamp, "x-webflow-signature": signing.webflow(key, stamp, body)}
        case Scheme.TOKEN:
            query["webhook-token"] = key.decode()
    return headers, urlencode(query)
