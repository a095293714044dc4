"""The adapter against the org stand-in over real TLS: what is asked, what is written, and every kind of failure."""

import contextlib
from typing import Any

import pytest
import requests

from shared.crm import Member, Named, Note
from shared.errors import (
    ConfigurationError,
    FormToLeadError,
    PermanentError,
    RefusedCallError,
    TransientError,
    UnknownOutcomeError,
)
from tests.integration.salesforce_desk import OrgControl, a_lead, look_up


def test_people_are_found_by_email_and_by_phone_among_open_leads_and_contacts(org: OrgControl) -> None:
    found = org.crm.look_up(
        look_up(emails=("sanne.devries@example.com", "mark.peters@example.org"), phones=("06-24681357",))
    )
    assert {lead["LastName"] for lead in found.open_leads} == {"de Vries", "Peters"}
    assert [contact["LastName"] for contact in found.contacts] == ["Jansen"]


def test_converted_leads_are_no_candidates(org: OrgControl) -> None:
    found = org.crm.look_up(look_up(emails=("lotte.visser@example.net",)))
    assert not found.open_leads
    assert [contact["LastName"] for contact in found.contacts] == ["Visser"]


def test_a_look_up_is_one_api_call(org: OrgControl) -> None:
    org.crm.look_up(look_up(emails=("a@example.com",), phones=("+31612345678",)))
    assert [path for path in org.calls() if "oauth2" not in path] == ["/services/data/v62.0/composite"]


def test_sub_addresses_of_a_mailbox_are_found(org: OrgControl) -> None:
    org.crm.upsert_leads([a_lead("s-1", Email="jan+winkel@example.com"), a_lead("s-2", Email="janssen@example.com")])
    found = org.crm.look_up(look_up(emails=("jan@example.com",), mailboxes=("jan@example.com",)))
    assert [lead["Email"] for lead in found.open_leads] == ["jan+winkel@example.com"]


@pytest.mark.parametrize("answer", [404, 302])
def test_a_wrong_login_address_is_a_configuration_error(
    org: OrgControl, monkeypatch: pytest.MonkeyPatch, answer: int
) -> None:
    response = requests.Response()
    response.status_code = answer
    monkeypatch.setattr(requests, "post", lambda *_, **__: response)
    with pytest.raises(ConfigurationError):
        org.crm.look_up(look_up())


def test_a_value_of_the_wrong_kind_refuses_the_call_as_one_record_s_fault(org: OrgControl) -> None:
    with pytest.raises(RefusedCallError) as caught:
        org.crm.upsert_leads([a_lead(NumberOfEmployees="about 500")])
    assert caught.value.permanent


