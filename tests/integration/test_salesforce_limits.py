"""Time and API calls are finite: what the adapter does when either runs out, over real TLS."""

import io
from typing import Any

import pytest
import requests

from shared.errors import BudgetError, TransientError, UnknownOutcomeError
from shared.salesforce.budget import ApiBudget
from tests.integration.salesforce_desk import OrgControl, a_lead, look_up


@pytest.mark.parametrize(
    ("used", "has_calls"), [(0, True), (898, True), (899, False), (950, False), (999, False)], ids=str
)
def test_the_reserve_is_kept_for_new_submissions(org: OrgControl, used: int, has_calls: bool) -> None:
    """Ten percent of a thousand, and the call that tells is one of them."""
    org.ask("POST", "limits", {"daily": 1000, "used": used})
    assert org.crm.has_calls_for_repeats()  # nothing is known yet
    org.crm.look_up(look_up())
    assert org.crm.has_calls_for_repeats() is has_calls


def test_what_was_told_is_believed_for_ten_minutes(org: OrgControl) -> None:
    org.ask("POST", "limits", {"daily": 1000, "used": 990})
    org.crm.look_up(look_up())
    org.clock[0] += 599
    assert not org.crm.has_calls_for_repeats()
    org.clock[0] += 2
    assert org.crm.has_calls_for_repeats()


def test_the_reserve_is_a_setting(org: OrgControl) -> None:
    org.ask("POST", "limits", {"daily": 1000, "used": 990})
    crm = org.another_instance(reserve=0.0)
    crm.look_up(look_up())
    assert crm.has_calls_for_repeats()


def test_at_the_limit_calls_stop_for_a_minute(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.ask("POST", "limits", {"daily": 1000, "used": 1000})
    with pytest.raises(BudgetError, match="REQUEST_LIMIT_EXCEEDED"):
        org.crm.look_up(look_up())
    asked = org.api_calls()
    for _ in range(5):
        with pytest.raises(BudgetError, match="api_limit_pause"):
            org.crm.upsert_leads([a_lead()])
    assert org.api_calls() == asked
    assert not org.crm.has_calls_for_repeats()
    org.ask("POST", "limits", {"daily": 2000, "used": 1000})
    org.clock[0] += 61
    org.crm.upsert_leads([a_lead()])


def test_the_count_of_one_app_is_not_the_org_s(org: OrgControl) -> None:
    budget = ApiBudget(0.1, org.time)
    budget.told("per-app-api-usage=240/250(appName=form-to-lead)")
    assert (budget.used, budget.limit) == (0, 0)
    budget.told("api-usage=18/5000; per-app-api-usage=240/250(appName=form-to-lead)")
    assert (budget.used, budget.limit) == (18, 5000)


def test_usage_is_counted_for_the_alarm(org: OrgControl, capsys: pytest.CaptureFixture[str]) -> None:
    org.ask("POST", "limits", {"daily": 1000, "used": 41})
    org.crm.look_up(look_up())
    printed = capsys.readouterr().out
    assert '"SalesforceApiUsed":[42.0]' in printed
    assert '"SalesforceApiLimit":[1000.0]' in printed


def test_no_call_is_begun_when_the_invocation_is_about_to_end(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    asked = org.api_calls()
    org.deadline.starts(10.5)
    with pytest.raises(TransientError, match="out_of_time"):
        org.crm.upsert_leads([a_lead()])
    assert org.api_calls() == asked


def test_an_answer_is_awaited_no_longer_than_the_invocation_lives(org: OrgControl) -> None:
    """Twelve seconds left, ten of them for settling: a slow write ends after two, with an unknown outcome."""
    org.crm.look_up(look_up())
    org.faults({"fault": "commit_then_slow", "times": 1, "seconds": 4})
    org.deadline.starts(12.0)
    with pytest.raises(UnknownOutcomeError, match="ReadTimeout"):
        org.crm.upsert_leads([a_lead()])
    assert [lead["Submission_Id__c"] for lead in org.records("Lead")].count("s-1") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "commit_then_drop"},
        {"fault": "commit_then_truncate"},
        {"fault": "drop"},
        {"fault": "status", "status": 502, "body": "html"},
        {"fault": "status", "status": 504, "body": "empty"},
        {"fault": "unavailable_html"},
    ],
    ids=str,
)
def test_a_write_without_a_clear_answer_has_an_unknown_outcome_and_a_look_up_has_not(
    org: OrgControl, fault: dict[str, Any]
) -> None:
    org.crm.look_up(look_up())
    org.faults({**fault, "times": 1})
    with pytest.raises(UnknownOutcomeError):
        org.crm.upsert_leads([a_lead()])
    org.faults({**fault, "times": 1})
    with pytest.raises(TransientError) as caught:
        org.crm.look_up(look_up())
    assert not isinstance(caught.value, UnknownOutcomeError)


def test_a_401_in_html_is_a_session_that_ended(org: OrgControl, monkeypatch: pytest.MonkeyPatch) -> None:
    """simple-salesforce reads the body of a 401 as JSON, and breaks where a proxy sent HTML."""
    org.crm.look_up(look_up())
    send, answers = requests.adapters.HTTPAdapter.send, iter([401])

    def once_in_html(adapter: Any, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        response = send(adapter, request, **how)
        if next(answers, None):
            response.status_code, response.raw = 401, io.BytesIO(b"<html>Sign in</html>")
        return response

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", once_in_html)
    org.crm.look_up(look_up())
    assert org.logins() == 2
