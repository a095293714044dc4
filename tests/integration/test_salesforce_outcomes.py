"""Every error code of Salesforce, alone and beside nine good records: what becomes of the submission.

The processor's use case with the real adapter, against the org stand-in over TLS; ledger and queues are in memory.
docs/salesforce-errors.md is written from the same table, and a test compares the two.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from shared.errors import BudgetError, ConfigurationError, FormToLeadError, PermanentError, TransientError
from shared.leads.retrying import MAX_ATTEMPTS, MOST_SHORT_LIVED, SHORT_LIVED
from shared.rejection import Reason
from shared.salesforce.codes import error_for
from shared.submission import State, Submission
from tests.builders import a_submission
from tests.integration.real_desk import RealDesk
from tests.integration.salesforce_desk import OrgControl

DOCS = Path(__file__).parents[2] / "docs" / "salesforce-errors.md"
UPSERT = "composite/sobjects/Lead"
LOGIN = "/services/oauth2/token"
BAD = "The bad one"


@dataclass(frozen=True)
class Row:
    """`calls`: API calls of the first delivery, alone and in a batch of ten. `status`: HTTP status of a whole call."""

    code: str
    kind: type[FormToLeadError]
    calls: tuple[int, int] = (2, 2)
    status: int = 0

    @property
    def is_rejected(self) -> bool:
        return self.kind is PermanentError

    @property
    def counts_a_try(self) -> bool:
        return self.kind is TransientError

    @property
    def tries(self) -> str:
        """As docs/salesforce-errors.md says it."""
        if self.is_rejected:
            return "1"
        if self.code in SHORT_LIVED:
            return f"{MOST_SHORT_LIVED}, then `rejected`"
        return f"{MAX_ATTEMPTS}, then `rejected`" if self.counts_a_try else "until it is mended"


def rows(kind: type[FormToLeadError], *codes: str) -> list[Row]:
    # A rejection costs one more: a look whether something was written after all.
    return [Row(code, kind, (3, 3) if kind is PermanentError else (2, 2)) for code in codes]


RECORD_CODES = [
    *rows(
        PermanentError,
        "A_CODE_THAT_NOBODY_KNOWS",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "INVALID_EMAIL_ADDRESS",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "REQUIRED_FIELD_MISSING",
        "STRING_TOO_LONG",
    ),
    *rows(
        TransientError,
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "DUPLICATE_VALUE",
        "ENTITY_IS_DELETED",
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        "NOT_FOUND",
        "ORG_IN_MAINTENANCE",
        "QUERY_TIMEOUT",
        "SERVER_UNAVAILABLE",
        "UNABLE_TO_LOCK_ROW",
    ),
    *rows(BudgetError, "REQUEST_LIMIT_EXCEEDED"),
    *rows(
        ConfigurationError,
        "API_DISABLED_FOR_ORG",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "INVALID_CROSS_REFERENCE_KEY",
        "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "INVALID_SESSION_ID",
        "INVALID_TYPE",
        "MALFORMED_QUERY",
        "ORG_LOCKED",
        "TXN_SECURITY_NO_ACCESS",
    ),
]
"""Of one record of a collection: the nine others are written in the same call."""

CALL_CODES = [
    # Refused for what one of the records holds: looked for one by one, two calls each, until it is found.
    Row("JSON_PARSER_ERROR", PermanentError, (3, 23), 400),
    Row("INVALID_FIELD", ConfigurationError, (2, 22), 400),
    Row("MALFORMED_QUERY", ConfigurationError, (2, 22), 400),
    Row("API_DISABLED_FOR_ORG", ConfigurationError, status=403),
    Row("INSUFFICIENT_ACCESS", ConfigurationError, status=403),
    Row("ORG_LOCKED", ConfigurationError, status=403),
    Row("TXN_SECURITY_NO_ACCESS", ConfigurationError, status=403),
    Row("REQUEST_LIMIT_EXCEEDED", BudgetError, status=403),
    Row("QUERY_TIMEOUT", TransientError, status=400),
    Row("UNKNOWN_EXCEPTION", TransientError, status=500),
    Row("SERVER_UNAVAILABLE", TransientError, status=503),
]
"""Of the whole call."""

LOGIN_CODES = [
    ("invalid_grant", ConfigurationError),
    ("invalid_client_id", ConfigurationError),
    ("invalid_client", ConfigurationError),
    ("invalid_app_access", ConfigurationError),
    ("app_not_found", ConfigurationError),
    ("unsupported_grant_type", ConfigurationError),
    ("inactive_user", ConfigurationError),
    ("inactive_org", ConfigurationError),
    ("rate_limit_exceeded", TransientError),
]


def ten(count: int) -> list[Submission]:
    """The bad one first, then good ones."""
    good = [a_submission(last_name=f"Goed {n}", email=f"goed{n}@example.com") for n in range(1, count)]
    return [a_submission(last_name=BAD, email="bad@example.com"), *good]


def assert_outcome(desk: RealDesk, bad: Submission, row: Row) -> None:
    letters = [letter["submission_id"] for letter in desk.dead_letters.letters]
    if not row.is_rejected:
        assert (desk.state(bad), letters) == (State.RECEIVED, [])
        assert (desk.row(bad).last_error, desk.row(bad).attempts) == (row.code, int(row.counts_a_try))
        return
    assert (desk.state(bad), letters) == (State.REJECTED, [bad.submission_id])
    rejection = desk.row(bad).rejection
    assert rejection is not None
    assert (rejection.reason, rejection.problems[0].code) == (Reason.SALESFORCE_REJECTED, row.code)


def assert_mended(desk: RealDesk, org: OrgControl, bad: Submission) -> None:
    """The fault has passed: one more delivery settles what waited, and a replay what was rejected."""
    org.faults()
    org.clock[0] += 61
    seen = desk.row(bad)
    if seen.state is State.REJECTED:
        due_at = desk.now + timedelta(minutes=5)
        desk.ledger.reopen(seen, person_keys=seen.person_keys, due_at=due_at, by="test", now=desk.now, why="replay")
    desk.process(bad)
    assert desk.state(bad) is State.CREATED
    assert desk.lead_of(bad)["LastName"] == BAD


@pytest.mark.parametrize("size", [1, 10], ids=["alone", "beside nine good ones"])
@pytest.mark.parametrize("row", RECORD_CODES, ids=lambda row: row.code)
def test_a_code_of_one_record_is_that_record_s_own(desk: RealDesk, org: OrgControl, row: Row, size: int) -> None:
    desk.logged_in()
    org.faults({"fault": "record_error", "record": 0, "code": row.code, "message": "said the org", "path": UPSERT})
    bad, *good = ten(size)
    retries = desk.process(bad, *good)
    assert type(error_for(row.code)) is row.kind
    assert_outcome(desk, bad, row)
    assert [desk.state(one) for one in good] == [State.CREATED] * len(good)
    assert len(retries) == int(not row.is_rejected)
    assert org.api_calls() == row.calls[size == 10]
    assert_mended(desk, org, bad)


@pytest.mark.parametrize("size", [1, 10], ids=["alone", "beside nine good ones"])
@pytest.mark.parametrize("row", CALL_CODES, ids=lambda row: row.code)
def test_a_code_of_a_whole_call_rejects_only_whom_it_is_about(
    desk: RealDesk, org: OrgControl, row: Row, size: int
) -> None:
    """Where it is about a record, the org refuses the batch and then, written alone, the bad one: two calls."""
    desk.logged_in()
    is_about_a_record = row.calls[1] > 2
    times = 2 if size == 10 and is_about_a_record else 1
    org.faults({"fault": "api_error", "status": row.status, "code": row.code, "path": UPSERT, "times": times})
    bad, *good = ten(size)
    desk.process(bad, *good)
    assert_outcome(desk, bad, row)
    assert org.api_calls() == row.calls[size == 10]
    assert [desk.state(one) for one in good] == [State.CREATED if is_about_a_record else State.RECEIVED] * len(good)
    assert_mended(desk, org, bad)
    desk.process(*good)
    assert {desk.state(one) for one in good} <= {State.CREATED}
    assert len(desk.leads()) == size


@pytest.mark.parametrize(("code", "kind"), LOGIN_CODES)
def test_a_login_that_is_refused_rejects_nobody(
    desk: RealDesk, org: OrgControl, code: str, kind: type[FormToLeadError]
) -> None:
    org.ask("POST", "faults", [{"fault": "api_error", "status": 400, "code": code, "path": LOGIN, "times": 1}])
    [submission] = ten(1)
    assert len(desk.process(submission)) == 1
    assert desk.row(submission).last_error == f"login:{code}"
    assert desk.row(submission).attempts == int(issubclass(kind, TransientError))
    assert org.api_calls() == 0
    org.clock[0] += 61
    assert desk.process(submission) == []
    assert desk.state(submission) is State.CREATED


@pytest.mark.parametrize("code", ["ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", "DUPLICATE_VALUE", "NOT_FOUND"])
def test_what_a_new_look_up_should_mend_and_does_not_is_rejected_after_some_tries(
    desk: RealDesk, org: OrgControl, code: str
) -> None:
    org.faults({"fault": "record_error", "code": code, "path": UPSERT, "times": 100})
    [submission] = ten(1)
    for tried in range(1, MOST_SHORT_LIVED + 1):
        desk.process(submission)
        assert desk.state(submission) is (State.REJECTED if tried == MOST_SHORT_LIVED else State.RECEIVED)
    assert desk.row(submission).reason == Reason.SALESFORCE_REJECTED
    assert_mended(desk, org, submission)


def test_a_unique_field_of_the_org_s_own_is_a_rejection_at_once(desk: RealDesk, org: OrgControl) -> None:
    message = "duplicate value found: Customer_Number__c duplicates value on record with id: 00Q000000000001"
    org.faults({"fault": "record_error", "code": "DUPLICATE_VALUE", "message": message, "path": UPSERT, "times": 1})
    [submission] = ten(1)
    desk.process(submission)
    rejection = desk.row(submission).rejection
    assert rejection is not None
    assert (rejection.problems[0].code, rejection.problems[0].field) == ("DUPLICATE_VALUE", "Customer_Number__c")


# --- the table in the docs ----------------------------------------------------------------------------------------


def as_table() -> str:
    kinds = {
        PermanentError: "permanent",
        TransientError: "transient",
        BudgetError: "transient, uses up no try",
        ConfigurationError: "configuration, uses up no try",
    }
    lines = [
        "| code | of | class | alone, or among ten | its row | the nine others | tries | API calls (alone, ten) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in [*RECORD_CODES, *CALL_CODES]:
        of, fate = (f"the call ({row.status})" if row.status else "a record"), kinds[row.kind]
        outcome, state = ("dead letter", "`rejected`") if row.is_rejected else ("waits", "`received`")
        others = "wait with it" if row.status and row.calls[1] == 2 else "`created`"
        calls = f"{row.calls[0]}, {row.calls[1]}"
        lines.append(f"| `{row.code}` | {of} | {fate} | {outcome} | {state} | {others} | {row.tries} | {calls} |")
    return "\n".join(lines)


def test_the_docs_show_this_table() -> None:
    assert as_table() in DOCS.read_text("utf-8")
