"""From a checked submission to what is written in Salesforce: a Lead, changes to one, or a Task."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from shared.crm import Named
from shared.form.definition import CLICK_ID_FIELDS, UTM_FIELDS, Form
from shared.form.field import FieldType, FormField
from shared.form.lead_fields import SUBMISSION_ID_FIELD, TEXT_LENGTHS
from shared.form.texts import Language
from shared.intake.validation import CleanValue
from shared.submission import Sources, Submission, timestamp
from shared.values.cleaning import cut, is_blank, storable, without_control
from shared.values.countries import english_name

type Record = dict[str, Any]

_DESCRIPTION_ROOM: Final = TEXT_LENGTHS["Description"]
SOURCE_LENGTH: Final = 255
"""Length of our own text fields in salesforce/, and of a standard text field; page addresses can be longer."""
_USER_PREFIX: Final = "005"


def lead_record(form: Form, submission: Submission, values: Mapping[str, CleanValue]) -> Record:
    """The whole new Lead. Every field of it stands on the form's map, but for a Description that tells of answers to
    another version of the form: nothing else can get in."""
    record: Record = {
        **form.lead.defaults,
        **form.lead.fixed,
        **_named(form),
        **_sources_on_lead(form, submission),
        **visitor_fields(form, values),
        **consent_fields(form, submission),
        SUBMISSION_ID_FIELD: submission.submission_id,
    }
    if others := _of_other_versions(form, submission):
        lines = [str(record["Description"]), *others] if record.get("Description") else others
        record["Description"] = cut("\n".join(lines), _DESCRIPTION_ROOM)
    return record


def _of_other_versions(form: Form, submission: Submission) -> list[str]:
    """What was answered that this form does not ask: the intake had another version, or it came before a change. It
    was acknowledged, so sales reads it, under the name of its field, which is all that is known of the question."""
    lines: list[str] = []
    for name, value in submission.fields.items():
        texts = [without_control(storable(text)) for text in ([value] if isinstance(value, str) else value)]
        if name not in form.input_names and (filled := [text for text in texts if not is_blank(text)]):
            lines.append(_line(name, ", ".join(filled)))
    return lines


def _named(form: Form) -> Record:
    """What the form calls by name; the adapter puts the id of this org in its place."""
    record: Record = {}
    if form.lead.record_type:
        record["RecordTypeId"] = Named("record_type", form.lead.record_type)
    if form.lead.owner:
        kind, _, name = form.lead.owner.partition(":")
        record["OwnerId"] = Named("queue" if kind == "queue" else "user", name)
    return record


def consent_fields(form: Form, submission: Submission) -> Record:
    """The form's checkbox of consent, ticked; nothing where no consent was given."""
    consent = submission.sources.consent
    if form.consent and form.consent.lead_field and consent and consent.given:
        return {form.consent.lead_field: True}
    return {}


def visitor_fields(form: Form, values: Mapping[str, CleanValue]) -> Record:
    """Only what the visitor filled in: what may get on a Lead that is there already."""
    return written_by(form.fields, form, values)


def written_by(fields: Iterable[FormField], form: Form, values: Mapping[str, CleanValue]) -> Record:
    """What the answers to these questions of the form put on a Lead."""
    record: Record = {}
    described: list[str] = []
    for field in fields:
        if field.name not in values:
            continue
        value = values[field.name]
        if field.lead_field == "Description":
            described.append(_described(field, value, form.languages[0]))
            continue
        on_lead = _on_lead(field, value)
        if isinstance(on_lead, str) and field.room and (shorter := cut(on_lead, field.room)) != on_lead:
            described.append(_described(field, value, form.languages[0]))
            on_lead = shorter
        record[field.lead_field] = on_lead
    if described:
        record["Description"] = cut("\n".join(described), _DESCRIPTION_ROOM)
    return record


def task_record(
    form: Form, submission: Submission, values: Mapping[str, CleanValue], *, who_id: str, owner_id: str | Named | None
) -> Record:
    """Tells sales what a known person sent. A queue can't own a Task, so there the API user keeps it."""
    task: Record = {
        "Subject": form.existing.task_subject,
        "Description": what_was_sent(form, submission, values),
        "WhoId": who_id,
        SUBMISSION_ID_FIELD: submission.submission_id,
    }
    if is_user(owner_id):
        task["OwnerId"] = owner_id
    return task


def is_user(owner: str | Named | None) -> bool:
    if isinstance(owner, Named):
        return owner.kind == "user"
    return owner is not None and owner.startswith(_USER_PREFIX)


def what_was_sent(form: Form, submission: Submission, values: Mapping[str, CleanValue]) -> str:
    """One line for each answer, in the form's first language, then where it came from."""
    language = form.languages[0]
    lines = [_described(field, values[field.name], language) for field in form.fields if field.name in values]
    lines += _of_other_versions(form, submission)
    lines += [
        "",
        f"{form.title[language]} ({form.id} {submission.form_version}), {timestamp(submission.received_at)}",
    ]
    sources = source_values(submission.sources)
    told = ("page_url", "referrer", *UTM_FIELDS, "click_id", "consent_text_version", "consent_given_at")
    lines += [f"{name}: {sources[name]}" for name in told if sources[name]]
    return cut("\n".join(lines), _DESCRIPTION_ROOM)


def _described(field: FormField, value: CleanValue, language: Language) -> str:
    labels = {choice.value: choice.label[language] for choice in field.choices}
    match value:
        case bool():
            text = {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
        case list():
            text = ", ".join(labels[item] for item in value)
        case str() if field.type is FieldType.CHOICE:
            text = labels[value]
        case Decimal():
            text = f"{value:f}"
        case _:
            text = str(value)
    return _line(field.label[language], text)


def _line(label: str, text: str) -> str:
    separator = ":\n" if "\n" in text else ": "
    return f"{label}{separator}{text}"


def _on_lead(field: FormField, value: CleanValue) -> str | int | bool | float:
    match field.type:
        case FieldType.CHOICE | FieldType.CHOICES:
            on_lead = {choice.value: choice.on_lead for choice in field.choices}
            picked = [value] if isinstance(value, str) else value
            return ";".join(on_lead[item] for item in picked)  # type: ignore[union-attr]  # choices are texts
        case FieldType.COUNTRY if field.lead_field != "CountryCode":
            return english_name(str(value))[: TEXT_LENGTHS["Country"]]
        case FieldType.NUMBER if isinstance(value, Decimal):
            # Of at most 15 digits (FormField.bounds): JSON shows the same ones again, which is what Salesforce reads.
            return float(value)
        case _:
            return value if isinstance(value, int) else str(value)


def _sources_on_lead(form: Form, submission: Submission) -> Record:
    known = source_values(submission.sources) | {
        "form_id": submission.form_id,
        "form_version": submission.form_version,
        "received_at": timestamp(submission.received_at),
    }
    return {
        lead_field: cut(known[key], SOURCE_LENGTH) for key, lead_field in form.lead.sources.items() if known.get(key)
    }


def source_values(sources: Sources) -> dict[str, str]:
    """Sources by the keys that `[lead.sources]` uses; the first click id that is there counts."""
    consent = sources.consent
    return {
        "language": sources.language,
        "page_url": sources.page_url,
        "referrer": sources.referrer,
        **{name: sources.utm.get(name, "") for name in UTM_FIELDS},
        "click_id": next((sources.click_ids[name] for name in CLICK_ID_FIELDS if sources.click_ids.get(name)), ""),
        "consent_text_version": consent.text_version if consent and consent.given else "",
        "consent_given_at": timestamp(consent.at) if consent and consent.given else "",
    }
