"""Rejections and results in plain words: what is wrong, and what would mend it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.form.definition import Form
from shared.form.field import FieldType, FormField
from shared.intake.validation import FieldError, check
from shared.rejection import Problem, Reason
from shared.submission import FieldValue

REASONS: Final[dict[Reason, tuple[str, str]]] = {
    Reason.MALFORMED_PAYLOAD: ("What was sent can't be read.", "Discard it, and tell whoever sends it."),
    Reason.TOO_LARGE: ("What was sent is too large.", "Discard it, and ask the sender for a shorter message."),
    Reason.UNKNOWN_FORM: (
        "This release has no form of that name.",
        "Deploy the form file again, then replay; or discard.",
    ),
    Reason.ORIGIN_NOT_ALLOWED: (
        "It came from a website that the form does not list.",
        "Add the website to the form's origins, then replay; or discard.",
    ),
    Reason.VALIDATION_FAILED: ("The form finds answers wrong.", "Edit the fields that are wrong, then replay."),
    Reason.SALESFORCE_REJECTED: (
        "Salesforce refused the record.",
        "Edit what it names, or have the rule in Salesforce changed; then replay.",
    ),
    Reason.POSSIBLE_DUPLICATE: (
        "A duplicate rule in Salesforce takes it for somebody who is there already.",
        "Look at the records that `dlq show` names: merge them or let the rule pass it, then replay; or discard.",
    ),
    Reason.KEY_USED_BEFORE: (
        "It came under the key of an earlier submission, whose Lead is there and whose row has ended.",
        "Look at that Lead; unless these answers are there, type them in (`dlq show ID --reveal`). Then discard it.",
    ),
    Reason.RETRIES_EXHAUSTED: (
        "It was tried until its tries were used up.",
        "See that the last error is gone, then replay.",
    ),
    Reason.REPLAY_FAILED: ("A replay went wrong.", "Replay once more; if it fails again, ask a developer."),
    Reason.INTERNAL_ERROR: ("The program has a fault.", "Ask a developer; replay after the next release."),
}
"""For each reason: what happened, and what an operator does about it."""

FIELD_PROBLEMS: Final[dict[str, tuple[str, str]]] = {
    "required": ("it is empty, and the form needs it", "fill it in"),
    "too_long": ("it is too long", "make it shorter"),
    "control_characters": ("it holds a line break or unreadable characters", "type it anew on one line"),
    "invalid_email": ("it is not an e-mail address", "give an address such as name@example.com"),
    "invalid_phone": ("it is not a phone number", "give a number; a foreign one starts with + and the country's code"),
    "invalid_choice": ("it is none of the choices", "give one of the form's choices"),
    "invalid_number": ("it is not a whole number", "give a whole number, such as 3"),
    "invalid_decimal": ("it is not a number, or has more decimals than the form takes", "give one such as 12.5"),
    "too_small": ("the number is too small", "give a larger number"),
    "too_large": ("the number is too large", "give a smaller number"),
    "invalid_date": ("it is not a date", "give a date such as 2026-11-30"),
    "invalid_country": ("this country is not known", "give its name or its code, such as NL"),
    "invalid_boolean": ("it is neither yes nor no", "give yes or no"),
    "too_many_values": ("it has more than one answer", "give one answer"),
    "consent_needed": (
        "the visitor did not agree",
        "only the visitor can agree: discard it, unless you hold their consent",
    ),
    "captcha_failed": ("the captcha was not done", "nothing: it is only asked of visitors"),
}
"""For each code of shared/form/texts.py: what is wrong with a field, and what mends it."""

SALESFORCE_PROBLEMS: Final[dict[str, str]] = {
    "DUPLICATES_DETECTED": "A duplicate rule in Salesforce blocks it: let the rule report instead of block.",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule in Salesforce refuses it: see its text with --reveal.",
    "FIELD_INTEGRITY_EXCEPTION": "Two fields don't go together, such as a state with a country: mend one of them.",
    "INVALID_EMAIL_ADDRESS": "Salesforce does not take this e-mail address: mend it.",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": "The picklist in Salesforce lacks this value: add it, or mend the form.",
    "NUMBER_OUTSIDE_VALID_RANGE": "The number does not fit in the field in Salesforce: give another one.",
    "NUMERIC_VALUE_OUT_OF_RANGE": "The number does not fit in the field in Salesforce: give another one.",
    "REQUIRED_FIELD_MISSING": "Salesforce needs a field that the form left empty: fill it in, or map it in the form.",
    "STRING_TOO_LONG": "The text does not fit in the field in Salesforce: make it shorter.",
}
"""What mends the refusals that are seen most; others get the advice of their reason."""

RESULTS: Final[dict[str, str]] = {
    "changed_meanwhile": "nothing done: somebody changed it at the same moment; look again",
    "dead_letter_deleted": "its dead letter is gone: it was not rejected any more",
    "discarded": "discarded",
    "edited": "edited",
    "free_mail_domain": "nothing done: everybody has a mailbox at this domain; take the address, or --no-teach",
    "queued_again": "on the queue again: its message had run out of tries",
    "released": "on the queue",
    "replayed": "on the queue again",
    "unchanged": "nothing done: the fields hold these values already",
    "unknown": "there is no such submission",
}
_HARMLESS: Final = frozenset(
    {"dead_letter_deleted", "discarded", "edited", "queued_again", "released", "replayed", "unchanged"}
)


@dataclass(frozen=True, slots=True)
class Cause:
    """What dead letters are grouped by: the reason, and the code and field of the first problem."""

    reason: str
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    what: str
    mend: str


def cause_of(reason: str, problems: tuple[Problem, ...]) -> Cause:
    first = problems[0] if problems else None
    return Cause(reason, first.code if first else "", first.field if first else "")


def explain_reason(reason: Reason) -> Explanation:
    return Explanation(*REASONS[reason])


def explain(problem: Problem, reason: Reason, form: Form | None) -> Explanation:
    """`form` is None where this release does not know it. The problem's detail is not repeated: it may be data."""
    if reason is Reason.VALIDATION_FAILED:
        return _explain_field(problem.field, problem.code, form)
    if reason is Reason.SALESFORCE_REJECTED:
        return _explain_salesforce(problem, form)
    if reason is Reason.RETRIES_EXHAUSTED:
        return Explanation(f"The last error was {problem.code}.", REASONS[reason][1])
    return explain_reason(reason)


