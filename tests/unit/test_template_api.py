"""What the expanded template must hold to: the API, what it answers by itself, and the firewall before it."""

import json
from typing import Any

import pytest

from tests.unit.template_loading import (
    expanded,
    only,
    properties,
    resource,
    value,
)


def test_the_stage_is_throttled_by_parameters() -> None:
    (setting,) = only("AWS::ApiGateway::Stage")["Properties"]["MethodSettings"]
    assert (setting["ResourcePath"], setting["HttpMethod"]) == ("/*", "*")
    assert setting["ThrottlingRateLimit"] == {"Ref": "ThrottleRatePerSecond"}
    assert setting["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert value(setting["ThrottlingRateLimit"]) > 0
    assert value(setting["ThrottlingBurstLimit"]) > 0


def test_the_stage_counts_requests_and_never_logs_bodies() -> None:
    (setting,) = only("AWS::ApiGateway::Stage")["Properties"]["MethodSettings"]
    assert setting["MetricsEnabled"] is True
    assert setting["DataTraceEnabled"] is False


def test_there_is_one_stage_and_it_is_live() -> None:
    """SAM used to make a second one, named "Stage", by way of the deployment; it would not be throttled."""
    assert only("AWS::ApiGateway::Stage")["Properties"]["StageName"] == "live"
    assert "StageName" not in only("AWS::ApiGateway::Deployment")["Properties"]


def test_bodies_reach_the_intake_as_the_bytes_that_were_sent() -> None:
    api = only("AWS::ApiGateway::RestApi")["Properties"]
    assert api["BinaryMediaTypes"] == ["*/*"]
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}


PUBLISHED = ("/forms/{form_id}/schema", "/forms/{form_id}/start", "/embed.js", "/openapi.json")


def test_each_route_is_the_intake_functions() -> None:
    paths = only("AWS::ApiGateway::RestApi")["Properties"]["Body"]["paths"]
    routes = {(path, method) for path, methods in paths.items() for method in methods if method != "parameters"}
    assert routes == {
        ("/forms/{form_id}", "post"),
        ("/forms/{form_id}", "options"),
        ("/forms/{form_id}", "get"),
        *((path, method) for path in PUBLISHED for method in ("get", "options")),
        ("/servlet/servlet.WebToLead", "post"),
        ("/servlet/servlet.WebToLead", "options"),
        ("/servlet/servlet.WebToLead", "get"),
        ("/submissions/{receipt}", "get"),
        ("/submissions/{receipt}", "options"),
        ("/submissions/{receipt}", "post"),
        ("/health", "get"),
    }
    for path, method in routes:
        integration = paths[path][method]["x-amazon-apigateway-integration"]
        assert integration["type"] == "aws_proxy"
        assert "${IntakeFunction.Arn}" in integration["uri"]["Fn::Sub"]


def gateway_responses() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = only("AWS::ApiGateway::RestApi")["Properties"]["Body"][
        "x-amazon-apigateway-gateway-responses"
    ]
    return found


@pytest.mark.parametrize(
    ("response", "status"), [("MISSING_AUTHENTICATION_TOKEN", 404), ("THROTTLED", 429), ("REQUEST_TOO_LARGE", 413)]
)
def test_what_api_gateway_answers_itself_has_the_status_that_it_means(response: str, status: int) -> None:
    found = gateway_responses()[response]
    assert int(found["statusCode"]) == status
    assert json.loads(found["responseTemplates"]["application/json"])["status"] == status


@pytest.mark.parametrize(
    "response", ["MISSING_AUTHENTICATION_TOKEN", "THROTTLED", "REQUEST_TOO_LARGE", "DEFAULT_4XX", "DEFAULT_5XX"]
)
def test_what_api_gateway_answers_itself_is_a_problem_document(response: str) -> None:
    """RFC 9457. A message of API Gateway's own could quote what was sent, so none is passed on."""
    found = gateway_responses()[response]
    assert found["responseParameters"]["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    (template,) = found["responseTemplates"].values()
    problem = json.loads(template)
    assert {"type", "title", "detail"} <= problem.keys()
    assert "$context.error" not in template


def test_whoever_is_throttled_is_told_when_to_try_again() -> None:
    assert gateway_responses()["THROTTLED"]["responseParameters"]["gatewayresponse.header.Retry-After"] == "'2'"


def test_the_access_log_is_off_unless_asked_for_and_holds_no_personal_data() -> None:
    assert expanded()["Parameters"]["EnableAccessLog"]["Default"] == "false"
    condition, setting, otherwise = only("AWS::ApiGateway::Stage")["Properties"]["AccessLogSetting"]["Fn::If"]
    assert (condition, otherwise) == ("AccessLogIsWanted", {"Ref": "AWS::NoValue"})
    assert resource("ApiAccessLogGroup")["Condition"] == "AccessLogIsWanted"
    assert set(json.loads(setting["Format"]).values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.error.responseType",
    }


def test_the_firewall_is_off_unless_asked_for_and_limits_each_sender_address() -> None:
    assert expanded()["Parameters"]["EnableWaf"]["Default"] == "false"
    firewall = resource("Firewall")
    assert firewall["Condition"] == resource("FirewallAssociation")["Condition"] == "WafIsWanted"
    (rule,) = firewall["Properties"]["Rules"]
    rate = rule["Statement"]["RateBasedStatement"]
    assert rate["AggregateKeyType"] == "IP"
    assert rate["EvaluationWindowSec"] == 300
    assert rate["Limit"] == {"Ref": "WafRequestsPerFiveMinutes"}
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_the_firewall_stands_before_the_live_stage() -> None:
    arn = properties("FirewallAssociation")["ResourceArn"]["Fn::Sub"]
    assert arn.endswith("::/restapis/${Api}/stages/${ApiliveStage}")


def test_the_firewall_keeps_no_samples_of_requests() -> None:
    """Samples show addresses and headers."""
    firewall = properties("Firewall")
    for shown in [firewall, *firewall["Rules"]]:
        assert shown["VisibilityConfig"]["SampledRequestsEnabled"] is False
