"""Test submissions of the command line, to an API in this process."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest

from shared.submission import State
from tests.builders import a_submission
from tests.integration.ops_desk import PERSON, TEMPLATE, Desk, with_fields
from tests.integration.ops_desk import desk as desk  # noqa: PLC0414 (the fixture)


@dataclass
class Api:
    """An API that gives one and the same answer, and keeps what it was sent."""

    status: int = 202
    body: bytes = b"{}"
    paths: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def api(desk: Desk) -> Iterator[Api]:
    """Behind the ApiUrl of the stack `with-api`."""
    said = Api()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said.paths.append(self.path)
            said.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing between what the command prints."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}/live"
        outputs = {**TEMPLATE["Outputs"], "ApiUrl": {"Value": url}, "DeadLetterQueueUrl": {"Value": "unused"}}
        template = {"Resources": TEMPLATE["Resources"], "Outputs": outputs}
        boto3.client("cloudformation").create_stack(StackName="with-api", TemplateBody=json.dumps(template))
        yield said
        server.shutdown()
        thread.join()


def test_a_test_submission_is_sent_and_its_outcome_awaited(desk: Desk, api: Api) -> None:
    row = with_fields(a_submission(state=State.CREATED), PERSON)
    desk.ledger.add(row)
    api.body = json.dumps({"receipt": row.submission_id, "state": "received"}).encode()
    arguments = ["submit", "contact", "--field", "last_name=Test", "--field", "extras=a", "--field", "extras=b"]
    said = desk.json(*arguments, "--wait", "--stack", "with-api")
    assert api.paths == ["/live/forms/contact"]
    assert api.sent == [{"last_name": "Test", "extras": ["a", "b"]}]
    assert said["answer"] == {"receipt": row.submission_id, "state": "received"}
    assert said["outcome"]["state"] == "created"
    shown = desk.run(*arguments, "--wait", "--stack", "with-api")
    assert row.submission_id in shown.stdout
    assert "Kanarievogel" not in shown.output


def test_a_submission_without_an_outcome_in_time_is_said_to_be_safe(desk: Desk, api: Api) -> None:
    row = a_submission()
    desk.ledger.add(row)
    api.body = json.dumps({"receipt": row.submission_id, "state": "received"}).encode()
    result = desk.run("submit", "contact", "--wait", "--timeout", "1", "--stack", "with-api")
    assert result.exit_code == 1
    assert "Nothing is lost" in result.stderr


def test_a_refused_submission_says_what_was_wrong(desk: Desk, api: Api) -> None:
    api.status = 422
    api.body = json.dumps(
        {"code": "validation_failed", "detail": "One.", "errors": [{"field": "email", "message": "Not an address."}]}
    ).encode()
    result = desk.run("submit", "contact", "--stack", "with-api")
    assert result.exit_code == 1
    assert "email: Not an address." in result.stdout


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b"[]", b"", b"\xff"])
def test_an_answer_that_is_not_ours_is_told(desk: Desk, api: Api, body: bytes) -> None:
    api.status, api.body = 502, body
    result = desk.run("submit", "contact", "--stack", "with-api")
    assert result.exit_code == 1
    assert "The API answered 502" in result.stderr
