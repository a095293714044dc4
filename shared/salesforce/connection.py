"""One API call: with a session, in time, counted, and with every way of failing put into our own errors.

simple_salesforce makes the call. The session is our own: it has time-outs, and hooks that see each answer
first, since the library's own login follows a 401 without a bound.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

import requests
from aws_lambda_powertools.metrics import MetricUnit
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from shared.deadline import Deadline
from shared.errors import (
    BudgetError,
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.observability import count
from shared.salesforce import soap
from shared.salesforce.budget import ApiBudget
from shared.salesforce.codes import ABOUT_A_RECORD, OF_ONE_RECORD, error_in
from shared.salesforce.login import Login, Timeouts, Token

API_VERSION: Final = "62.0"
BASE: Final = f"/services/data/v{API_VERSION}"
CONNECT_TIMEOUT: Final = 3.05
READ_TIMEOUT: Final = 10.0
"""Seconds, less where the invocation has less left."""

type Json = Any


class _SessionRefusedError(Exception):
    """HTTP 401, whatever its body says: some proxies answer one in HTML."""


class Connection:
    """Kept between invocations: the token lives here until Salesforce refuses it."""

    def __init__(
        self,
        login: Login,
        budget: ApiBudget,
        *,
        deadline: Deadline | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login = login
        self._budget = budget
        self._deadline = deadline or Deadline()
        self._clock = clock
        self._client: Salesforce | None = None
        self._user_id = ""

    def user_id(self) -> str:
        """Of the API user, as the login tells it, or ''. Makes no API call; logs in where nobody has yet."""
        if self._client is None:
            self._logged_in()
        return self._user_id

    def read(self, method: str, path: str, body: Mapping[str, Json] | None = None) -> Json:
        return self._call(method, path, body, {}, writes=False)

    def write(
        self, method: str, path: str, body: Mapping[str, Json] | None = None, headers: Mapping[str, str] | None = None
    ) -> Json:
        """Raises UnknownOutcomeError where the write may have been done although no answer says so."""
        return self._call(method, path, body, headers or {}, writes=True)

    def write_soap(self, message: Callable[[str], bytes]) -> ET.Element:
        """A write for which REST has no call: `message` makes it from the session's id. Gives the answer's body.

        Raises UnknownOutcomeError as `write` does.
        """
        return self._with_session(lambda client: self._send_soap(client, message))

    def _call(
        self, method: str, path: str, body: Mapping[str, Json] | None, headers: Mapping[str, str], *, writes: bool
    ) -> Json:
        return self._with_session(lambda client: self._send(client, method, path, body, headers, writes=writes))

    def _with_session[T](self, send: Callable[[Salesforce], T]) -> T:
        """With one new login if the token has died since the last call."""
        self._budget.check()
        for _ in range(2):
            is_new = self._client is None
            client = self._client or self._logged_in()
            try:
                answer = send(client)
            except _SessionRefusedError:
                self._client = None
                if is_new:
                    break
            else:
                self._login.session_accepted()
                return answer
        raise self._login.session_refused()

    def _send(
        self,
        client: Salesforce,
        method: str,
        path: str,
        body: Mapping[str, Json] | None,
        headers: Mapping[str, str],
        *,
        writes: bool,
    ) -> Json:
        timeouts = self._timeouts()
        started = self._clock()
        content: dict[str, Any] = {} if body is None else {"json": body}
        try:
            return client.restful(
                path, method=method, headers=dict(headers), timeout=timeouts, allow_redirects=False, **content
            )
        except SalesforceError as error:
            raise self._refusal(error, writes=writes) from None
        except requests.ConnectTimeout as error:
            raise TransientError(type(error).__name__) from None
        except (requests.RequestException, ValueError) as error:
            # ValueError: half an answer, or an answer that is no JSON.
            raise (UnknownOutcomeError if writes else TransientError)(type(error).__name__) from None
        finally:
            count("SalesforceLatency", (self._clock() - started) * 1000, unit=MetricUnit.Milliseconds)
            count("SalesforceCalls")

    def _send_soap(self, client: Salesforce, message: Callable[[str], bytes]) -> ET.Element:
        timeouts = self._timeouts()
        started = self._clock()
        try:
            answer = client.session.post(
                f"https://{client.sf_instance}{soap.PATH.format(version=API_VERSION)}",
                data=message(client.session_id),
                headers=soap.HEADERS,
                timeout=timeouts,
                allow_redirects=False,
            )
        except requests.ConnectTimeout as error:
            raise TransientError(type(error).__name__) from None
        except requests.RequestException as error:
            raise UnknownOutcomeError(type(error).__name__) from None
        finally:
            count("SalesforceLatency", (self._clock() - started) * 1000, unit=MetricUnit.Milliseconds)
            count("SalesforceCalls")
        try:
            return soap.body_of(answer.content)
        except soap.Fault as fault:
            if fault.code == "INVALID_SESSION_ID":
                raise _SessionRefusedError from None
            raise self._noted(error_in([{"errorCode": fault.code, "message": fault.message}], 400)) from None
        except ValueError:
            raise self._noted(error_in(None, answer.status_code), writes=True) from None

    def _refusal(self, error: SalesforceError, *, writes: bool) -> FormToLeadError:
        return self._noted(error_in(error.content, error.status), writes=writes)

    def _noted(self, refusal: FormToLeadError, *, writes: bool = False) -> FormToLeadError:
        if isinstance(refusal, BudgetError):
            self._budget.refused()
        if writes and refusal.code.startswith("http_5"):
            # A gateway gave up on the server, which may go on all the same.
            return UnknownOutcomeError(refusal.code)
        return of_the_call(refusal)

    def _timeouts(self) -> Timeouts:
        return self._deadline.seconds(CONNECT_TIMEOUT), self._deadline.seconds(READ_TIMEOUT)

    def _logged_in(self) -> Salesforce:
        token = self._login.token(self._timeouts())
        # An identity URL, https://<host>/id/<organisation>/<user>.
        self._user_id = str(token.get("id") or "").rpartition("/")[2]
        self._client = _client(token, self._seen)
        return self._client

    def _seen(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Every answer passes here before the library looks at it."""
        if usage := response.headers.get("Sforce-Limit-Info"):
            self._budget.told(usage)
            count("SalesforceApiUsed", self._budget.used)
            count("SalesforceApiLimit", self._budget.limit)
            count("ApiReserveReached", int(self._budget.is_down_to_reserve))
        if response.status_code == 401:
            raise _SessionRefusedError


def _client(token: Token, seen: Callable[..., None]) -> Salesforce:
    session = requests.Session()
    session.headers["Sforce-Call-Options"] = "client=form-to-lead"
    session.hooks["response"].append(seen)
    return Salesforce(
        session_id=token["access_token"], instance_url=token["instance_url"], version=API_VERSION, session=session
    )


def of_the_call(error: FormToLeadError) -> FormToLeadError:
    """A refusal of a whole call is about how we ask, so it must not reject anybody's submission."""
    if error.code in ABOUT_A_RECORD:
        # Of a whole call it says that the resource is not there: a field that is no External Id any more.
        return ConfigurationError(error.code, detail=error.detail)
    if isinstance(error, PermanentError) or error.code in OF_ONE_RECORD:
        return RefusedCallError(error.code, detail=error.detail, permanent=isinstance(error, PermanentError))
    return error
