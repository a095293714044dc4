"""What goes to standard output (answers) and to standard error (everything said beside them)."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from ops.errors import FAILURES, in_words
from ops.output.cells import plain

_PIPE_WIDTH: Final = 160
"""Columns where the output is not a terminal: nothing should be folded on its way to grep."""


@contextmanager
def told() -> Iterator[None]:
    """Errors as one line on standard error, and as the exit code."""
    try:
        yield
    except FAILURES as error:
        words = in_words(error)
        say(f"error: {words}", style="red")
        raise typer.Exit(words.exit_code) from None


def show(what: RenderableType) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_WIDTH)
    console.print(what, soft_wrap=False)


def say(text: str, *, style: str = "") -> None:
    """On standard error, one line: never between what programs read."""
    Console(stderr=True).print(Text(plain(text), style=style), soft_wrap=True)


def say_whether_masked(*, reveal: bool) -> None:
    if not reveal:
        say("Personal data is masked; --reveal shows it.")


def say_more(limit: int) -> None:
    say(f"There are more than these {limit}; --limit 0 lists all.")


def show_json(content: Any) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


@contextmanager
def working(text: str) -> Iterator[None]:
    with Console(stderr=True).status(text):
        yield


@contextmanager
def progress(verb: str, total: int) -> Iterator[Callable[[int], object]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(verb, total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def counting() -> Iterator[Callable[[str, int, int], object]]:
    """A bar for each thing that is told: its name, how many more are done, and how many there are."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(name: str, count: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.advance(tasks[name], count)

        yield advance


@contextmanager
def looking() -> Iterator[Callable[[int], object]]:
    """Counts rows of which nobody knows how many there are."""
    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.completed} rows looked at"), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("look", total=None)
        yield lambda count: bar.advance(task, count)
