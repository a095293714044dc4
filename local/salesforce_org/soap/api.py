"""POST /services/Soap/u/{version}: merge() of Leads, and nothing else. login() is in login/soap_login.py.

Element names and their order are those of the public partner WSDL (API 47); what a call is refused with is recorded
where a comment does not call it a guess.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local.salesforce_org.control.behaviour import Behaviour
from local.salesforce_org.control.life import merge
from local.salesforce_org.duplicates.duplicate_rules import SaveOptions
from local.salesforce_org.errors import ApiError, Problem, RecordError
from local.salesforce_org.messages import JsonObject, JsonValue, Request, Response, Row
from local.salesforce_org.records.references import CONVERTED_LEAD, ENTITY_IS_DELETED, INVALID_CROSS_REFERENCE
from local.salesforce_org.records.saving import Records
from local.salesforce_org.rest.call import NEWEST_VERSION, OLDEST_VERSION
from local.salesforce_org.rest.quota import Quota
from local.salesforce_org.schema.fields import SOBJECTS, SObject, sobject_named
from local.salesforce_org.schema.ids import normal_id

from .envelope import PARTNER, SOBJECT, Fault, answer, read

PREFIX = "/services/Soap/"
_PATH = re.compile(r"/services/Soap/u/(\d+)\.0(?:/\w*)?/?", re.IGNORECASE)
_LEAD = SOBJECTS["Lead"]
_MOST_REQUESTS, _MOST_LOSERS = 200, 2
_NUMBERS = frozenset({"int", "double", "currency", "percent"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_NOT_THERE = "insufficient access rights on object id"


def session_of(request: Request) -> str:
    """The session id in the message, '' where it can't be read: then the session is what is wrong."""
    try:
        return read(request.body).header("SessionHeader", "sessionId")
    except Fault:
        return ""


def refusal_as_fault(request: Request, response: Response) -> Response:
    """The SOAP form of a refusal of a whole call, such as an expired session or a limit."""
    first = response.body[0] if isinstance(response.body, list) and response.body else None
    if not request.path.startswith(PREFIX) or not isinstance(first, dict):
        return response
    return Fault(str(first["errorCode"]), str(first["message"])).response()


@dataclass
class SoapApi:
    records: Records
    quota: Quota
    behaviour: Behaviour

    def route(self, request: Request) -> Response:
        """Answers refusals too; only a bug in the stand-in raises."""
        try:
            return self._answer(request)
        except Fault as fault:
            return fault.response()

    def _answer(self, request: Request) -> Response:
        path = _PATH.fullmatch(request.path)
        if path is None or not OLDEST_VERSION <= int(path[1]) <= NEWEST_VERSION:
            raise Fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
        if request.method != "POST" or "text/xml" not in request.headers.get("content-type", ""):
            raise Fault("soapenv:Client", "a POST of text/xml is wanted")  # a guess
        if "soapaction" not in request.headers:
            raise Fault("soapenv:Client", "SOAPAction HTTP header missing")
        message = read(request.body)
        if message.call.tag != f"{{{PARTNER}}}merge":
            namespace, _, name = message.call.tag.removeprefix("{").rpartition("}")
            text = f"No operation available for request {{{namespace}}}{name}, please check the WSDL for the service."
            raise Fault("soapenv:Client", text)
        requests = list(message.call)
        if len(requests) > _MOST_REQUESTS:
            raise Fault("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {_MOST_REQUESTS} records")
        allow_save = message.header("DuplicateRuleHeader", "allowSave") == "true"
        self.records.auto_assign = "FALSE"  # no AssignmentRuleHeader: a merge runs no rule
        with self.records.duplicates.during(SaveOptions(allow_save=allow_save)):
            results = [self._merged(_parsed(each)) for each in requests]
        return answer("merge", iter(results), self.quota.used, self.quota.daily)

    def _merged(self, wanted: "_Merge") -> str:
        """One <result>: each is a transaction of its own."""
        try:
            with self.records.store.transaction():
                return self._merge(wanted)
        except RecordError as error:
            return _failed(error.problems[0])
        except ApiError as error:
            return _failed(Problem(error.code, error.message))

    def _merge(self, wanted: "_Merge") -> str:
        if not 1 <= len(wanted.losers) <= _MOST_LOSERS:
            # The limit is documented, the code is a guess.
            raise RecordError(Problem("MERGE_FAILED", "up to three records can be merged, the master included"))
        if not self.behaviour.may_merge_leads:
            raise RecordError(Problem("INSUFFICIENT_ACCESS_OR_READONLY", _NOT_THERE))
        master = self._lead(wanted.master)
        losers = [self._lead(each) for each in wanted.losers]
        if master["Id"] in {loser["Id"] for loser in losers}:
            raise RecordError(Problem("MERGE_FAILED", "the master cannot be merged into itself"))  # a guess
        self.records.update(_LEAD, str(master["Id"]), wanted.changes)
        related: list[str] = []
        for loser in losers:
            before = _related(self.records, str(loser["Id"]))
            merge(self.records, master, loser)
            related += before
        return (
            f"<id>{master['Id']}</id>"
            + "".join(f"<mergedRecordIds>{loser['Id']}</mergedRecordIds>" for loser in losers)
            + "<success>true</success>"
            + "".join(f"<updatedRelatedIds>{each}</updatedRelatedIds>" for each in related)
        )

    def _lead(self, text: str) -> Row:
        """That a converted Lead is refused is documented; that it is with this code is a guess."""
        record_id = normal_id(text)
        row = self.records.store.get(_LEAD, record_id) if record_id else None
        if row is None:
            raise RecordError(INVALID_CROSS_REFERENCE)
        if row["IsDeleted"]:
            raise RecordError(ENTITY_IS_DELETED)
        if row["IsConverted"]:
            raise RecordError(CONVERTED_LEAD)
        return row


