"""Salesforce: the one module that imports simple_salesforce, and one function that builds its client.

A batch costs at most three API calls: one composite look-up, one collection upsert of new Leads, one
composite of updates and Tasks. The upsert's key is the submission's id: after a time-out nobody knows
whether the write was done, and only a write under our own key can be repeated.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
from aws_lambda_powertools.metrics import MetricUnit
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession
from simple_salesforce.format import format_soql

from shared.crm import Found, LookUp, Note, Record, Written
from shared.errors import (
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from shared.lead import SUBMISSION_ID_FIELD
from shared.observability import count, log
from shared.salesforce_errors import OF_ONE_RECORD, error_in
from shared.secrets import Secret
from shared.submission import timestamp

API_VERSION: Final = "62.0"
TIMEOUTS: Final = (3.05, 10.0)
"""Seconds to connect and to wait for an answer. A login and three calls fit in the processor's 60 s."""
_ROWS: Final = 2000
"""One page of a query. Equality on e-mail or phone finds far fewer, or the key is no key."""
_CLOCK_SKEW: Final = timedelta(hours=1)
_LOGIN_PAUSES: Final = (0.0, 30.0, 60.0, 300.0, 900.0)
"""Seconds after so many refused logins in a row: a wrong secret must not lock the integration user out."""

_LEAD_FIELDS: Final = ("Id", "FirstName", "LastName", "Company", "Email", "Phone", "MobilePhone", "OwnerId")
_CONTACT_FIELDS: Final = ("Id", "FirstName", "LastName", "Email", "Phone", "MobilePhone", "OwnerId")

type Json = Any
type Subrequest = dict[str, Any]


