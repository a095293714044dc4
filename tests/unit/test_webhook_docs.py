"""The examples of docs/webhooks.md are run as they stand: what they send is taken."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from functions.intake.webhooks import _refusal
from ops.cli import app
from shared.form.sources import Kind, Scheme
from shared.webhooks.verifying import Post, Verdict, usable_keys, verify
from tests.builders import NOW
from tests.unit.intake_desk import Answered
from tests.unit.webhook_desk import OLD, keyed, post

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
API_URL = "https://api.example/live"


def example(language: str, section: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.partition(f"\n## {section}\n")[2], re.MULTILINE | re.DOTALL)
    return str(found[0])


def program(name: str) -> str:
    path = shutil.which(name)
    assert path, f"{name} is needed to run the examples"
    return path


def taken(url: str, headers: dict[str, str], body: bytes) -> Answered:
    """By the intake, at the time that the example says."""
    address, _, query = url.partition("?")
    assert address == f"{API_URL}/forms/contact"
    low = {name.lower(): value for name, value in headers.items()}
    now = NOW.fromtimestamp(int(low["webhook-timestamp"]), NOW.tzinfo)
    name, _, value = query.partition("=")
    return post(keyed(now=now), body, low, query={name: value})


def through_a_shell(tmp_path: Path, script: str) -> Answered:
    """With a curl that writes down what it was asked to send."""
    tmp_path.joinpath("curl").write_text(
        f"#!{sys.executable}\nimport json, sys\njson.dump(sys.argv[1:], open({str(tmp_path / 'asked')!r}, 'w'))\n"
    )
    tmp_path.joinpath("curl").chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "API_URL": API_URL, "WEBHOOK_KEY": OLD}
    subprocess.run([program("bash"), "-euc", script], env=env, cwd=tmp_path, check=True)  # noqa: S603
    asked = json.loads((tmp_path / "asked").read_text())
    headers = dict(asked[i + 1].split(": ", 1) for i, word in enumerate(asked) if word == "-H")
    data = asked[asked.index("--data-binary") + 1]
    body = Path(data[1:]).read_bytes() if data.startswith("@") else data.encode()
    return taken(asked[0], headers, body)


def test_the_example_for_a_shell_is_taken(tmp_path: Path) -> None:
    assert program("openssl")
    assert through_a_shell(tmp_path, example("bash", "A server of your own")).status == 202


def test_the_example_in_python_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Answered] = []

    class Said:
        def read(self) -> bytes:
            return seen[0].text.encode()

    def urlopen(request: urllib.request.Request) -> Said:
        seen.append(taken(request.full_url, dict(request.header_items()), cast("bytes", request.data)))
        return Said()

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setenv("API_URL", API_URL)
    monkeypatch.setenv("WEBHOOK_KEY", OLD)
    exec(compile(example("python", "A server of your own"), "docs/webhooks.md", "exec"), {})  # noqa: S102
    assert seen[0].status == 202


def test_the_page_names_every_kind_and_every_refusal() -> None:
    assert {kind for kind in Kind if f"`{kind}`" not in PAGE} == set()
    codes = {_refusal(verdict).code for verdict in (Verdict.WRONG, Verdict.OUT_OF_TIME)}
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


# --- form-to-lead webhooks sign --------------------------------------------------------------------------------------


def sign(*arguments: str, key: str = "") -> Any:
    return CliRunner().invoke(app, ["webhooks", "sign", *arguments], input=key)


def test_the_command_that_is_printed_is_taken(tmp_path: Path) -> None:
    body = tmp_path / "a body's file.json"
    body.write_text('{"last_name": "Kuipers", "email": "joris@example.com", "message": "Hoi!", "consent": true}')
    key = tmp_path / "key"
    key.write_text(OLD + "\n")
    for printed in (
        sign("--form", "contact", "--source", "shop", "--key-file", str(key), str(body)),
        sign("--form", "contact", "--source", "shop", str(body), key=OLD),
    ):
        assert printed.exit_code == 0
        assert OLD not in printed.output
        assert through_a_shell(tmp_path, printed.stdout).status == 202


@pytest.mark.parametrize("source", ["typeform", "webflow", "jotform"])
def test_it_signs_as_each_tool_does(source: str, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"{}")
    secret = "s" * 30
    printed = sign("--form", "contact", "--source", source, str(body), key=secret)
    headers = {name.lower(): value for name, value in re.findall(r"-H '([^:]+): ([^']+)'", printed.stdout)}
    now = NOW.fromtimestamp(int(headers.get("x-webflow-timestamp", "0")) / 1000, NOW.tzinfo)
    scheme = {"typeform": Scheme.TYPEFORM, "webflow": Scheme.WEBFLOW, "jotform": Scheme.TOKEN}[source]
    token = re.search(r"webhook-token=(\w+)", printed.stdout)
    sent = Post(lambda name: headers.get(name, ""), token[1] if token else "", b"{}")
    assert verify(scheme, usable_keys(scheme, [secret]), sent, now) is Verdict.GOOD


@pytest.mark.parametrize(
    ("arguments", "key", "told"),
    [
        (("--form", "nothing", "--source", "shop"), OLD, "There is no form nothing. The forms are: contact"),
        (("--form", "contact", "--source", "erp"), OLD, "has no source erp. Its sources are: elementor, gravity"),
        (("--form", "quote", "--source", "shop"), OLD, "Its sources are: none."),
        (("--form", "contact", "--source", "shop"), "short", "it must be whsec_ and 24 to 64 bytes in base64"),
        (("--form", "contact", "--source", "gravity"), "short", "it must be a text of 20 characters or more"),
        (("--form", "contact", "--source", "shop", "--key-file", "/no/such/file"), "", "can't be read"),
    ],
)
def test_what_is_wrong_is_told_without_the_key(arguments: tuple[str, ...], key: str, told: str, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"{}")
    printed = sign(*arguments, str(body), key=key)
    assert printed.exit_code != 0
    assert told in " ".join(printed.output.split())
    assert not key or key not in printed.output


def test_a_body_that_is_not_there_is_told(tmp_path: Path) -> None:
    printed = sign("--form", "contact", "--source", "shop", str(tmp_path / "none"), key=OLD)
    assert printed.exit_code == 1
    assert "can't be read: No such file" in " ".join(printed.output.split())
