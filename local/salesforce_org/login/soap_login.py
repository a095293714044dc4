"""SOAP login(): refused, as every new org refuses it. OAuth is the way in."""

import re

from local.salesforce_org.messages import Request, Response

_PATH = re.compile(r"/services/Soap/[uc]/(\d+)\.0(?:/\w*)?/?", re.IGNORECASE)
# Only to tell login from the other SOAP calls: nothing of the message is used.
_LOGIN = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?login[\s>/]")
_FIRST_WITHOUT_LOGIN = 65
_GONE = (
    "The SOAP Login operation is not available in the API version specified ({version}.0). "
    "Refer to the documentation for supported versions."
)
_DISABLED = (
    "SOAP API login() is disabled by default in this org. Contact the org administrator to enable SOAP API login()."
)
_FAULT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
    ' xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body><soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring>"
    '<detail><sf:ApiFault xsi:type="sf:ApiFault"><sf:exceptionCode>{code}</sf:exceptionCode>'
    "<sf:exceptionMessage>{message}</sf:exceptionMessage></sf:ApiFault></detail>"
    "</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


def refusal(request: Request) -> Response | None:
    """The fault for a login; None for any other request."""
    path = _PATH.fullmatch(request.path)
    if path is None or not _LOGIN.search(request.body):
        return None
    version = int(path[1])
    message = _GONE.format(version=version) if version >= _FIRST_WITHOUT_LOGIN else _DISABLED
    fault = _FAULT.format(code="INVALID_OPERATION", message=message)
    return Response(500, fault.encode(), {"Content-Type": "text/xml; charset=utf-8"})