def wrong_now(form: Form | None, fields: Mapping[str, FieldValue]) -> tuple[FieldError, ...]:
    """What this release's form would still find wrong, before a replay is wasted on it."""
    return check(form, fields).errors if form else ()


def explain_wrong(form: Form, error: FieldError) -> Explanation:
    return _explain_field(error.field, error.code, form)


def result_in_words(result: str) -> str:
    word, _, rest = result.partition(" ")
    if word == "unknown_field":
        return f"nothing done: the form has no field {rest}"
    if word.startswith("is_"):
        return f"nothing done: it is {word.removeprefix('is_')}"
    return RESULTS.get(result, result)


def is_refused(result: str) -> bool:
    return result not in _HARMLESS


def _explain_field(name: str, code: str, form: Form | None) -> Explanation:
    form_field = form.field(name) if form else None
    label = f"{form_field.label.get('en') or next(iter(form_field.label.values()))} ({name})" if form_field else name
    what, mend = FIELD_PROBLEMS.get(code, (code, "edit it"))
    return Explanation(f"{label}: {what}.", f"{_sharper(form_field, code) or mend}.".capitalize())


def _sharper(form_field: FormField | None, code: str) -> str:
    """Advice with the form's own limits in it."""
    match form_field, code:
        case FormField(type=FieldType.CHOICE | FieldType.CHOICES, choices=choices), _:
            return f"give {'one or more' if form_field.type is FieldType.CHOICES else 'one'} of: " + ", ".join(
                choice.value for choice in choices
            )
        case FormField(max_length=longest), "too_long":
            return f"use at most {longest} characters"
        case FormField(minimum=int(least)), "too_small":
            return f"give {least} or more"
        case FormField(maximum=int(most)), "too_large":
            return f"give {most} or less"
        case _:
            return ""


def _explain_salesforce(problem: Problem, form: Form | None) -> Explanation:
    lead_fields = problem.field.split()
    names = [one.name for one in form.fields if one.lead_field in lead_fields] if form else []
    where = f" about {', '.join(lead_fields)}" if lead_fields else ""
    ours = f" Form fields: {', '.join(names)}." if names else ""
    mend = SALESFORCE_PROBLEMS.get(problem.code, REASONS[Reason.SALESFORCE_REJECTED][1])
    return Explanation(f"Salesforce said {problem.code}{where}.", mend + ours)