@dataclass(frozen=True)
class _Merge:
    master: str
    losers: tuple[str, ...]
    changes: JsonObject


def _parsed(request: ET.Element) -> _Merge:
    """Raises Fault. Elements must stand in the WSDL's order; how the real org words that they don't is a guess."""
    names = [each.tag for each in request]
    ids = [f"{{{PARTNER}}}recordToMergeIds"] * (len(names) - 1)
    if request.tag != f"{{{PARTNER}}}request" or names != [f"{{{PARTNER}}}masterRecord", *ids]:
        raise Fault("soapenv:Client", "a request has a masterRecord, then recordToMergeIds")
    parts = list(request[0])
    if [part.tag for part in parts[:1]] != [f"{{{SOBJECT}}}type"]:
        raise Fault("INVALID_TYPE", "Must send a concrete entity type.")
    sobject = sobject_named(parts[0].text or "")
    if sobject is None:
        raise Fault("INVALID_TYPE", f"sObject type '{parts[0].text}' is not supported.")
    if sobject is not _LEAD:
        # Contacts and Accounts merge in a real org; not here.
        raise Fault("INVALID_TYPE_FOR_OPERATION", "entity type does not support merge")
    nulls = [part.text or "" for part in parts if part.tag == f"{{{SOBJECT}}}fieldsToNull"]
    values = {_name(part): part.text or "" for part in parts[1:] if part.tag != f"{{{SOBJECT}}}fieldsToNull"}
    master = values.pop("Id", "")
    changes: JsonObject = {name: _typed(sobject, name, text) for name, text in values.items() if text}
    return _Merge(master, tuple(each.text or "" for each in request[1:]), changes | dict.fromkeys(nulls))


def _name(part: ET.Element) -> str:
    if not part.tag.startswith(f"{{{SOBJECT}}}"):
        raise Fault("soapenv:Client", "fields of a record belong to the namespace of records")  # a guess
    return part.tag.removeprefix(f"{{{SOBJECT}}}")


def _typed(sobject: SObject, name: str, text: str) -> JsonValue:
    """Texts of XML as the JSON that the REST API takes for the same."""
    field = sobject.field(name)
    if field is not None and field.type == "boolean":
        return text in {"true", "1"}
    if field is not None and field.type == "datetime":
        return _moment(text)
    if field is not None and field.type in _NUMBERS:
        try:
            return float(text) if "." in text else int(text)
        except ValueError:
            return text
    return text


def _moment(text: str) -> str:
    """Raises Fault, in recorded words; that its code is Client is a guess. One without a time zone is refused as well,
    though XML knows it: nobody should send what has to be guessed."""
    refusal = Fault("soapenv:Client", f"'{text}' is not a valid value for the type xsd:dateTime")
    if not _MOMENT.fullmatch(text):
        raise refusal
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="milliseconds")
    except ValueError:
        raise refusal from None


def _related(records: Records, lead: str) -> list[str]:
    tasks = [str(row["Id"]) for row in records.store.all(SOBJECTS["Task"]) if row["WhoId"] == lead]
    return tasks + [str(row["Id"]) for row in records.store.all(SOBJECTS["CampaignMember"]) if row["LeadId"] == lead]


def _failed(problem: Problem) -> str:
    fields = "".join(f"<fields>{escape(name)}</fields>" for name in problem.fields)
    error = f"<message>{escape(problem.message)}</message><statusCode>{escape(problem.code)}</statusCode>"
    return f'<errors>{fields}{error}</errors><id xmlns:xsi="{_XSI}" xsi:nil="true"/><success>false</success>'
