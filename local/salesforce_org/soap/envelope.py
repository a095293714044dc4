"""SOAP messages: what a call asks, and how answers and faults are written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from local.salesforce_org.messages import Response

PARTNER, SOBJECT = "urn:partner.soap.sforce.com", "urn:sobject.partner.soap.sforce.com"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_XML = {"Content-Type": "text/xml; charset=utf-8"}
_DOCTYPE = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


class Fault(Exception):
    """Refuses the whole call. `code` without a prefix is one of Salesforce's own."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message

    def response(self) -> Response:
        code, text = escape(self.code), escape(self.message)
        if ":" in code:
            fault = f"<faultcode>{code}</faultcode><faultstring>{text}</faultstring>"
        else:
            fault = (
                f"<faultcode>sf:{code}</faultcode><faultstring>{code}: {text}</faultstring>"
                f'<detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault">'
                f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{text}</sf:exceptionMessage>"
                "</sf:UnexpectedErrorFault></detail>"
            )
        body = f"<soapenv:Body><soapenv:Fault>{fault}</soapenv:Fault></soapenv:Body>"
        namespaces = f'xmlns:soapenv="{_SOAP}" xmlns:sf="urn:fault.partner.soap.sforce.com"'
        return _response(500, f'<soapenv:Envelope {namespaces} xmlns:xsi="{_XSI}">{body}</soapenv:Envelope>')


@dataclass(frozen=True)
class Message:
    """`call` is the one element of the body."""

    headers: tuple[ET.Element, ...]
    call: ET.Element

    def header(self, name: str, part: str) -> str:
        """The text of a part of a header, or ''."""
        found = (each.findtext(f"{{{PARTNER}}}{part}") for each in self.headers if each.tag == f"{{{PARTNER}}}{name}")
        return next((text.strip() for text in found if text), "")


def read(body: bytes) -> Message:
    """Raises Fault. How the real org words what is no XML is a guess."""
    if _DOCTYPE.search(body):
        raise Fault("soapenv:Client", "a message may have no document type")
    try:
        root = ET.fromstring(body)  # noqa: S314 - the loopback address only, and without entities: see above
    except ET.ParseError:
        raise Fault("soapenv:Client", "the message is no well-formed XML") from None
    content = root.find(f"{{{_SOAP}}}Body") if root.tag == f"{{{_SOAP}}}Envelope" else None
    if content is None or len(content) != 1:
        raise Fault("soapenv:Client", "a SOAP 1.1 envelope with one call in its body is wanted")
    header = root.find(f"{{{_SOAP}}}Header")
    return Message(tuple(header if header is not None else ()), content[0])


def answer(call: str, results: Iterator[str], used: int, limit: int) -> Response:
    """`results` are the insides of the <result> elements."""
    info = (
        f"<soapenv:Header><LimitInfoHeader><limitInfo><current>{used}</current><limit>{limit}</limit>"
        "<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
    )
    content = "".join(f"<result>{each}</result>" for each in results)
    body = f"<soapenv:Body><{call}Response>{content}</{call}Response></soapenv:Body>"
    return _response(
        200, f'<soapenv:Envelope xmlns:soapenv="{_SOAP}" xmlns="{PARTNER}">{info}{body}</soapenv:Envelope>'
    )


def _response(status: int, xml: str) -> Response:
    return Response(status, f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode(), _XML)
