"""Every form against one org: what drifted apart is known before a submission is refused. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.form.definition import Campaign as WantedCampaign
from shared.form.definition import Form
from shared.form.fit import FormProblem, Severity, nearest, problems_on_lead
from shared.form.lead_fields import (
    EVIDENCE_ROOM,
    LOOKED_UP_ON_CONTACTS,
    LOOKED_UP_ON_LEADS,
    MATCH_EVIDENCE_FIELD,
    POSSIBLE_DUPLICATE_FIELD,
    SUBMISSION_ID_FIELD,
)
from shared.form.org_shape import PERMISSION_SET, Campaign, OrgField, OrgObject, OrgShape, same_id
from shared.leads.match_keys import MATCH_KEY_LENGTHS

__all__ = ["FormProblem", "Wanted", "check_forms", "errors_among", "wanted_by"]

_ID_LENGTH = 36
"""Of a submission's id, a UUID."""
_HELD_FIELDS = {POSSIBLE_DUPLICATE_FIELD: 18, MATCH_EVIDENCE_FIELD: EVIDENCE_ROOM}
"""With the characters that each must hold."""
_TASK_FIELDS = ("Subject", "Description", "WhoId", "OwnerId")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the forms name, and so what the org has to be asked for."""

    usernames: frozenset[str] = frozenset()
    user_ids: frozenset[str] = frozenset()
    campaign_names: frozenset[str] = frozenset()
    campaign_ids: frozenset[str] = frozenset()


def wanted_by(forms: Iterable[Form]) -> Wanted:
    forms = tuple(forms)
    owners = [_owner(form) for form in forms]
    fixed_owners = [str(form.lead.fixed.get("OwnerId", "")) for form in forms]
    campaigns = [one for form in forms for _, one in form.campaigns]
    return Wanted(
        usernames=frozenset(name for kind, name in owners if kind == "user"),
        user_ids=frozenset(one for one in fixed_owners if one.startswith("005")),
        campaign_names=frozenset(one.name for one in campaigns if not one.id),
        campaign_ids=frozenset(one.id for one in campaigns if one.id),
    )


def check_forms(forms: Iterable[Form], org: OrgShape, *, match_keys: bool = False) -> list[FormProblem]:
    """All that is wrong: first what is wrong for every form, then form by form. `match_keys`: the stack uses them."""
    found = [*_of_the_org(org), *(_match_keys(org) if match_keys else ())]
    for form in forms:
        if org.lead is not None:
            found += problems_on_lead(form, org.lead, org.api_user)
        found += _Names(form, org).problems()
    return found


def errors_among(problems: Iterable[FormProblem]) -> list[FormProblem]:
    return [one for one in problems if one.severity == "error"]


# --- the org itself --------------------------------------------------------------------------------------


def _of_the_org(org: OrgShape) -> Iterator[FormProblem]:
    yield from _permission_set(org)
    for name, there in (("Lead", org.lead), ("Task", org.task)):
        if there is None or not there.createable:
            what = f"the API user {org.api_user} may not {'see' if there is None else 'create'} {name} records"
            right = f"assign the permission set {PERMISSION_SET}"
            code = "object_unseen" if there is None else "object_not_createable"
            yield _org_problem(name, "error", code, what, right)
    yield from _looked_up(org)
    if org.lead is not None:
        yield from _submission_id(org.lead)
        yield from _anchor(org.lead.field(SUBMISSION_ID_FIELD))
        for name, room in _HELD_FIELDS.items():
            yield from _of_held_leads(org.lead, name, room)
    if org.task is not None:
        yield from _submission_id(org.task)
        for name in _TASK_FIELDS:
            field = org.task.field(name)
            if field is None or not field.createable:
                what = f"the API user may not fill in {name} of a Task"
                yield _org_problem(f"Task.{name}", "error", "field_not_createable", what, f"grant Edit on Task.{name}")


def _looked_up(org: OrgShape) -> Iterator[FormProblem]:
    """What known people are found by, and what they get: the forms need not name it."""
    right = f"assign the permission set {PERMISSION_SET}"
    if org.contact is None:
        yield _org_problem("Contact", "error", "object_unseen", "the API user may not see Contact records", right)
    if org.lead is not None and not org.lead.updateable:
        yield _org_problem("Lead", "error", "object_not_updateable", "the API user may not edit Lead records", right)
    for there, names in ((org.lead, LOOKED_UP_ON_LEADS), (org.contact, LOOKED_UP_ON_CONTACTS)):
        for name in names if there else ():
            if there and there.field(name) is None:
                what = f"the API user may not see {name} of a {there.name}, by which known people are found"
                yield _org_problem(f"{there.name}.{name}", "error", "field_unseen", what, f"grant Read on {name}")


def _match_keys(org: OrgShape) -> Iterator[FormProblem]:
    """Only the backfill fills in a Contact's keys: without the right to edit them people are found all the same."""
    for there in (org.lead, org.contact):
        for name, length in MATCH_KEY_LENGTHS.items() if there else ():
            field, where = (there.field(name), f"{there.name}.{name}") if there else (None, "")
            if field is None:
                what = f"there is no {where}, or the API user may not see it, and this stack uses match keys"
                right = "deploy salesforce/match-keys, and assign its permission set; or SalesforceMatchKeys=no"
                yield _org_problem(where, "error", "match_key_missing", what, right)
            elif field.length < length:
                what = f"{where} holds {field.length} characters, and a key has up to {length}"
                yield _org_problem(where, "error", "match_key_too_short", what, "deploy salesforce/match-keys again")
            elif not (field.createable and field.updateable):
                severity: Severity = "error" if there is org.lead else "warning"
                what = f"the API user may not fill in {where}"
                yield _org_problem(where, severity, "match_key_not_updateable", what, f"grant Edit on {where}")


