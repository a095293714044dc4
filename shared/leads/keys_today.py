"""Whom this release takes a submission for, beside whom its intake took it for.

Intake and processor may know two versions of a form: a release comes while submissions wait, and functions get it one
after the other. A number that the one form put into the description and the other puts into the phone would then be
matched by and not locked, and two submissions of one person at the same moment would be two Leads.
"""

from collections.abc import Mapping

from shared.form.definition import Form
from shared.intake.person_keys import person_keys
from shared.intake.validation import check
from shared.observability import log, where
from shared.submission import Submission


def with_keys_of_today(row: Submission, forms: Mapping[str, Form], secret: bytes) -> Submission:
    """The stored keys stay the first: the queue knows the submission by them, and so does an erasure."""
    form = forms.get(row.form_id)
    if form is None:
        return row
    try:
        checked = check(form, row.fields, row.sources.language)
        keys = person_keys(secret, form, checked.values, row.submission_id)
    except Exception as error:  # noqa: BLE001 (one person's odd data must not stop the batch: it is a bug to report)
        log("processor_bug", level="error", submission_id=row.submission_id, where=where(error))
        return row
    return with_keys(row, keys)


def with_keys(row: Submission, keys: tuple[str, ...]) -> Submission:
    return row.model_copy(update={"person_keys": tuple(dict.fromkeys((*row.person_keys, *keys)))})