def test_a_write_without_an_answer_has_an_unknown_outcome(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.faults({"fault": "commit_then_drop", "times": 1})
    with pytest.raises(UnknownOutcomeError):
        org.crm.upsert_leads([a_lead()])


def test_quotes_and_wildcards_in_an_address_are_data(org: OrgControl) -> None:
    found = org.crm.look_up(look_up(emails=("x' OR Name LIKE '%", "o'brien_%@example.com")))
    assert not found.open_leads
    assert not found.contacts


def test_a_repeated_upsert_makes_one_lead(org: OrgControl) -> None:
    [first] = org.crm.upsert_leads([a_lead()])
    [second] = org.crm.upsert_leads([a_lead()])
    assert first.record_id == second.record_id
    assert [lead["LastName"] for lead in org.records("Lead") if lead["Submission_Id__c"] == "s-1"] == [
        "O'Brien-Østergård 李"
    ]


def test_own_leads_and_tasks_are_found_by_the_submission_s_id(org: OrgControl) -> None:
    [lead] = org.crm.upsert_leads([a_lead()])
    org.crm.write_notes([Note(task={"WhoId": lead.record_id, "Subject": "x", "Submission_Id__c": "s-2"})])
    found = org.crm.look_up(look_up(submission_ids=("s-1", "s-2")))
    assert [one["Id"] for one in found.own_leads] == [lead.record_id]
    assert [task["WhoId"] for task in found.own_tasks] == [lead.record_id]


def test_each_record_gets_its_own_result_in_order(org: OrgControl) -> None:
    good, forbidden, too_long = org.crm.upsert_leads(
        [a_lead("s-1"), a_lead("s-2", Company="Verboden BV"), a_lead("s-3", City="x" * 41)]
    )
    assert good.record_id.startswith("00Q")
    assert isinstance(forbidden.error, PermanentError)
    assert forbidden.error.code == "FIELD_CUSTOM_VALIDATION_EXCEPTION"
    assert forbidden.error.detail == "Company is on the do-not-serve list."
    assert isinstance(too_long.error, PermanentError)
    assert (too_long.error.code, too_long.error.fields) == ("STRING_TOO_LONG", ("City",))


def test_notes_fill_blanks_and_write_tasks_in_one_call(org: OrgControl) -> None:
    [lead] = org.crm.look_up(look_up(emails=("sanne.devries@example.com",))).open_leads
    [contact] = org.crm.look_up(look_up(emails=("anna.deboer@example.com",))).contacts
    before = len(org.calls())
    update, attach = org.crm.write_notes(
        [
            Note(lead["Id"], {"Phone": "+31612345678"}, {"WhoId": lead["Id"], "Subject": "x", "Submission_Id__c": "a"}),
            Note(task={"WhoId": contact["Id"], "Subject": "x", "Submission_Id__c": "b"}),
        ]
    )
    assert len(org.calls()) == before + 1
    assert update.task.record_id.startswith("00T")
    assert attach.task.record_id.startswith("00T")
    assert [row["Phone"] for row in org.records("Lead") if row["Id"] == lead["Id"]] == ["+31612345678"]


def test_a_note_whose_update_fails_is_not_done_though_its_task_is_written(org: OrgControl) -> None:
    [lead] = org.crm.look_up(look_up(emails=("sanne.devries@example.com",))).open_leads
    [written] = org.crm.write_notes(
        [Note(lead["Id"], {"City": "x" * 41}, {"WhoId": lead["Id"], "Subject": "x", "Submission_Id__c": "a"})]
    )
    assert isinstance(written.change.error, PermanentError)
    assert [task["Submission_Id__c"] for task in org.records("Task")].count("a") == 1


def test_an_expired_token_costs_one_login_and_nothing_else(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.ask("POST", "expire_tokens")
    org.crm.look_up(look_up())
    assert [path for path in org.calls() if "oauth2" in path] == ["/services/oauth2/token"] * 2


def test_a_session_that_is_refused_for_ever_ends_after_one_new_login(org: OrgControl) -> None:
    """simple-salesforce itself would log in until Python's recursion limit."""
    org.faults({"fault": "unauthorized_forever"})
    with pytest.raises(ConfigurationError) as caught:
        org.crm.look_up(look_up())
    assert caught.value.code == "session_refused"
    assert len([path for path in org.calls() if "oauth2" in path]) == 1


def test_a_wrong_secret_is_a_configuration_error_and_logins_are_spaced_out(org: OrgControl) -> None:
    org.secret.content["client_secret"] = "wrong"
    for _ in range(5):
        with pytest.raises(ConfigurationError):
            org.crm.look_up(look_up())
    assert len(org.calls()) == 1
    org.clock[0] += 61
    with pytest.raises(ConfigurationError):
        org.crm.look_up(look_up())
    assert len(org.calls()) == 2


def test_a_mended_secret_is_taken_up(org: OrgControl) -> None:
    right, org.secret.content["client_secret"] = org.secret.content["client_secret"], "wrong"
    with pytest.raises(ConfigurationError):
        org.crm.look_up(look_up())
    org.secret.content["client_secret"] = right
    org.crm.look_up(look_up())


@pytest.mark.parametrize("missing", ["login_url", "client_id", "client_secret"])
def test_a_secret_without_a_part_says_which(org: OrgControl, missing: str) -> None:
    del org.secret.content[missing]
    with pytest.raises(ConfigurationError, match=missing):
        org.crm.look_up(look_up())


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"fault": "limit_exceeded"}, "REQUEST_LIMIT_EXCEEDED"),
        ({"fault": "unavailable_html"}, "http_503"),
        ({"fault": "drop"}, "ConnectionError"),
    ],
)
def test_what_time_mends_is_transient(org: OrgControl, fault: dict[str, Any], code: str) -> None:
    org.crm.look_up(look_up())
    org.faults({**fault, "times": 1})
    with pytest.raises(TransientError) as caught:
        org.crm.look_up(look_up())
    assert caught.value.code == code
    org.clock[0] += 61
    org.crm.look_up(look_up())


