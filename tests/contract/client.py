"""Asks the stand-in, over TLS, what a real org was asked."""

import time
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from local.salesforce_org import RunningOrg
from tests.contract.answers import Answer, Call, filled

SECONDS = 10  # for any one answer
TOKEN = "/services/oauth2/token"
_KEY = generate_private_key(public_exponent=65_537, key_size=2_048)
_PUBLIC_KEY = _KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


class Client:
    """Makes the calls of one answer, logged in. `names` are what `<name>` stands for so far."""

    def __init__(self, running: RunningOrg, session: requests.Session, answer: Answer) -> None:
        self.answer = answer
        self.base = f"/services/data/v{answer.version}.0"
        self.names = {
            "url": running.url,
            "base": self.base,
            "client_id": running.client_id,
            "client_secret": running.client_secret,
        }
        self._org = running.org
        self._session = session
        credentials = {name: self.names[name] for name in ("client_id", "client_secret")}
        login = Call("POST", TOKEN, form={"grant_type": "client_credentials", **credentials}, login=False)
        self.names["token"] = self._send(login).json()["access_token"]

    def ask(self) -> requests.Response:
        """The answer to the request, by an org brought to the question."""
        for rows in self.answer.rows:
            values = {name: self._filled(value) for name, value in rows.values.items()}
            ids = [self._org.add(rows.object, values) for _ in range(rows.times)]
            if rows.name:
                self.names[rows.name] = ids[-1]
        for call in self.answer.before:
            self._send(call)
        if self.answer.request.assertion is not None:
            body = {"pem": _PUBLIC_KEY}
            assert self._session.post(f"{self.names['url']}/_org/public_key", json=body, timeout=SECONDS).ok
        for call in self.answer.control:
            response = self._send(call)
            assert response.ok, f"{call.path}: {response.text}"
        return self._send(self.answer.request)

    def _send(self, call: Call) -> requests.Response:
        path = filled(call.path, self.names)
        headers = {"Authorization": f"Bearer {self.names['token']}"} if call.login else {}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        response = self._session.request(
            call.method,
            self.names["url"] + (path if path.startswith("/") else f"{self.base}/{path}"),
            headers=headers | {name: filled(value, self.names) for name, value in call.headers.items()},
            data=self._form(call) or filled(call.body or "", self.names).encode() or None,
            timeout=SECONDS,
        )
        self.names |= {name: str(_part(response.json(), where)) for name, where in call.keep.items()}
        return response

    def _form(self, call: Call) -> dict[str, str]:
        form = {name: filled(value, self.names) for name, value in (call.form or {}).items()}
        if call.assertion is None:
            return form
        claims = {name: filled(value, self.names) for name, value in call.assertion.items()}
        # simple-salesforce writes the time as a text, which real orgs take.
        claims.setdefault("exp", str(int(time.time()) + 180))
        signed = jwt.encode(dict(claims), _KEY, algorithm="RS256")
        return {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed, **form}

    def _filled(self, value: Any) -> Any:
        return filled(value, self.names) if isinstance(value, str) else value


def _part(value: Any, where: str) -> Any:
    for step in where.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