class SalesforceCrm:
    """Kept between invocations: the token lives here until Salesforce refuses it."""

    def __init__(self, secret: Secret, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._secret = secret
        self._clock = clock
        self._client: Salesforce | None = None
        self._refused_logins = 0
        self._login_from = float("-inf")

    # --- what processing asks ---------------------------------------------------------------------------

    def look_up(self, what: LookUp) -> Found:
        """Raises ConfigurationError when one of the queries is refused: a field or a permission is missing."""
        queries = _queries(what)
        answers = self._composite([_query(name, soql) for name, soql in queries.items()])
        found: dict[str, tuple[Record, ...]] = {}
        for name, answer in zip(queries, answers, strict=True):
            if answer["httpStatusCode"] != 200:
                raise _of_the_call(error_in(answer["body"], answer["httpStatusCode"]))
            found[name] = tuple(answer["body"]["records"])
            if len(found[name]) >= _ROWS and len(what.submission_ids) > 1:
                # Somebody's address is everybody's (test@...): the others must not be looked up beside it.
                raise RefusedCallError("look_up_too_wide")
        return Found(**found)

    def upsert_leads(self, leads: Sequence[Record]) -> list[Written]:
        answers = self._call(
            "PATCH",
            f"composite/sobjects/Lead/{SUBMISSION_ID_FIELD}",
            {"allOrNone": False, "records": [_typed("Lead", lead) for lead in leads]},
        )
        return _written(answers, len(leads))

    def write_notes(self, notes: Sequence[Note]) -> list[Written]:
        updates = [_update(number, note) for number, note in enumerate(notes) if note.blanks]
        tasks = [note.task for note in notes if note.task]
        subrequests = updates + ([_insert_tasks(tasks)] if tasks else [])
        if not subrequests:
            return [Written() for _ in notes]
        answers = {answer["referenceId"]: answer for answer in self._composite(subrequests)}
        written = iter(_written_tasks(answers.get("tasks"), len(tasks)))
        return [
            _worst(_updated(answers.get(f"lead{number}")), next(written) if note.task else Written())
            for number, note in enumerate(notes)
        ]

    # --- how it is asked --------------------------------------------------------------------------------

    def _composite(self, subrequests: Sequence[Subrequest]) -> list[dict[str, Json]]:
        answer = self._call("POST", "composite", {"allOrNone": False, "compositeRequest": list(subrequests)})
        answers = answer.get("compositeResponse") if isinstance(answer, Mapping) else None
        if not isinstance(answers, list) or len(answers) != len(subrequests):
            raise TransientError("unexpected_answer")
        return answers

    def _call(self, method: str, path: str, body: Mapping[str, Json]) -> Json:
        """One API call, with one new login if the token has died since the last."""
        for login in (False, True):
            if login or self._client is None:
                self._client = self._logged_in()
            started = self._clock()
            try:
                return self._client.restful(path, method=method, json=body, timeout=TIMEOUTS)
            except SalesforceExpiredSession:
                continue
            except SalesforceError as error:
                raise _of_the_call(error_in(error.content, error.status)) from None
            except requests.RequestException as error:
                raise UnknownOutcomeError(type(error).__name__) from None
            finally:
                self._measured(started)
        self._client = None
        self._secret.forget()
        raise ConfigurationError("session_refused", "a new login gave a session that Salesforce refuses")

    def _measured(self, started: float) -> None:
        count("SalesforceLatency", (self._clock() - started) * 1000, unit=MetricUnit.Milliseconds)
        count("SalesforceCalls")
        usage = self._client.api_usage.get("api-usage") if self._client else None
        if usage:
            count("SalesforceApiUsed", usage.used)
            count("SalesforceApiLimit", usage.total)

    def _logged_in(self) -> Salesforce:
        if self._clock() < self._login_from:
            raise ConfigurationError("login_paused", "the last logins were refused; waiting before the next")
        try:
            client = connect(self._secret.values())
        except ConfigurationError as error:
            self._secret.forget()
            self._client = None
            self._refused_logins = min(self._refused_logins + 1, len(_LOGIN_PAUSES) - 1)
            self._login_from = self._clock() + _LOGIN_PAUSES[self._refused_logins]
            log("login_refused", level="error", error=error.code)
            raise
        self._refused_logins = 0
        return client


def connect(secret: Mapping[str, Json]) -> Salesforce:
    """Logs in with OAuth client credentials. Raises ConfigurationError or TransientError, never with a secret.

    The session is our own: it has headers that survive (the library drops per-call headers on its retry), and
    the library's own login, which follows a 401 without a bound, never gets to run.
    """
    missing = [name for name in ("login_url", "client_id", "client_secret") if not secret.get(name)]
    if missing:
        raise ConfigurationError("salesforce_secret", f"the Salesforce secret has no {', '.join(missing)}")
    session = requests.Session()
    session.headers["Sforce-Call-Options"] = "client=form-to-lead"
    token = _token(session, str(secret["login_url"]), str(secret["client_id"]), str(secret["client_secret"]))
    return Salesforce(
        session_id=token["access_token"],
        instance_url=token["instance_url"],
        version=API_VERSION,
        session=session,
    )


def _token(session: requests.Session, login_url: str, client_id: str, client_secret: str) -> Mapping[str, str]:
    parts = urlsplit(login_url)
    if parts.scheme != "https" or not parts.netloc:
        raise ConfigurationError("salesforce_secret", "login_url must be like https://acme.my.salesforce.com")
    try:
        answer = session.post(
            f"https://{parts.netloc}/services/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret},
            timeout=TIMEOUTS,
            allow_redirects=False,
        )
        body = answer.json() if "json" in answer.headers.get("Content-Type", "") else None
    except requests.RequestException as error:
        raise TransientError(f"login:{type(error).__name__}") from None
    if answer.status_code != 200 or not isinstance(body, dict):
        refusal = error_in(body, answer.status_code)
        busy = answer.status_code in {408, 429} or answer.status_code >= 500 or refusal.code == "rate_limit_exceeded"
        # Whatever else a login refuses, a wrong address included, is ours to mend and never the submission's fault.
        raise (TransientError if busy else ConfigurationError)(f"login:{refusal.code}")
    if not body.get("access_token") or not body.get("instance_url"):
        raise TransientError("login:unexpected_answer")
    return body


def _of_the_call(error: FormToLeadError) -> FormToLeadError:
    """A refusal of a whole call is about how we ask, so it must not reject anybody's submission."""
    if isinstance(error, PermanentError) or error.code in OF_ONE_RECORD:
        return RefusedCallError(error.code, detail=error.detail, permanent=isinstance(error, PermanentError))
    return error


# --- look-ups ------------------------------------------------------------------------------------------------


def _queries(what: LookUp) -> dict[str, str]:
    """By the field of Found that each fills. At most four; a composite request takes five."""
    ids = list(what.submission_ids)
    queries = {
        "own_leads": format_soql(
            "SELECT Id, IsConverted, Submission_Id__c FROM Lead WHERE Submission_Id__c IN {}", ids
        ),
        # Submission_Id__c of Task has no index; CreatedDate has, and a Task is younger than its submission.
        "own_tasks": format_soql(
            "SELECT Id, WhoId, Submission_Id__c FROM Task WHERE Submission_Id__c IN {} AND CreatedDate >= {:literal}",
            ids,
            timestamp(what.oldest - _CLOCK_SKEW),
        ),
    }
    same = [format_soql("Email IN {}", list(what.emails))] if what.emails else []
    for mailbox in what.mailboxes:
        local, _, domain = mailbox.rpartition("@")
        same.append(format_soql("Email LIKE '{:like}+%@{:like}'", local, domain))
    if what.phones:
        phones = list(what.phones)
        same += [format_soql("Phone IN {}", phones), format_soql("MobilePhone IN {}", phones)]
    if same:
        anyone = " OR ".join(same)
        lead_fields = ", ".join(dict.fromkeys((*_LEAD_FIELDS, *what.lead_fields)))
        queries["open_leads"] = format_soql(
            "SELECT {:literal} FROM Lead WHERE IsConverted = false AND ({:literal})"
            " ORDER BY LastModifiedDate DESC LIMIT {}",
            lead_fields,
            anyone,
            _ROWS,
        )
        queries["contacts"] = format_soql(
            "SELECT {:literal} FROM Contact WHERE {:literal} ORDER BY LastModifiedDate DESC LIMIT {}",
            ", ".join(_CONTACT_FIELDS),
            anyone,
            _ROWS,
        )
    return queries


def _query(name: str, soql: str) -> Subrequest:
    return {"method": "GET", "referenceId": name, "url": f"{_base()}/query?q={quote(soql, safe='')}"}


# --- writes --------------------------------------------------------------------------------------------------


def _base() -> str:
    return f"/services/data/v{API_VERSION}"


def _typed(kind: str, record: Record) -> dict[str, Json]:
    return {"attributes": {"type": kind}, **record}


def _update(number: int, note: Note) -> Subrequest:
    return {
        "method": "PATCH",
        "referenceId": f"lead{number}",
        "url": f"{_base()}/sobjects/Lead/{note.lead_id}",
        # Without this, an update can hand a Lead that somebody works on to another owner.
        "httpHeaders": {"Sforce-Auto-Assign": "FALSE"},
        "body": dict(note.blanks),
    }


def _insert_tasks(tasks: Sequence[Record]) -> Subrequest:
    return {
        "method": "POST",
        "referenceId": "tasks",
        "url": f"{_base()}/composite/sobjects",
        "body": {"allOrNone": False, "records": [_typed("Task", task) for task in tasks]},
    }


def _written(answers: Json, expected: int) -> list[Written]:
    """Per-record results of a collection, in order."""
    if not isinstance(answers, list) or len(answers) != expected:
        raise TransientError("unexpected_answer")
    return [
        Written(record_id=str(answer["id"]))
        if answer.get("success")
        else Written(error=error_in(answer.get("errors"), 400))
        for answer in answers
    ]


def _written_tasks(answer: dict[str, Json] | None, expected: int) -> list[Written]:
    if answer is None:
        return []
    status = answer["httpStatusCode"]
    if status != 200:
        error = _of_the_call(error_in(answer["body"], status))
        return [Written(error=error)] * expected
    return _written(answer["body"], expected)


def _updated(answer: dict[str, Json] | None) -> Written:
    if answer is None or answer["httpStatusCode"] < 300:
        return Written()
    return Written(error=error_in(answer["body"], answer["httpStatusCode"]))


def _worst(updated: Written, task: Written) -> Written:
    """A note is done when both parts are; what was written already is found again at the next try."""
    return updated if updated.error else task