def test_an_answer_that_never_came_may_have_been_written_and_the_repeat_finds_it(org: OrgControl) -> None:
    """The unknown commit: Salesforce has the Lead, we have a broken connection."""
    org.crm.look_up(look_up())
    org.faults({"fault": "commit_then_drop", "times": 1})
    with pytest.raises(TransientError):
        org.crm.upsert_leads([a_lead()])
    assert [lead for lead in org.records("Lead") if lead["Submission_Id__c"] == "s-1"]
    [again] = org.crm.upsert_leads([a_lead()])
    assert again.error is None
    assert len([lead for lead in org.records("Lead") if lead["Submission_Id__c"] == "s-1"]) == 1


def test_a_locked_row_is_that_record_s_own_trouble(org: OrgControl) -> None:
    org.crm.look_up(look_up())
    org.faults({"fault": "lock_row", "times": 1})
    first, second = org.crm.upsert_leads([a_lead("s-1"), a_lead("s-2")])
    errors = [written.error for written in (first, second) if written.error]
    assert errors
    assert all(isinstance(error, TransientError) and error.code == "UNABLE_TO_LOCK_ROW" for error in errors)


def test_a_field_that_the_org_does_not_have_rejects_nobody(org: OrgControl) -> None:
    with pytest.raises(ConfigurationError) as caught:
        org.crm.look_up(look_up(emails=("a@example.com",), lead_fields=("Nowhere__c",)))
    assert caught.value.code == "INVALID_FIELD"


def test_no_error_text_holds_personal_data(org: OrgControl) -> None:
    [written] = org.crm.upsert_leads([a_lead(Email="not an address of canary")])
    assert isinstance(written.error, PermanentError)
    assert "canary" not in str(written.error)
    assert "canary" in written.error.detail


def test_nothing_printed_holds_the_secret(org: OrgControl, capsys: pytest.CaptureFixture[str]) -> None:
    org.secret.content["client_secret"] = "canary-secret"
    with pytest.raises(ConfigurationError) as caught:
        org.crm.look_up(look_up())
    output = capsys.readouterr()
    assert "canary-secret" not in output.out + output.err + repr(caught.value) + str(caught.value)


# --- whole calls that are refused in another language ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"), [(500, TransientError), (502, TransientError), (429, TransientError), (404, ConfigurationError)]
)
def test_a_code_that_nobody_knows_rejects_nobody_unless_it_is_about_what_was_sent(
    org: OrgControl, status: int, kind: type[FormToLeadError]
) -> None:
    """A gateway's `{"error": "Bad Gateway"}` is no verdict on a visitor."""
    for code in ("Bad Gateway", "BRAND_NEW"):
        org.faults({"fault": "api_error", "status": status, "code": code, "path": "composite"})
        with pytest.raises(kind) as caught:
            org.crm.upsert_leads([a_lead()])
        assert caught.value.code == f"http_{status}"
        assert isinstance(caught.value, UnknownOutcomeError) is (status >= 500)
        assert not isinstance(caught.value, RefusedCallError)


