"""`form-to-lead webhooks ...`: trying out the set-up of servers and form tools that post."""

import shlex
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.errors import OpsError, usage
from ops.output import screen
from shared.form.definition import forms
from shared.form.sources import Scheme, Source
from shared.webhooks.proving import proof
from shared.webhooks.verifying import usable_keys

webhooks_app = typer.Typer(help="Webhooks: sign a request by hand, to try a set-up.", no_args_is_help=True)

BodyArgument = Annotated[Path, typer.Argument(metavar="BODY", help="File with the body, sent byte for byte.")]
FormOption = Annotated[str, typer.Option("--form", metavar="FORM", help="The form that it is posted to.")]
SourceOption = Annotated[str, typer.Option("--source", metavar="NAME", help="Which of the form's sources sends it.")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key-file", metavar="FILE", help="File with the key and nothing else. Default: read from stdin."),
]
MessageIdOption = Annotated[
    str, typer.Option("--id", metavar="ID", help="The webhook-id; the same once more is a repeat. Default: a new one.")
]
ApiOption = Annotated[str, typer.Option("--api-url", metavar="URL", help="The stack's ApiUrl.")]
TypeOption = Annotated[str, typer.Option("--content-type", metavar="TYPE", help="What the body is.")]


@webhooks_app.callback()
def _group() -> None:
    """Webhooks: sign a request by hand, to try a set-up."""


@webhooks_app.command("sign")
def webhooks_sign(
    body: BodyArgument,
    *,
    form: FormOption,
    source: SourceOption,
    key_file: KeyOption = None,
    message_id: MessageIdOption = "",
    api_url: ApiOption = "$API_URL",
    content_type: TypeOption = "application/json",
) -> None:
    """Print the curl command that posts BODY as a source of a form does. It is good for five minutes.

    The key is read from a file or from stdin, never from an argument: those end up in the shell's history.

    [bold]Examples[/]

      form-to-lead webhooks sign --form contact --source shop --key-file shop.key body.json

      pass show shop | form-to-lead webhooks sign --form contact --source shop body.json
    """
    with screen.told():
        which = _source(form, source)
        key = _key(which.scheme, key_file)
        headers, query = proof(
            which.scheme,
            source,
            key,
            message_id=message_id or f"msg_{uuid.uuid4().hex}",
            body=_content(body),
            now=datetime.now(UTC),
        )
        headers = {"Content-Type": content_type, **headers}
        # In double quotes, so that the shell fills in $API_URL; form and query hold nothing that a shell reads there.
        words = [f'curl "{api_url.rstrip("/")}/forms/{form}?{query}"']
        words += [
            f"-H {shlex.quote(f'{name}: {text}')}" for name, text in {"Content-Type": content_type, **headers}.items()
        ]
        words.append(f"--data-binary {shlex.quote(f'@{body}')}")
        typer.echo(" \\\n  ".join(words))


def _source(form_id: str, name: str) -> Source:
    form = forms().get(form_id)
    if form is None:
        raise usage(f"There is no form {form_id}. The forms are: {', '.join(sorted(forms()))}.")
    source = form.sources.get(name)
    if source is None:
        there = ", ".join(sorted(form.sources)) or "none"
        raise usage(f"The form {form_id} has no source {name}. Its sources are: {there}.")
    return source


def _key(scheme: Scheme, path: Path | None) -> bytes:
    text = _content(path).decode("utf-8", "replace") if path else sys.stdin.read()
    keys = usable_keys(scheme, [text.strip()])
    if not keys:
        what = "whsec_ and 24 to 64 bytes in base64" if scheme is Scheme.STANDARD else "a text of 20 characters or more"
        raise usage(f"This is no key of such a source: it must be {what}.")
    return keys[0]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OpsError(f"{path} can't be read: {error.strerror}.") from None
