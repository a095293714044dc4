"""`make run`: brings the whole stack up, checks the forms, submits every scenario, prints the outcomes, and stays."""

import argparse
import fcntl
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from local import report
from local.deployment import PROJECT
from local.playing import Player
from local.progress import Progress, StepFailedError
from local.scenarios import Result, Scenario, ScenarioError, all_as_expected, load_scenarios
from local.stack import Stack, running
from ops.errors import OpsError
from ops.operations.forms import Checked, check_forms
from ops.operations.orders import Operator

FOLDER = PROJECT / ".local"
STACK_FILE = FOLDER / "stack.json"
LOCK_FILE = FOLDER / "run.lock"
WIDTH_WITHOUT_TERMINAL = 160

OK, NOT_AS_EXPECTED, FAILED, STOPPED = 0, 1, 2, 130
ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    progress = Progress(Console(stderr=True))
    catch_endings()
    try:
        scenarios = load_scenarios()
        with only_one(), running(FOLDER, progress) as stack, announced(stack):
            return _use(stack, scenarios, progress, options)
    except KeyboardInterrupt:
        progress.console.print("Stopped before the end. Nothing is left running.")
        return STOPPED
    except ScenarioError as error:
        progress.failed(StepFailedError("events", str(error)))
    except StepFailedError as error:
        progress.failed(error)
    return FAILED


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit after the table, 0 if all is as expected")
    parser.add_argument("--json", action="store_true", help="print the table as JSON on standard output")
    return parser.parse_args(arguments)


def catch_endings() -> None:
    """From now on a signal to end is a KeyboardInterrupt, so that all is taken down."""
    for number in ENDING_SIGNALS:
        signal.signal(number, _end)


def _end(_number: int, _frame: object) -> NoReturn:
    """The first signal ends the run; more of them must not cut the tidying up short."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def only_one() -> Iterator[None]:
    """One `make run` at a time, since .local/stack.json says where *the* stack is; and nothing beside a load run.

    Raises StepFailedError.
    """
    FOLDER.mkdir(exist_ok=True)
    with LOCK_FILE.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StepFailedError(
                "local stack", f"`make run` or `make load` is running already{_where()}; end that first"
            ) from None
        yield


def _where() -> str:
    if not STACK_FILE.exists():
        return ""
    return f", with its website at {json.loads(STACK_FILE.read_text())['website_url']}"


@contextmanager
def announced(stack: Stack) -> Iterator[None]:
    stack.addresses.write(STACK_FILE)
    try:
        yield
    finally:
        STACK_FILE.unlink(missing_ok=True)


def _use(stack: Stack, scenarios: list[Scenario], progress: Progress, options: argparse.Namespace) -> int:
    checked = _check_forms(stack, progress)
    results = _play(stack, scenarios, progress)
    _show(results, checked, options)
    if not options.once:
        _stay(stack, progress)
    return OK if all_as_expected(results) and checked.fits else NOT_AS_EXPECTED


def _check_forms(stack: Stack, progress: Progress) -> Checked:
    """By the deployed function. Raises StepFailedError."""
    with progress.step("The forms against the org"):
        try:
            return check_forms(stack)
        except (OpsError, BotoCoreError, ClientError) as error:
            reason = str(error) if isinstance(error, OpsError) else type(error).__name__
            raise StepFailedError("forms check", reason) from None


def _play(stack: Stack, scenarios: list[Scenario], progress: Progress) -> list[Result]:
    results: list[Result] = []
    with progress.step(f"{len(scenarios)} scenarios") as status:
        for result in Player(stack, Operator(stack)).play(scenarios):
            results.append(result)
            status.update(escape(result.scenario.title))
    return results


def _show(results: list[Result], checked: Checked, options: argparse.Namespace) -> None:
    if options.json:
        json.dump(report.as_json(results, checked), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
        sys.stdout.flush()
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    console.print(report.forms(checked))
    console.print(report.table(results))
    console.print(report.summary(results))


def _stay(stack: Stack, progress: Progress) -> None:
    addresses = stack.addresses
    lines = {
        "Website": f"{addresses.website_url}/nl/ and {addresses.website_url}/en/",
        "API": addresses.api_url,
        "Salesforce": f"{addresses.salesforce_url}/ (a throw-away certificate: the browser will ask)",
        "AWS": f"{addresses.aws_endpoint_url} (region {addresses.region}, access key and secret: test)",
        "Logs": f"{FOLDER.relative_to(PROJECT)}/*.log",
    }
    for name, where in lines.items():
        progress.console.print(f"[bold]{name:<11}[/]{escape(where)}", soft_wrap=True)
    progress.console.print("Ctrl-C ends it.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        progress.console.print("\nTaking everything down ...")