def test_a_key_field_that_is_no_external_id_any_more_is_a_configuration_error(org: OrgControl) -> None:
    org.faults({"fault": "api_error", "status": 404, "code": "NOT_FOUND", "path": "composite/sobjects/Lead"})
    with pytest.raises(ConfigurationError, match="NOT_FOUND"):
        org.crm.upsert_leads([a_lead()])


def test_a_proxy_s_free_text_never_becomes_a_code(org: OrgControl) -> None:
    org.faults({"fault": "api_error", "status": 403, "code": "Blocked: canary@example.com", "path": "composite"})
    with pytest.raises(ConfigurationError) as caught:
        org.crm.look_up(look_up())
    assert caught.value.code == "http_403"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_neither_a_call_nor_a_login_follows_a_redirect(
    org: OrgControl, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """It would take the secret, or a visitor's data, to wherever the answer says."""
    send, asked = requests.adapters.HTTPAdapter.send, []

    def moved(adapter: Any, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        asked.append(request.url)
        response = send(adapter, request, **how)
        response.status_code, response.headers["Location"] = status, f"{org.url}/elsewhere"
        return response

    org.crm.look_up(look_up())
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", moved)
    with pytest.raises((TransientError, ConfigurationError)):
        org.crm.upsert_leads([a_lead()])
    with pytest.raises((TransientError, ConfigurationError)):
        org.another_instance().look_up(look_up())
    assert len(asked) == 2


# --- answers of a shape that nobody knows ----------------------------------------------------------------------------

ODD_ANSWERS: list[Any] = [
    None, "", [], {}, 3, "text", [None], [3], {"compositeResponse": None}, {"compositeResponse": [None, None]},
    {"compositeResponse": [{}, {}]}, {"compositeResponse": [{"httpStatusCode": 200, "body": None}] * 2},
    {"compositeResponse": [{"httpStatusCode": "200", "body": {"records": None}}] * 2},
    {"compositeResponse": [{"httpStatusCode": 200, "body": {"records": [{}], "done": True}}] * 2},
    [{"success": True}], [{"success": False, "errors": None}], [{"success": False, "errors": [None]}],
]  # fmt: skip


@pytest.mark.parametrize("answer", ODD_ANSWERS, ids=repr)
def test_an_answer_that_nobody_understands_is_a_wait_and_no_crash(
    org: OrgControl, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    monkeypatch.setattr("shared.salesforce.connection.Connection._call", lambda *_, **__: answer)
    note = Note("00Q000000000000EAA", {"Phone": "1"}, {"WhoId": "00Q000000000000EAA"})
    member = Member("701000000000000AAA", "00Q000000000000EAA")
    for ask in (
        lambda: org.crm.look_up(look_up()),
        lambda: org.crm.follow(["00Q000000000000EAA"], []),
        lambda: org.crm.upsert_leads([a_lead()]),
        lambda: org.crm.upsert_one_by_one([a_lead()]),
        lambda: org.crm.write_notes([note]),
        lambda: org.crm.join_campaigns([member]),
    ):
        with contextlib.suppress(FormToLeadError):
            result = ask()
            assert result is not None


def test_nobody_to_follow_costs_no_call(org: OrgControl) -> None:
    assert org.crm.follow([], []) == {}
    assert org.crm.follow(["001000000000000AAA"], []) == {}
    assert org.calls() == []


def test_a_name_that_two_campaigns_have_is_no_name(org: OrgControl) -> None:
    for _ in range(2):
        org.add("Campaign", Name="Twice", IsActive=True)
    [written] = org.crm.join_campaigns([Member(Named("campaign", "Twice"), "00Q000000000000EAA")])
    assert isinstance(written.error, ConfigurationError)
    assert written.error.code == "campaign_not_found"