def _permission_set(org: OrgShape) -> Iterator[FormProblem]:
    match org.permission_set:
        case "missing":
            what = f"the permission set {PERMISSION_SET} is not assigned to the API user {org.api_user}".rstrip()
            yield _org_problem("permission set", "error", "permission_set_missing", what, "assign it to the API user")
        case "unknown":
            what = "the API user may not see which permission sets are assigned to it"
            right = f"see in Setup that it has {PERMISSION_SET}, or grant it View Setup and Configuration"
            yield _org_problem("permission set", "warning", "permission_set_unseen", what, right)
        case "assigned":
            pass


def _submission_id(there: OrgObject) -> Iterator[FormProblem]:
    field = there.field(SUBMISSION_ID_FIELD)
    where = f"{there.name}.{SUBMISSION_ID_FIELD}"
    if field is None:
        what = f"{there.name} has no field {SUBMISSION_ID_FIELD}, or the API user may not see it"
        right = f"deploy salesforce/, and assign {PERMISSION_SET}"
        yield _org_problem(where, "error", "submission_id_missing", what, right)
    elif not field.createable:
        what = f"the API user may not fill in {where}"
        yield _org_problem(where, "error", "field_not_createable", what, f"grant Edit on {where}")
    elif not _holds_an_id(field):
        what = f"{where} is of type {field.type} with {field.length} characters, and an id has {_ID_LENGTH}"
        yield _org_problem(where, "error", "submission_id_too_short", what, f"a text field of {_ID_LENGTH} characters")


def _of_held_leads(lead: OrgObject, name: str, room: int) -> Iterator[FormProblem]:
    """Every look-up reads them, so without them nobody passes."""
    field, where = lead.field(name), f"Lead.{name}"
    if field is None:
        what = f"Lead has no field {name}, or the API user may not see it: it says of a Lead whose duplicate it may be"
        yield _org_problem(
            where, "error", "held_field_missing", what, f"deploy salesforce/, and assign {PERMISSION_SET}"
        )
    elif not (field.createable and field.updateable):
        yield _org_problem(
            where, "error", "field_not_createable", f"the API user may not fill in {where}", f"grant Edit on {where}"
        )
    elif field.type not in {"string", "textarea"} or field.length < room:
        what = f"{where} is of type {field.type} with {field.length} characters, and needs a text of {room}"
        yield _org_problem(where, "error", "held_field_too_short", what, f"a text field of {room} characters")


def _holds_an_id(field: OrgField) -> bool:
    return field.type == "string" and field.length >= _ID_LENGTH


def _anchor(key: OrgField | None) -> Iterator[FormProblem]:
    """A Lead is written under this key, so that a repeat writes the same one again."""
    where, right = f"Lead.{SUBMISSION_ID_FIELD}", "deploy salesforce/ again"
    if key is not None and not key.external_id:
        what = f"{where} is no External Id, so no Lead can be written under it"
        yield _org_problem(where, "error", "submission_id_not_external", what, right)
    if key is not None and not key.unique:
        what = f"{where} is not unique, so one submission could make two Leads"
        yield _org_problem(where, "error", "submission_id_not_unique", what, right)


def _org_problem(where: str, severity: Severity, code: str, what: str, right: str) -> FormProblem:
    return FormProblem("", where, severity, code, what, right)


# --- what a form calls by name ---------------------------------------------------------------------------


def _owner(form: Form) -> tuple[str, str]:
    kind, _, name = (form.lead.owner or "").partition(":")
    return kind, name


