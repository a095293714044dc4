"""What the expanded template must hold to: alarms, whom they reach, and the dashboard."""

import re
from itertools import combinations
from typing import Any

import pytest

from scripts.sam_template import PROJECT
from shared.observability import NAMESPACE
from shared.privacy.retention import TOLD_BEFORE
from tests.unit.template_loading import (
    as_list,
    dashboard,
    expanded,
    of_type,
    only,
    properties,
    resource,
    target,
)


def threshold(alarm: str) -> tuple[str, str, str, float, str]:
    """Namespace, metric, statistic, threshold and what no data means."""
    found = properties(alarm)
    assert found["ComparisonOperator"] == "GreaterThanThreshold"
    return (
        found["Namespace"],
        found["MetricName"],
        found["Statistic"],
        found["Threshold"],
        found["TreatMissingData"],
    )


def dimensions(alarm: str) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in properties(alarm)["Dimensions"]}


def test_any_dead_letter_raises_an_alarm_that_stays_while_it_lies_there() -> None:
    """NumberOfMessagesSent does not count what SQS itself moves, and SQS stops reporting on an idle queue."""
    metric = "ApproximateNumberOfMessagesVisible"
    assert threshold("DeadLettersAlarm") == ("AWS/SQS", metric, "Maximum", 0, "ignore")
    assert dimensions("DeadLettersAlarm") == {"QueueName": {"Fn::GetAtt": ["DeadLetterQueue", "QueueName"]}}


def test_a_submission_that_waits_for_15_minutes_raises_an_alarm_and_so_does_silence() -> None:
    assert threshold("OldestUnsettledAlarm") == (NAMESPACE, "OldestUnsettledAge", "Maximum", 900, "breaching")
    assert dimensions("OldestUnsettledAlarm") == {"service": {"Ref": "AWS::StackName"}}
    assert properties("OldestUnsettledAlarm")["Period"] == 60


def test_a_server_error_of_the_intake_raises_an_alarm() -> None:
    assert threshold("IntakeServerErrorsAlarm") == ("AWS/ApiGateway", "5XXError", "Sum", 0, "notBreaching")
    api = only("AWS::ApiGateway::RestApi")["Properties"]
    stage = only("AWS::ApiGateway::Stage")["Properties"]
    assert dimensions("IntakeServerErrorsAlarm") == {"ApiName": api["Name"], "Stage": stage["StageName"]}


def test_a_crash_of_the_processor_raises_an_alarm() -> None:
    assert threshold("ProcessorErrorsAlarm") == ("AWS/Lambda", "Errors", "Sum", 0, "notBreaching")
    assert dimensions("ProcessorErrorsAlarm") == {"FunctionName": {"Ref": "ProcessorFunction"}}


def test_a_wrong_configuration_raises_an_alarm() -> None:
    assert threshold("ConfigurationAlarm") == (NAMESPACE, "Retried", "Sum", 0, "notBreaching")
    assert dimensions("ConfigurationAlarm") == {"reason": "configuration", "service": {"Ref": "AWS::StackName"}}


def test_an_error_code_that_nobody_knows_raises_an_alarm() -> None:
    assert threshold("UnknownErrorAlarm") == (NAMESPACE, "UnknownSalesforceError", "Sum", 0, "notBreaching")
    assert dimensions("UnknownErrorAlarm") == {"service": {"Ref": "AWS::StackName"}}


def test_a_form_that_no_longer_fits_the_org_raises_an_alarm_and_so_do_hours_of_silence() -> None:
    assert threshold("FormsAlarm") == (NAMESPACE, "FormProblems", "Maximum", 0, "breaching")
    assert dimensions("FormsAlarm") == {"service": {"Ref": "AWS::StackName"}}
    hour = 3600
    assert properties("FormsAlarm")["Period"] == 3 * hour, "one check that got no answer is no alarm"
    assert properties("FormsAlarm")["EvaluationPeriods"] == 1


def test_api_calls_that_are_used_up_to_the_reserve_raise_an_alarm() -> None:
    assert threshold("ApiBudgetAlarm") == (NAMESPACE, "ApiReserveReached", "Maximum", 0, "notBreaching")
    assert dimensions("ApiBudgetAlarm") == {"service": {"Ref": "AWS::StackName"}}
    assert properties("ApiBudgetAlarm")["Period"] == 300


def test_what_waits_for_a_person_raises_an_alarm_long_before_it_is_erased() -> None:
    assert threshold("ExpiringAlarm") == (NAMESPACE, "ExpiringSoon", "Maximum", 0, "notBreaching")
    assert dimensions("ExpiringAlarm") == {"service": {"Ref": "AWS::StackName"}}
    a_day = 24 * 60 * 60
    assert properties("ExpiringAlarm")["Period"] == a_day, "it is counted once a day"
    assert TOLD_BEFORE.total_seconds() >= 14 * a_day


@pytest.mark.parametrize(
    ("alarm", "metric"),
    [("WebhookKeysAlarm", "WebhookKeysWrong"), ("CaptchaSecretAlarm", "CaptchaSecretMissing")],
)
def test_a_secret_of_the_intake_that_is_missing_or_wrong_raises_an_alarm(alarm: str, metric: str) -> None:
    """Both metrics are counted without a dimension of their own: an alarm can't watch one that is split up."""
    assert threshold(alarm) == (NAMESPACE, metric, "Sum", 0, "notBreaching")
    assert dimensions(alarm) == {"service": {"Ref": "AWS::StackName"}}
    assert "IntakeSecretArn" in properties(alarm)["AlarmDescription"]
    assert properties(alarm)["Period"] == 300


