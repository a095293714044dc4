"""Requests from one seed: most are nearly right, since a request that is wrong from its first byte is refused there."""

import base64
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final, Literal

from tests.hostile.bodies import ENCODINGS, Meaning
from tests.hostile.posts import Posted, pages, servers, visitors
from tests.hostile.setting import hostile_forms
from tests.hostile.texts import CHARSETS, HEADERS, NAMES, ODD, SMALL
from tests.unit.intake_desk import ORIGIN

type Happening = dict[str, Any]
type Trouble = Literal["", "table", "queue"]

FORM: Final = "/forms/{form_id}"
PAGE: Final = "/servlet/servlet.WebToLead"
_POSTS: Final = {
    f"POST {FORM}": 36,
    f"POST {FORM} signed": 16,
    f"POST {FORM} wrongly signed": 6,
    f"POST {PAGE}": 18,
}
_READS: Final = {
    f"GET {FORM}": 6,
    f"GET {FORM}/schema": 3,
    f"GET {FORM}/start": 1,
    "GET /submissions/{receipt}": 2,
    "GET /embed.js": 2,
    "GET /openapi.json": 1,
    "GET /health": 1,
    f"OPTIONS {FORM}": 2,
    f"OPTIONS {PAGE}": 1,
    "anything else": 5,
}
ROUTES: Final[Mapping[str, int]] = {**_POSTS, **_READS}
"""How often each comes among a hundred."""
_METHODS: Final = (
    "GET",
    "OPTIONS",
    "PUT",
    "HEAD",
    "DELETE",
    "PATCH",
    "TRACE",
    "",
    "post",
    "\x00",
    "PO ST",
    "POST" * 99,
)
_FOLDERS: Final = ("forms", "forms", "submissions", "servlet", "embed.js", "openapi.json", "health", "", "FORMS", "..")
_LEFT_OUT: Final = (
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "pathParameters",
    "requestContext",
    "body",
    "httpMethod",
    "path",
    "resource",
    "isBase64Encoded",
)
_GOOD: Final[Sequence[Mapping[str, str]]] = (
    {"Accept": "application/json"},
    {"Accept": "text/html,*/*;q=0.8", "Origin": ORIGIN},
    {"Accept": "text/html", "Origin": ORIGIN, "Accept-Language": "nl,en;q=0.5", "Referer": f"{ORIGIN}/nl/contact"},
    {"Accept": "*/*", "Accept-Encoding": "gzip, br", "Host": "api.example", "Origin": "https://api.example"},
    {},
)


@dataclass(frozen=True, slots=True)
class Hostile:
    """An event of API Gateway, and what is known of it. `trouble`: what is down while it is answered."""

    route: str
    encoding: str
    transport: str
    event: Happening
    form_id: str = ""
    source: str = ""
    kept: Meaning | None = None
    texts: tuple[str, ...] = ()
    may_be_kept: bool = False
    trouble: Trouble = ""

    @property
    def kind(self) -> str:
        return f"{self.route}, {self.encoding}" if self.encoding else self.route