class _Names:
    """Each method yields what it finds wrong with one kind of name."""

    def __init__(self, form: Form, org: OrgShape) -> None:
        self._form = form
        self._org = org

    def problems(self) -> Iterator[FormProblem]:
        yield from self._record_type()
        kind, name = _owner(self._form)
        if kind == "queue":
            yield from self._queue(name)
        elif kind == "user":
            yield from self._user(name)
        yield from self._fixed_owner(str(self._form.lead.fixed.get("OwnerId", "")))
        yield from self._campaigns()

    def _record_type(self) -> Iterator[FormProblem]:
        name, fixed = self._form.lead.record_type or "", str(self._form.lead.fixed.get("RecordTypeId", ""))
        if not name and not fixed:
            return
        where = "lead.record_type" if name else "lead.fixed.RecordTypeId"
        there = next(
            (
                one
                for one in self._org.record_types
                if (one.developer_name.lower() == name.lower() if name else same_id(one.record_type_id, fixed))
            ),
            None,
        )
        usable = [one.developer_name for one in self._org.record_types if one.available]
        right = nearest(name, usable) or _list(usable) or "make the record type"
        if there is None:
            what = f"Lead has no record type {name or fixed}"
            yield self._error(where, "record_type_unknown", what, right)
        elif not there.active:
            what = f"the record type {there.developer_name} is not active"
            yield self._error(where, "record_type_inactive", what, "activate it, or use another")
        elif not there.available:
            what = f"the API user may not use the record type {there.developer_name}"
            yield self._error(where, "record_type_unavailable", what, "grant it in a permission set of your own")

    def _queue(self, name: str) -> Iterator[FormProblem]:
        there = next((one for one in self._org.queues if one.developer_name.lower() == name.lower()), None)
        owners = [one.developer_name for one in self._org.queues if one.for_leads]
        if there is None:
            right = f"queue:{close}" if (close := nearest(name, owners)) else _list(owners) or "make a queue for Leads"
            yield self._error("lead.owner", "queue_unknown", f"the org has no queue {name}", right)
        elif not there.for_leads:
            what = f"the queue {there.developer_name} is not for Leads"
            yield self._error("lead.owner", "queue_not_for_leads", what, "add Lead to its supported objects")

    def _user(self, name: str) -> Iterator[FormProblem]:
        there = next((one for one in self._org.users if one.username.lower() == name.lower()), None)
        if there is None:
            what = f"the org has no user {name}"
            yield self._error("lead.owner", "user_unknown", what, "the user name that the person logs in with")
        elif not there.active:
            yield self._error("lead.owner", "user_inactive", f"the user {name} is not active", "somebody who still is")

    def _fixed_owner(self, owner_id: str) -> Iterator[FormProblem]:
        if not owner_id:
            return
        where = "lead.fixed.OwnerId"
        user = next((one for one in self._org.users if same_id(one.user_id, owner_id)), None)
        queue = next((one for one in self._org.queues if same_id(one.queue_id, owner_id)), None)
        if user is not None and not user.active:
            yield self._error(
                where, "user_inactive", f"the user {user.username} is not active", "somebody who still is"
            )
        elif queue is not None and not queue.for_leads:
            what = f"the queue {queue.developer_name} is not for Leads"
            yield self._error(where, "queue_not_for_leads", what, "add Lead to its supported objects")
        elif user is None and queue is None:
            what = f"the org has no user or queue with the id {owner_id}"
            yield self._error(where, "owner_unknown", what, 'lead.owner = "queue:..." or "user:..." goes by name')

    def _campaigns(self) -> Iterator[FormProblem]:
        campaigns = self._form.campaigns
        if campaigns and (self._org.member is None or not self._org.member.createable):
            what = "the API user may not make campaign members"
            right = "grant Read and Edit on Campaign, and tick Marketing User on the user's page"
            yield self._error(campaigns[0][0], "members_not_createable", what, right)
        for where, wanted in campaigns:
            yield from self._campaign(where, wanted)

    def _campaign(self, where: str, wanted: WantedCampaign) -> Iterator[FormProblem]:
        name = wanted.id or wanted.name
        there = [
            one
            for one in self._org.campaigns
            if (same_id(one.campaign_id, wanted.id) if wanted.id else one.name.lower() == wanted.name.lower())
        ]
        if not there:
            what = f"the org has no campaign {name}, or the API user may not see it"
            yield self._error(where, "campaign_unknown", what, "its exact name, or its id (701...)")
        elif len(there) > 1:
            what = f"the org has {len(there)} campaigns called {name}"
            yield self._error(where, "campaign_not_unique", what, f'id = "{there[0].campaign_id}", or another')
        else:
            yield from self._member_status(where, there[0], wanted.status)

    def _member_status(self, where: str, campaign: Campaign, status: str) -> Iterator[FormProblem]:
        if not campaign.active:
            what = f"the campaign {campaign.name} is not active"
            yield FormProblem(self._form.id, where, "warning", "campaign_inactive", what, "a campaign that is")
        if status and status not in campaign.statuses:
            what = f"members of the campaign {campaign.name} can't have the status {status}"
            right = nearest(status, campaign.statuses) or _list(campaign.statuses)
            yield self._error("lead.campaign.status", "member_status_unknown", what, right)

    def _error(self, where: str, code: str, what: str, right: str) -> FormProblem:
        return FormProblem(self._form.id, where, "error", code, what, right)


def _list(names: Sequence[str]) -> str:
    return f"one of: {', '.join(names[:5])}{', ...' if len(names) > 5 else ''}" if names else ""