def test_the_runbook_has_a_chapter_for_every_alarm() -> None:
    chapters = (PROJECT / "docs" / "runbook.md").read_text("utf-8").count("\n## Alarm: ")
    # The processor's wrong configuration is the first point of the chapter on what waits.
    assert chapters == len(of_type("AWS::CloudWatch::Alarm")) - 1


def test_suspected_spam_that_nobody_looked_at_raises_an_alarm_of_its_own_before_the_table_drops_it() -> None:
    assert threshold("QuarantineEndingAlarm") == (NAMESPACE, "QuarantineEndsSoon", "Maximum", 0, "notBreaching")
    assert dimensions("QuarantineEndingAlarm") == {"service": {"Ref": "AWS::StackName"}}
    assert properties("QuarantineEndingAlarm")["Period"] == 24 * 60 * 60, "it is counted once a day"


def test_no_alarm_is_metric_math() -> None:
    """The local stack's emulator refuses it, and then nothing is deployed there."""
    assert not [name for name, one in of_type("AWS::CloudWatch::Alarm").items() if "Metrics" in one["Properties"]]


def test_every_alarm_tells_the_topic_when_it_starts_and_ends_and_says_what_to_do() -> None:
    for name, alarm in of_type("AWS::CloudWatch::Alarm").items():
        found = alarm["Properties"]
        assert found["AlarmActions"] == found["OKActions"] == [{"Ref": "AlarmTopic"}], name
        assert len(found["AlarmDescription"]) > 50, name


def test_the_alarm_topic_is_encrypted_with_a_key_that_cloudwatch_may_use() -> None:
    """With the key that AWS manages for SNS, alarms would vanish without a word."""
    assert target(properties("AlarmTopic")["KmsMasterKeyId"]) == "AlarmTopicKey"
    assert properties("AlarmTopicKey")["EnableKeyRotation"] is True
    uses = [
        set(one["Action"])
        for one in properties("AlarmTopicKey")["KeyPolicy"]["Statement"]
        if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    ]
    assert uses == [{"kms:Decrypt", "kms:GenerateDataKey"}]


def test_the_key_of_the_alarm_topic_allows_no_star_action() -> None:
    for statement in properties("AlarmTopicKey")["KeyPolicy"]["Statement"]:
        assert not [action for action in as_list(statement["Action"]) if "*" in action]


def test_only_alarms_of_this_account_reach_the_topic_and_only_over_tls() -> None:
    allow, deny = only("AWS::SNS::TopicPolicy")["Properties"]["PolicyDocument"]["Statement"]
    assert allow["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allow["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_nobody_is_mailed_unless_an_address_is_given() -> None:
    assert expanded()["Parameters"]["AlarmEmail"]["Default"] == ""
    assert resource("AlarmSubscription")["Condition"] == "AlarmEmailIsGiven"
    assert properties("AlarmSubscription")["Endpoint"] == {"Ref": "AlarmEmail"}


# --- dashboard -------------------------------------------------------------------------------------------------


def covered(widget: dict[str, Any]) -> set[tuple[int, int]]:
    columns = range(widget["x"], widget["x"] + widget["width"])
    rows = range(widget["y"], widget["y"] + widget["height"])
    return {(column, row) for column in columns for row in rows}


def test_the_dashboard_has_no_hole_and_nothing_lies_over_anything_else() -> None:
    cells = [covered(widget) for widget in dashboard()["widgets"]]
    assert not [one & other for one, other in combinations(cells, 2) if one & other]
    everything = set[tuple[int, int]]().union(*cells)
    assert everything == {(column, row) for column in range(24) for row in range(max(y for _, y in everything) + 1)}


def test_the_dashboard_shows_what_a_person_wants_to_know() -> None:
    titles = " ".join(widget["properties"].get("title", "") for widget in dashboard()["widgets"])
    for word in ["Alarms", "Accepted", "Settled", "Rejected", "Waiting", "Oldest", "time of a call", "API allowance"]:
        assert word in titles
    markdown = [widget["properties"]["markdown"] for widget in dashboard()["widgets"] if widget["type"] == "text"]
    assert ["What to do" in text for text in markdown] == [True]


def test_the_dashboard_shows_every_alarm() -> None:
    body = only("AWS::CloudWatch::Dashboard")["Properties"]["DashboardBody"]["Fn::Sub"]
    shown = set(re.findall(r"\$\{(\w+)\.Arn\}", body))
    assert shown == set(of_type("AWS::CloudWatch::Alarm"))


def own_metrics() -> set[str]:
    """Of our namespace, on the dashboard and in alarms."""
    alarms = of_type("AWS::CloudWatch::Alarm").values()
    watched = [one["Properties"] for one in alarms]
    watched += [
        part["MetricStat"]["Metric"] for one in watched for part in one.get("Metrics", []) if "MetricStat" in part
    ]
    found = {one["MetricName"] for one in watched if one.get("Namespace") == NAMESPACE}
    for widget in dashboard()["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if metric[0] == NAMESPACE:
                found.add(metric[1])
            elif isinstance(metric[0], dict) and f'"{NAMESPACE}"' in metric[0]["expression"]:
                found |= set(re.findall(r'MetricName="(\w+)"', metric[0]["expression"]))
    return found


def test_each_metric_that_is_shown_or_watched_is_one_that_the_code_counts() -> None:
    """A misspelt name is an empty graph and an alarm that never rings."""
    files = [path for folder in ("functions", "shared") for path in sorted((PROJECT / folder).rglob("*.py"))]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    assert own_metrics() >= {"Accepted", "Settled", "Rejected", "Waiting", "OldestUnsettledAge"}
    assert not [metric for metric in own_metrics() if f'"{metric}"' not in code]
