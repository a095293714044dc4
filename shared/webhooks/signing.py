"""Signatures of webhooks: https://www.standardwebhooks.com, and those that form tools have of their own."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"
_KEY_BYTES: Final = range(24, 65)
"""192 to 512 bits, as Standard Webhooks asks."""
_SHORTEST_SECRET: Final = 20
"""Characters of a tool's secret or of a token: letters and digits drawn by lot make 119 bits of them."""


def key_bytes(text: str) -> bytes | None:
    """Of `whsec_<base64>`; None where it is no such key."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if text.startswith(PREFIX) and len(key) in _KEY_BYTES else None


def secret_bytes(text: str) -> bytes | None:
    """Of a tool's secret or a token, which is used as it is written; None where it is too short to be one."""
    return text.encode("utf-8", "replace") if len(text) >= _SHORTEST_SECRET else None


def standard(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """One signature of the header webhook-signature. `timestamp` in Unix seconds."""
    return "v1," + _base64(_mac(key, f"{message_id}.{timestamp}.".encode("utf-8", "replace") + body))


def typeform(secret: bytes, body: bytes) -> str:
    """https://www.typeform.com/developers/webhooks/secure-your-webhooks/"""
    return "sha256=" + _base64(_mac(secret, body))


def webflow(secret: bytes, timestamp: str, body: bytes) -> str:
    """`timestamp` in Unix milliseconds. https://developers.webflow.com/data/docs/working-with-webhooks"""
    return _mac(secret, f"{timestamp}:".encode("utf-8", "replace") + body).hex()


def _mac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