class Generator:
    """The same seed gives the same requests; `receipt` is of a submission that is there."""

    def __init__(self, seed: int, receipt: str = "") -> None:
        self._rng = Random(seed)  # noqa: S311 (it has to be the same each time)
        self._receipt = receipt
        self._lately: deque[Hostile] = deque(maxlen=40)

    def next(self) -> Hostile:
        rng = self._rng
        if self._lately and rng.random() < 0.03:
            return rng.choice(self._lately)
        [route] = rng.choices(list(ROUTES), list(ROUTES.values()))
        made = self._post(route) if route in _POSTS else self._read(route)
        if rng.random() < 0.04:
            made = self._with_nulls(made)
        if made.route in _POSTS and rng.random() < 0.01:
            made = replace(made, trouble=rng.choice(["table", "queue"]))
        self._lately.append(made)
        return made

    def _post(self, route: str) -> Hostile:
        rng = self._rng
        encoding = rng.choice(list(ENCODINGS))
        if route == f"POST {PAGE}":
            # A page posts as browsers do: JSON comes from whoever wants to see what happens.
            encoding = rng.choice(["urlencoded"] * 5 + ["multipart"] * 3 + ["json"])
            posted, resource = pages(rng, encoding), PAGE
        elif route == f"POST {FORM}":
            posted, resource = visitors(rng, encoding), FORM
        else:
            posted, resource = servers(rng, encoding, has_proof="wrongly" not in route), FORM
        return self._posted(route, resource, posted)

    def _posted(self, route: str, resource: str, posted: Posted) -> Hostile:
        rng = self._rng
        content_type = posted.body.content_type
        if rng.random() < 0.03:
            content_type += rng.choice(CHARSETS)
        headers = {"Content-Type": content_type, **self._headers(), **posted.headers}
        transport, carried = self._carried(posted.body.content)
        event = _event("POST", resource, {"form_id": posted.form.id}, self._cased(headers), posted.query) | carried
        is_sure = transport in {"base64", "text"} and headers["Content-Type"] == posted.body.content_type
        return Hostile(
            route,
            posted.body.encoding,
            transport,
            event,
            form_id=posted.form.id,
            source=posted.source,
            kept=posted.kept if is_sure else None,
            texts=posted.texts,
            may_be_kept=posted.has_proof,
        )

    def _carried(self, content: bytes) -> tuple[str, Happening]:
        """API Gateway marks a body that it encoded; here it is also marked wrongly."""
        rng = self._rng
        packed = base64.b64encode(content).decode()
        draw = rng.random()
        if draw < 0.8:
            return "base64", {"body": packed, "isBase64Encoded": True}
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return "base64", {"body": packed, "isBase64Encoded": True}
        if draw < 0.92:
            return "text", {"body": text, "isBase64Encoded": False}
        if draw < 0.95:
            return "text marked as base64", {"body": text, "isBase64Encoded": True}
        if draw < 0.98:
            return "base64 marked as text", {"body": packed, "isBase64Encoded": False}
        return "broken base64", {
            "body": rng.choice(["%%%", packed[:-1], packed + "é", "=" + packed]),
            "isBase64Encoded": True,
        }

    def _read(self, route: str) -> Hostile:
        rng = self._rng
        method, _, resource = route.partition(" ")
        form_id = rng.choice([*hostile_forms(), *hostile_forms(), rng.choice(ODD)[:200], "..", "contact/schema"])
        receipt = rng.choice([self._receipt, self._receipt.upper(), "x" * 36, "é" * 36, rng.choice(ODD)[:200]])
        if route == "anything else":
            return self._anything_else()
        query = self._query() if rng.random() < 0.6 else {}
        headers = self._headers(wild=0.7)
        if rng.random() < 0.2:
            headers["If-None-Match"] = rng.choice(["*", 'W/"x", *', '"x"', ",,,", rng.choice(SMALL)])
        headers = self._cased(headers)
        event = _event(method, resource, {"form_id": form_id, "receipt": receipt}, headers, query)
        if rng.random() < 0.05:
            event |= self._carried(rng.choice(SMALL).encode("utf-8", "replace"))[1]
        return Hostile(route, "", "", event)

    def _anything_else(self) -> Hostile:
        """Other methods of known routes, and paths that are none."""
        rng = self._rng
        resource = rng.choice([FORM, f"{FORM}/schema", f"{FORM}/start", PAGE, "/submissions/{receipt}", "/embed.js"])
        parameters = {"form_id": rng.choice(list(hostile_forms())), "receipt": self._receipt}
        event = _event(rng.choice(_METHODS), resource, parameters, self._headers(wild=0.5), self._query())
        if rng.random() < 0.5:
            parts = [rng.choice(_FOLDERS), rng.choice(["contact", "schema", "servlet.WebToLead", *ODD])[:200]]
            path = "/" + "/".join(parts[: rng.randint(0, 2)] + ["schema"] * (rng.random() < 0.2))
            event |= {"path": path, "resource": rng.choice([None, path, "/{proxy+}"]), "pathParameters": None}
        return Hostile("anything else", "", "", event, may_be_kept=True)

    def _query(self) -> dict[str, str]:
        rng = self._rng
        names = ["lang", "receipt", "form", "utm_source", "gclid", "webhook-source", "webhook-token", *NAMES]
        texts = ["nl", "en", self._receipt, *SMALL]
        return {rng.choice(names): rng.choice(texts) for _ in range(rng.randint(1, 3))}

    def _headers(self, wild: float = 0.2) -> dict[str, str]:
        rng = self._rng
        headers = dict(rng.choice(_GOOD))
        if rng.random() < 0.1:
            again = f"key {rng.randint(1, 4)}"
            headers["Idempotency-Key"] = rng.choice([str(rng.getrandbits(60)), again, rng.choice(ODD)[:300]])
        if rng.random() < wild:
            likely = ["*", "gzip, br;q=0", "nl;q=0.5,en", ORIGIN, "null", *rng.choices(SMALL, k=6)]
            headers |= {rng.choice(HEADERS): rng.choice(likely)[:300] for _ in range(rng.randint(1, 4))}
        return headers

    def _cased(self, headers: Mapping[str, str]) -> dict[str, str]:
        changes: list[Callable[[str], str]] = [str, str, str.lower, str.upper]
        change = self._rng.choice(changes)
        return {change(name): text for name, text in headers.items()}

    def _with_nulls(self, made: Hostile) -> Hostile:
        rng = self._rng
        event = dict(made.event)
        for name in rng.sample(_LEFT_OUT, rng.randint(1, 3)):
            if rng.random() < 0.7:
                event[name] = None
            else:
                event.pop(name, None)
        if rng.random() < 0.2:
            event["requestContext"] = {"identity": None, "domainName": None}
        if rng.random() < 0.2 and event.get("headers"):
            event["headers"] = {**event["headers"], rng.choice(HEADERS): None}
        return replace(made, event=event, kept=None)


def _event(
    method: str, resource: str, parameters: Mapping[str, str], headers: Mapping[str, str], query: Mapping[str, str]
) -> Happening:
    """As API Gateway hands it over: what is empty is null."""
    used = {name: text for name, text in parameters.items() if f"{{{name}}}" in resource}
    return {
        "resource": resource,
        "path": resource.format(**used),
        "httpMethod": method,
        "headers": dict(headers) or None,
        "multiValueHeaders": {name: [text] for name, text in headers.items()} or None,
        "queryStringParameters": dict(query) or None,
        "pathParameters": used or None,
        "requestContext": {"identity": {"sourceIp": "192.0.2.7"}, "domainName": "api.example", "stage": "live"},
        "body": None,
        "isBase64Encoded": False,
    }
