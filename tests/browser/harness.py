"""The API under a stage's path and a website on another origin, both on loopback, with the stores in memory.

The API is the intake's own code, handed the events that API Gateway would; only the network is small.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, parse_qsl, urlsplit

from shared.form.definition import Form, forms, parse_form
from tests.unit.intake_desk import Intake, event

LOOPBACK: Final = "127.0.0.1"
STAGE: Final = "/live"
EVERY_KIND: Final = """
id = "everything"
version = "1"
title = { nl = "Alles", en = "Everything" }
languages = ["nl", "en"]
country = "NL"

[website]
origins = ["https://www.flexfit-fietsen.example"]

[hosted]
intro = { nl = "Elk soort vraag, een keer.", en = "Each kind of question, once." }
button = { nl = "Vraag aan", en = "Ask for it" }
accent = "#0b6e4f"

[consent]
text_version = "1"
text = { nl = "Ja, u mag mij schrijven.", en = "Yes, you may write to me." }

[lead.defaults]
Company = "Particulier"

[existing]
task_subject = "Alles"

[[fields]]
name = "last_name"
type = "name"
label = { nl = "Achternaam", en = "Last name" }
required = true
max_length = 80
lead_field = "LastName"
autocomplete = "family-name"

[[fields]]
name = "phone"
type = "phone"
label = { nl = "Telefoonnummer", en = "Phone number" }
hint = { nl = "Buiten Nederland begint het met een +.", en = "Outside the Netherlands it starts with a +." }
max_length = 40
lead_field = "Phone"
autocomplete = "tel"

[[fields]]
name = "bike"
type = "choice"
label = { nl = "Fiets", en = "Bike" }
required = true
choices = [
  { value = "city", label = { nl = "Stadsfiets", en = "City bike" } },
  { value = "cargo", label = { nl = "Bakfiets", en = "Cargo bike" } },
]

[[fields]]
name = "topics"
type = "choices"
label = { nl = "Onderwerpen", en = "Topics" }
hint = { nl = "Kies er zo veel als u wilt.", en = "Choose as many as you like." }
required = true
choices = [
  { value = "price", label = { nl = "Prijs", en = "Price" } },
  { value = "lease", label = { nl = "Lease", en = "Lease" } },
]

[[fields]]
name = "seats"
type = "integer"
label = { nl = "Aantal zitplaatsen", en = "Number of seats" }
minimum = 1
maximum = 4

[[fields]]
name = "day"
type = "date"
label = { nl = "Dag", en = "Day" }

[[fields]]
name = "country"
type = "country"
label = { nl = "Land", en = "Country" }
autocomplete = "country-name"

[[fields]]
name = "newsletter"
type = "boolean"
label = { nl = "Stuur mij de nieuwsbrief", en = "Send me the newsletter" }

[[fields]]
name = "message"
type = "textarea"
label = { nl = "Uw vraag", en = "Your question" }
max_length = 4000
"""


@dataclass
class Api:
    """`lose` many answers are lost on the way back; `refuse` many requests never arrive."""

    intake: Intake
    posts: list[dict[str, str]] = field(default_factory=list)
    lose: int = 0
    refuse: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
        """None where the visitor gets none."""
        with self._lock:
            is_post = method == "POST"
            if is_post:
                self.posts.append(dict(parse_qsl(body.decode(), keep_blank_values=True)))
            if is_post and self.refuse:
                self.refuse -= 1
                return None
            address = urlsplit(target)
            happening = event(method, address.path.removeprefix(STAGE), headers=headers, body=body)
            happening["queryStringParameters"] = {name: texts[-1] for name, texts in parse_qs(address.query).items()}
            # People take their time: no test has to wait for the time trap.
            self.intake.now += timedelta(seconds=10)
            reply = self.intake.hears(happening).reply
            if is_post and self.lose:
                self.lose -= 1
                return None
            return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers: Callable[[str, str, Mapping[str, str], bytes], dict[str, Any] | None]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers drop connections as they like."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 30

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.server.answers(self.command, self.path, dict(self.headers), body)
        if reply is None:
            self.close_connection = True
            return
        content = str(reply["body"]).encode()
        self.send_response(int(reply["statusCode"]))
        for name, value in reply["headers"].items():
            self.send_header(name, value)
        if reply["statusCode"] not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_OPTIONS = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        """Says nothing: the terminal belongs to the tests."""


class Served:
    """Any answering function on a port of its own."""

    def __init__(self, answers: Callable[[str, str, Mapping[str, str], bytes], dict[str, Any] | None]) -> None:
        self._server = _Server((LOOPBACK, 0), _Handler)
        self._server.answers = answers
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@dataclass
class Site:
    """A customer's website with the strictest policy that still lets our script in."""

    api_url: str = ""
    pages: dict[str, str] = field(default_factory=dict)

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        origin = f"{urlsplit(self.api_url).scheme}://{urlsplit(self.api_url).netloc}"
        policy = (
            f"default-src 'none'; script-src {origin}; connect-src {origin}; form-action 'self' {origin}; "
            "img-src data:; base-uri 'none'; require-trusted-types-for 'script'"
        )
        text = self.pages.get(urlsplit(target).path)
        kind = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        return {"statusCode": 200 if text is not None else 404, "headers": kind, "body": text or "<title>none</title>"}

    def has(self, path: str, markup: str, *, script: str, language: str = "nl") -> None:
        """A page of which `script` are the attributes of our script's tag."""
        self.pages[path] = (
            f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Shop</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
            f'</head><body><main><h1>FlexFit</h1>{markup}<script src="{self.api_url}/embed.js" {script} defer></script>'
            "</main></body></html>"
        )


def new_intake(website_url: str) -> Intake:
    """The demo shop's forms as if the website were theirs, and a form with no website's pages."""
    every_kind = parse_form(EVERY_KIND, name="everything.toml")
    theirs = {**forms(), "everything": every_kind}
    return Intake(forms={name: _moved(form, website_url) for name, form in theirs.items()})


def _moved(form: Form, website_url: str) -> Form:
    website = form.website.model_copy(update={"origins": (website_url,)})
    return form.model_copy(update={"website": website})
