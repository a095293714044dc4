"""The forms against the org, as the stack's forms check function sees them; and what that says in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import unreachable, usage
from ops.operations.functions import answer_of
from ops.stack import DeployedStack
from shared.form.check import FormProblem, errors_among


@dataclass(frozen=True, slots=True)
class Checked:
    """`answer` is the function's own, for programs."""

    form_ids: tuple[str, ...]
    problems: tuple[FormProblem, ...]
    answer: Mapping[str, Any]

    @property
    def fits(self) -> bool:
        """Warnings don't count."""
        return not errors_among(self.problems)


def check_forms(stack: DeployedStack, texts: Mapping[str, str] | None = None) -> Checked:
    """The stack's own forms, or these texts by their files' names. Raises OpsError, ClientError and BotoCoreError."""
    order = {} if texts is None else {"forms": dict(texts)}
    return _checked_in(answer_of(stack, "FormsCheckFunctionName", order))


def _checked_in(content: Any) -> Checked:
    match content:
        case {"checked": list(form_ids), "problems": list(found)}:
            return Checked(tuple(form_ids), tuple(FormProblem(**one) for one in found), content)
        case {"error": str(error)}:
            raise unreachable(f"The forms check function says: {error}")
        case _:
            raise unreachable("The forms check function failed. Its log says where.")


def read_files(paths: Iterable[Path]) -> dict[str, str]:
    """Texts by file name. Raises OpsError."""
    texts: dict[str, str] = {}
    for path in paths:
        if path.name in texts:
            raise usage(f"Two files are called {path.name}; a form's file is called after its id.")
        try:
            texts[path.name] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            raise usage(f"{path} can't be read: a form is a text file in UTF-8.") from None
    return texts


def verdict(found: Checked) -> str:
    forms = _number(len(found.form_ids), "form")
    errors = len(errors_among(found.problems))
    warnings = _number(len(found.problems) - errors, "warning")
    every = "All forms fit the org" if len(found.form_ids) > 1 else "The form fits the org"
    if not found.problems:
        return f"{every}: {forms} checked."
    if not errors:
        return f"{every}: {forms} checked, {warnings}."
    return f"{forms} checked: {_number(errors, 'error')}, {warnings}."


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
