"""The SOAP API, for the one thing that REST can't do: merge(). Element names are those of the partner WSDL. Pure.

The session's id travels inside the message. A refusal of the whole call is a fault with HTTP 500; a refused merge is a
result with `success` false.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from shared.crm import Written
from shared.errors import UnknownOutcomeError
from shared.salesforce.codes import error_for

PATH: Final = "/services/Soap/u/{version}"
HEADERS: Final = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
_REST_MOMENT: Final = re.compile(r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+0000\Z")
"""REST writes time zones in a way that xsd:dateTime doesn't know."""
_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_PARTNER: Final = "urn:partner.soap.sforce.com"
_SOBJECT: Final = "urn:sobject.partner.soap.sforce.com"
_NAMES: Final = {"soap": _SOAP, "p": _PARTNER}


class Fault(Exception):
    """`message` is Salesforce's own text: it may quote what was sent."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def merge_message(session_id: str, master_id: str, loser_id: str, changes: Mapping[str, Any]) -> bytes:
    """Two Leads become one. `changes` are written on the master in the same transaction; None empties a field."""
    emptied = "".join(f"<s:fieldsToNull>{escape(name)}</s:fieldsToNull>" for name, it in changes.items() if it is None)
    values = "".join(
        f"<s:{name}>{_as_text(it)}</s:{name}>" for name, it in changes.items() if it is not None
    )  # field names come from the org's own describe
    message = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<e:Envelope xmlns:e="{_SOAP}" xmlns:p="{_PARTNER}" xmlns:s="{_SOBJECT}"><e:Header>'
        f"<p:SessionHeader><p:sessionId>{escape(session_id)}</p:sessionId></p:SessionHeader>"
        "<p:CallOptions><p:client>form-to-lead</p:client></p:CallOptions>"
        # A person has said that these two are one: no rule about duplicates is to stand in the way.
        "<p:DuplicateRuleHeader><p:allowSave>true</p:allowSave><p:includeRecordDetails>false</p:includeRecordDetails>"
        "<p:runAsCurrentUser>false</p:runAsCurrentUser></p:DuplicateRuleHeader>"
        "</e:Header><e:Body><p:merge><p:request><p:masterRecord>"
        f"<s:type>Lead</s:type>{emptied}<s:Id>{escape(master_id)}</s:Id>{values}</p:masterRecord>"
        f"<p:recordToMergeIds>{escape(loser_id)}</p:recordToMergeIds></p:request></p:merge></e:Body></e:Envelope>"
    )
    return message.encode()


def _as_text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else _REST_MOMENT.sub(r"\1Z", str(value))
    # XML 1.0 has no place for other control characters, not even escaped; and it reads a bare CR as a line feed.
    return escape("".join(letter for letter in text if letter >= " " or letter in "\t\n\r"), {"\r": "&#13;"})


def body_of(answer: bytes) -> ET.Element:
    """Raises Fault, and ValueError where it is no SOAP answer."""
    try:
        # Salesforce's answer, over TLS; expat itself stops entities that grow without end.
        body = ET.fromstring(answer).find("soap:Body", _NAMES)  # noqa: S314
    except ET.ParseError:
        raise ValueError("no XML") from None
    if body is None:
        raise ValueError("no SOAP")
    fault = body.find("soap:Fault", _NAMES)
    if fault is None:
        return body
    # `sf:INVALID_SESSION_ID`, or `soapenv:Client` for what is no call at all.
    code = fault.findtext("faultcode", "").rpartition(":")[2]
    raise Fault(code, fault.findtext("faultstring", ""))


def merged(body: ET.Element) -> Written:
    """Of the one merge that was asked for. Raises UnknownOutcomeError."""
    results: Sequence[ET.Element] = body.findall("p:mergeResponse/p:result", _NAMES)
    if len(results) != 1:
        raise UnknownOutcomeError("unexpected_answer")
    [result] = results
    if result.findtext("p:success", "", _NAMES) == "true":
        return Written(record_id=result.findtext("p:id", "", _NAMES))
    error = result.find("p:errors", _NAMES)
    if error is None:
        raise UnknownOutcomeError("unexpected_answer")
    code, message = error.findtext("p:statusCode", "", _NAMES), error.findtext("p:message", "", _NAMES)
    fields = [each.text for each in error.findall("p:fields", _NAMES) if each.text]
    return Written(error=error_for(code, message, fields))
