"""Options that always come together: a command has one parameter for all of them."""

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, is_dataclass
from functools import wraps
from typing import Annotated, Any, Final

import typer

from ops.commands.options import FormOption, NewerOption, OlderOption, ReasonOption
from ops.operations.filters import Filter, build_filter
from ops.stack import DEFAULT_NAME, Stack, find_stack
from shared.submission import State

_WHERE: Final = "Which stack"


@dataclass(frozen=True, kw_only=True)
class Where:
    # No envvar: boto3 reads AWS_PROFILE itself, and lets keys in the environment win, as the AWS CLI does.
    profile: Annotated[
        str,
        typer.Option("--profile", help="AWS profile; without it AWS_PROFILE counts.", rich_help_panel=_WHERE),
    ] = ""
    region: Annotated[
        str,
        typer.Option(
            "--region", envvar=["AWS_REGION", "AWS_DEFAULT_REGION"], help="AWS region.", rich_help_panel=_WHERE
        ),
    ] = ""
    stack: Annotated[
        str, typer.Option("--stack", envvar="FORM_TO_LEAD_STACK", help="Name of the stack.", rich_help_panel=_WHERE)
    ] = DEFAULT_NAME
    local: Annotated[
        bool,
        typer.Option(
            "--local", help="The stack that `make run` started; the options above don't count.", rich_help_panel=_WHERE
        ),
    ] = False

    def find_stack(self) -> Stack:
        """Raises OpsError, ClientError and BotoCoreError."""
        return find_stack(self.stack, profile=self.profile, region=self.region, local=self.local)


@dataclass(frozen=True, kw_only=True)
class Which:
    reason: ReasonOption = None
    form: FormOption = ""
    older_than: OlderOption = ""
    newer_than: NewerOption = ""

    def filter(self, states: Iterable[State], ids: Iterable[str] | None) -> Filter:
        """Raises OpsError (usage)."""
        return build_filter(
            states=tuple(states),
            reason=self.reason,
            form_id=self.form,
            older_than=self.older_than,
            newer_than=self.newer_than,
            ids=ids,
        )


def gathered(command: Callable[..., None]) -> Callable[..., None]:
    """Typer knows single options only: to it, a parameter whose type is such a class is all the options of that class,
    in its place."""
    signature = inspect.signature(command)
    types = {name: one.annotation for name, one in signature.parameters.items()}
    classes = {name: kind for name, kind in types.items() if isinstance(kind, type) and is_dataclass(kind)}
    options = {name: inspect.signature(kind).parameters for name, kind in classes.items()}

    @wraps(command)
    def from_single_options(**given: Any) -> None:
        for name, kind in classes.items():
            given[name] = kind(**{option: given.pop(option) for option in options[name]})
        command(**given)

    single = [
        option for name, one in signature.parameters.items() for option in options.get(name, {name: one}).values()
    ]
    # typer.Typer.command asks inspect for the signature, which takes this one.
    from_single_options.__signature__ = signature.replace(parameters=single)  # type: ignore[attr-defined]
    return from_single_options
