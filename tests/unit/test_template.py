"""What the expanded template must hold to, however it is rewritten: delivery, least privilege, encryption, alarms."""

import json
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from scripts.sam_template import PROJECT
from shared.aws.ledger import STATE_INDEX
from shared.aws.person_locks import LEASE
from shared.crm import CALL_ENDS_AFTER
from shared.observability import NAMESPACE
from shared.privacy.retention import TOLD_BEFORE
from tests.unit.template_loading import (
    Resource,
    as_list,
    dashboard,
    expanded,
    of_type,
    only,
    properties,
    resource,
    statements,
    target,
    texts,
    value,
    written,
)

FOURTEEN_DAYS = 14 * 24 * 60 * 60
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
FUNCTIONS = [
    "BackfillFunction",
    "FormsCheckFunction",
    "IntakeFunction",
    "MatchFunction",
    "PrivacyFunction",
    "ProcessorFunction",
    "ReplayFunction",
    "RequeueFunction",
]
STEPS = {"FormsCheckFunction": "forms_check"}
"""Names of the folders, where they are more than the function's in lower case."""
QUEUES = ["SubmissionQueue", "DeadLetterQueue"]
TABLES = ["SubmissionsTable", "PersonLocksTable", "SpamMemoryTable"]
every_function = pytest.mark.parametrize("function", FUNCTIONS)
every_queue = pytest.mark.parametrize("queue", QUEUES)
every_table = pytest.mark.parametrize("table", TABLES)


def step(function: str) -> str:
    """The folder of a function."""
    return STEPS.get(function, function.removesuffix("Function").lower())


def allowed(role: str) -> dict[str, set[str]]:
    """Actions by the logical id of what they may touch."""
    found: dict[str, set[str]] = {}
    for statement in statements(resource(role)):
        assert statement["Effect"] == "Allow"
        for node in as_list(statement["Resource"]):
            found.setdefault(target(node), set()).update(as_list(statement["Action"]))
    return found


# --- functions --------------------------------------------------------------------------------------------------


def test_the_functions_are_the_steps_of_the_flow_what_operators_ask_and_the_check_of_the_forms() -> None:
    """A new function must be added to the list above, so that every rule below is held against it too."""
    assert sorted(of_type("AWS::Lambda::Function")) == FUNCTIONS


@every_function
def test_each_function_runs_python_3_13_on_the_architecture_that_is_asked_for(function: str) -> None:
    assert properties(function)["Runtime"] == "python3.13"
    assert properties(function)["Architectures"] == [{"Ref": "Architecture"}]


@every_function
def test_each_function_is_one_small_folder_with_an_explicit_parent_package(function: str) -> None:
    """Then `functions.<step>.app` is the same import in Lambda, in tests and on the local stack."""
    folder = step(function)
    as_written = written()["Resources"][function]
    assert as_written["Metadata"]["BuildProperties"] == {
        "ParentPackageMode": "explicit",
        "ParentPackages": f"functions.{folder}",
    }
    assert as_written["Properties"]["CodeUri"] == f"functions/{folder}/"
    assert as_written["Properties"]["Handler"] == f"functions.{folder}.app.handler"


def test_every_layer_is_built_for_the_architecture_that_is_asked_for() -> None:
    layers = [one for one in written()["Resources"].values() if one["Type"] == "AWS::Serverless::LayerVersion"]
    assert len(layers) == 2
    for layer in layers:
        assert layer["Metadata"]["BuildMethod"] == "python3.13"
        assert layer["Metadata"]["BuildArchitecture"] == {"Ref": "Architecture"}


def test_shared_code_has_a_layer_of_its_own_with_an_explicit_parent_package() -> None:
    """In one layer with the dependencies, a dependency with its own top-level `shared` would win."""
    layer = written()["Resources"]["SharedCodeLayer"]
    assert layer["Properties"]["ContentUri"] == "shared/"
    assert layer["Metadata"]["BuildProperties"] == {"ParentPackageMode": "explicit", "ParentPackages": "shared"}


@every_function
def test_no_function_has_a_secret_in_its_environment(function: str) -> None:
    """Values are names and addresses of what the stack made, the stack's name, or words known to be harmless."""
    harmless_words = {NAMESPACE, "INFO"}
    harmless_parameters = {
        "AWS::StackName",
        "CaptchaEndpoints",
        "ExtraOrigins",
        "SalesforceApiReserve",
        "SalesforceMatchKeys",
    }
    named = {"AWS::DynamoDB::Table", "AWS::SQS::Queue"}
    for name, node in properties(function)["Environment"]["Variables"].items():
        match node:
            case str(word):
                assert word in harmless_words, name
            case {"Ref": str(reference)}:
                assert reference in harmless_parameters or resource(reference)["Type"] in named, name
            case {"Fn::GetAtt": [str(reference), "Id"]}:
                # The ARN, which is not the value. `Ref` would be it too, but not on every emulator.
                assert resource(reference)["Type"] == "AWS::SecretsManager::Secret", name
            case _:
                pytest.fail(f"{name} is set to something this test does not know")


@every_function
def test_each_function_writes_to_its_own_log_group_which_is_kept_for_a_limited_time(function: str) -> None:
    group = function.removesuffix("Function") + "LogGroup"
    assert properties(function)["LoggingConfig"] == {"LogGroup": {"Ref": group}}
    name = step(function).replace("_", "-")
    assert properties(group)["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"}


def test_every_log_group_has_a_retention() -> None:
    for name, group in of_type("AWS::Logs::LogGroup").items():
        assert value(group["Properties"]["RetentionInDays"]) == 30, name


def test_the_intake_gives_up_before_api_gateway_does() -> None:
    """API Gateway waits 29 seconds and then answers for us, without a word in our log."""
    assert properties("IntakeFunction")["Timeout"] < 29


# --- roles ------------------------------------------------------------------------------------------------------


def test_every_function_has_a_role_that_no_other_uses() -> None:
    roles = [target(one["Properties"]["Role"]) for one in of_type("AWS::Lambda::Function").values()]
    assert Counter(roles) == Counter(f"{name.removesuffix('Function')}Role" for name in FUNCTIONS)


def test_permissions_stand_in_the_roles_themselves() -> None:
    """A managed policy is somebody else's list of actions, with stars in it."""
    assert not any(one["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"} for one in resources())
    for name, role in of_type("AWS::IAM::Role").items():
        assert not role["Properties"].get("ManagedPolicyArns"), name


def test_no_role_allows_a_star_action() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            assert "NotAction" not in statement, name
            assert not [action for action in as_list(statement["Action"]) if "*" in action], name


def test_no_role_allows_a_star_resource() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        for statement in statements(role):
            assert "NotResource" not in statement, name
            assert not [text for text in texts(statement["Resource"]) if "*" in text], name


def test_every_statement_of_a_role_has_a_name() -> None:
    """By which the test that takes statements away one by one says which it took."""
    for name, role in of_type("AWS::IAM::Role").items():
        sids = [statement.get("Sid") for statement in statements(role)]
        assert all(sids), name
        assert len(set(sids)) == len(sids), name


@pytest.mark.parametrize(
    ("role", "needs"),
    [
        (
            "IntakeRole",
            {
                "SubmissionsTable": {"dynamodb:PutItem", "dynamodb:GetItem"},
                "SubmissionQueue": {"sqs:SendMessage"},
                "PersonKeySecret": {"secretsmanager:GetSecretValue"},
                "IntakeSecret": {"secretsmanager:GetSecretValue"},
                "SpamMemoryTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
                "IntakeLogGroup": LOGS,
            },
        ),
        (
            "ProcessorRole",
            {
                "SubmissionQueue": {
                    "sqs:ReceiveMessage",
                    "sqs:DeleteMessage",
                    "sqs:GetQueueAttributes",
                    "sqs:ChangeMessageVisibility",
                },
                "SubmissionsTable": {"dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
                "PersonLocksTable": {"dynamodb:PutItem", "dynamodb:DeleteItem"},
                "DeadLetterQueue": {"sqs:SendMessage"},
                "SalesforceSecret": {"secretsmanager:GetSecretValue"},
                "ProcessorLogGroup": LOGS,
            },
        ),
        (
            "ReplayRole",
            {
                "SubmissionsTable": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
                "SubmissionQueue": {"sqs:SendMessage"},
                "DeadLetterQueue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"},
                "PersonKeySecret": {"secretsmanager:GetSecretValue"},
                "SpamMemoryTable": {"dynamodb:PutItem"},
                "ReplayLogGroup": LOGS,
            },
        ),
        (
            "MatchRole",
            {
                "SubmissionsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
                "SalesforceSecret": {"secretsmanager:GetSecretValue"},
                "MatchLogGroup": LOGS,
            },
        ),
        (
            "RequeueRole",
            {
                "SubmissionsTable": {"dynamodb:Query", "dynamodb:UpdateItem"},
                "SubmissionQueue": {"sqs:SendMessage"},
                "RequeueLogGroup": LOGS,
            },
        ),
        ("RequeueScheduleRole", {"RequeueFunction": {"lambda:InvokeFunction"}}),
        (
            "FormsCheckRole",
            {"SalesforceSecret": {"secretsmanager:GetSecretValue"}, "FormsCheckLogGroup": LOGS},
        ),
        (
            "BackfillRole",
            {"SalesforceSecret": {"secretsmanager:GetSecretValue"}, "BackfillLogGroup": LOGS},
        ),
        (
            "PrivacyRole",
            {
                "SubmissionsTable": {"dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Query"},
                "PersonLocksTable": {"dynamodb:PutItem", "dynamodb:DeleteItem"},
                "SpamMemoryTable": {"dynamodb:BatchGetItem", "dynamodb:DeleteItem"},
                "DeadLetterQueue": {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"},
                "PersonKeySecret": {"secretsmanager:GetSecretValue"},
                "SalesforceSecret": {"secretsmanager:GetSecretValue"},
                "PrivacyLogGroup": LOGS,
            },
        ),
        ("PrivacyScheduleRole", {"PrivacyFunction": {"lambda:InvokeFunction"}}),
        ("FormsCheckScheduleRole", {"FormsCheckFunction": {"lambda:InvokeFunction"}}),
    ],
)
def test_each_role_allows_what_its_step_does_and_nothing_more(role: str, needs: dict[str, set[str]]) -> None:
    assert allowed(role) == needs


@pytest.mark.parametrize("role", ["RequeueRole", "PrivacyRole"])
def test_only_the_index_is_queried(role: str) -> None:
    """Querying the table itself would need no more than a submission's id; the index is what lists them."""
    (query,) = [one for one in statements(resource(role)) if "dynamodb:Query" in as_list(one["Action"])]
    assert query["Resource"] == {"Fn::Sub": f"${{SubmissionsTable.Arn}}/index/{STATE_INDEX}"}


def test_only_the_service_that_needs_a_role_can_take_it_on() -> None:
    for name, role in of_type("AWS::IAM::Role").items():
        (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        service = "scheduler" if name.endswith("ScheduleRole") else "lambda"
        assert trust["Principal"] == {"Service": f"{service}.amazonaws.com"}, name


@pytest.mark.parametrize("role", ["RequeueScheduleRole", "FormsCheckScheduleRole", "PrivacyScheduleRole"])
def test_schedules_of_other_accounts_can_not_borrow_a_scheduler_role(role: str) -> None:
    (trust,) = properties(role)["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


# --- queues -----------------------------------------------------------------------------------------------------


def test_the_queues_are_the_two_of_the_flow() -> None:
    assert sorted(of_type("AWS::SQS::Queue")) == sorted(QUEUES)


def test_messages_that_can_not_be_processed_go_to_the_dead_letter_queue() -> None:
    assert target(properties("SubmissionQueue")["RedrivePolicy"]["deadLetterTargetArn"]) == "DeadLetterQueue"


def test_an_outage_of_salesforce_over_the_holidays_uses_up_no_message() -> None:
    """13 days at one try an hour."""
    assert properties("SubmissionQueue")["RedrivePolicy"]["maxReceiveCount"] >= 13 * 24


@every_queue
def test_each_queue_is_a_fifo_queue_whose_order_and_throughput_hold_for_one_person(queue: str) -> None:
    """SQS moves messages of a FIFO queue only to a FIFO queue. The sender says what a duplicate is."""
    found = properties(queue)
    assert found["FifoQueue"] is True
    assert found["ContentBasedDeduplication"] is False
    assert found["DeduplicationScope"] == "messageGroup"
    assert found["FifoThroughputLimit"] == "perMessageGroupId"
    assert found["QueueName"]["Fn::Sub"].endswith(".fifo")


@every_queue
def test_each_queue_keeps_messages_as_long_as_sqs_can(queue: str) -> None:
    assert properties(queue)["MessageRetentionPeriod"] == FOURTEEN_DAYS


@every_queue
def test_each_queue_is_encrypted(queue: str) -> None:
    assert properties(queue)["SqsManagedSseEnabled"] is True


@every_queue
def test_each_queue_refuses_what_is_not_sent_over_tls(queue: str) -> None:
    """The exception is the emulator's account number, which AWS gives to nobody."""
    (policy,) = [
        one["Properties"]
        for one in of_type("AWS::SQS::QueuePolicy").values()
        if one["Properties"]["Queues"] == [{"Ref": queue}] and "Condition" not in one
    ]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": {"Fn::GetAtt": [queue, "Arn"]},
            "Condition": {
                "Bool": {"aws:SecureTransport": "false"},
                "StringNotEquals": {"aws:ResourceAccount": "000000000000"},
            },
        }
    ]


def test_only_the_submission_queue_may_use_the_dead_letter_queue() -> None:
    allow = properties("DeadLetterQueue")["RedriveAllowPolicy"]
    name = properties("SubmissionQueue")["QueueName"]["Fn::Sub"]
    (source,) = allow["sourceQueueArns"]
    assert allow["redrivePermission"] == "byQueue"
    assert source["Fn::Sub"].rpartition(":")[2] == name.rpartition(":")[2]
    assert properties("SubmissionQueue")["RedriveAllowPolicy"] == {"redrivePermission": "denyAll"}


def test_a_message_stays_hidden_six_times_as_long_as_the_processor_may_take() -> None:
    visible_after = properties("SubmissionQueue")["VisibilityTimeout"]
    window = only("AWS::Lambda::EventSourceMapping")["Properties"].get("MaximumBatchingWindowInSeconds", 0)
    assert visible_after >= 6 * properties("ProcessorFunction")["Timeout"] + window


def test_what_a_killed_run_sent_has_ended_when_its_messages_come_back() -> None:
    """Its locks have ended as well, or the redelivery would have to wait for its own dead run."""
    assert properties("SubmissionQueue")["VisibilityTimeout"] > LEASE >= CALL_ENDS_AFTER.total_seconds() >= 600


# --- from the queue to the processor ------------------------------------------------------------------------------


def test_one_failed_message_does_not_repeat_its_whole_batch() -> None:
    """Without this the processor's partial answer is ignored, and so its failures would be acknowledged."""
    mapping = only("AWS::Lambda::EventSourceMapping")["Properties"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert target(mapping["EventSourceArn"]) == "SubmissionQueue"
    assert target(mapping["FunctionName"]) == "ProcessorFunction"


def test_a_batch_is_no_larger_than_one_salesforce_look_up() -> None:
    assert only("AWS::Lambda::EventSourceMapping")["Properties"]["BatchSize"] == 10


def test_the_pollers_take_no_more_than_the_processor_can() -> None:
    """Otherwise messages that never ran are counted as received and end on the dead-letter queue."""
    mapping = only("AWS::Lambda::EventSourceMapping")["Properties"]
    pollers = mapping["ScalingConfig"]["MaximumConcurrency"]
    assert pollers == {"Ref": "ProcessorMaxConcurrency"}
    reserved = properties("ProcessorFunction").get("ReservedConcurrentExecutions")
    assert reserved is None or reserved == pollers or value(reserved) >= value(pollers)


# --- tables -----------------------------------------------------------------------------------------------------


def test_the_tables_are_the_two_of_the_flow_and_the_one_against_spam() -> None:
    assert sorted(of_type("AWS::DynamoDB::Table")) == sorted(TABLES)


@every_table
def test_each_table_is_encrypted_sweeps_up_by_itself_and_costs_nothing_when_idle(table: str) -> None:
    found = properties(table)
    assert found["SSESpecification"] == {"SSEEnabled": True}
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert found["BillingMode"] == "PAY_PER_REQUEST"


@every_table
def test_each_table_refuses_what_is_not_sent_over_tls(table: str) -> None:
    """The exception is the emulator's account number. The resource is the table that the policy is on."""
    assert properties(table)["ResourcePolicy"]["PolicyDocument"]["Statement"] == [
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "dynamodb:*",
            "Resource": "*",
            "Condition": {
                "Bool": {"aws:SecureTransport": "false"},
                "StringNotEquals": {"aws:ResourceAccount": "000000000000"},
            },
        }
    ]


@pytest.mark.parametrize(
    ("table", "key"),
    [("SubmissionsTable", "submission_id"), ("PersonLocksTable", "lock_key"), ("SpamMemoryTable", "entry")],
)
def test_each_table_has_one_key(table: str, key: str) -> None:
    assert properties(table)["KeySchema"] == [{"AttributeName": key, "KeyType": "HASH"}]


def test_submissions_can_be_restored_to_any_second() -> None:
    recovery = properties("SubmissionsTable")["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_deleting_the_stack_or_the_table_does_not_delete_submissions_by_mistake() -> None:
    table = resource("SubmissionsTable")
    assert table["DeletionPolicy"] == "Retain"
    assert table["UpdateReplacePolicy"] == "Retain"
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["TableIsProtected", True, False]}
    assert expanded()["Parameters"]["DeletionProtection"]["Default"] == "true"


def test_the_index_lists_one_state_oldest_first_and_holds_no_personal_data() -> None:
    (index,) = properties("SubmissionsTable")["GlobalSecondaryIndexes"]
    assert index["IndexName"] == STATE_INDEX
    assert index["KeySchema"] == [
        {"AttributeName": "state", "KeyType": "HASH"},
        {"AttributeName": "received_at", "KeyType": "RANGE"},
    ]
    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    assert set(index["Projection"]["NonKeyAttributes"]) == {
        "form_id",
        "due_at",
        "reason",
        "replay_count",
        "requeue_count",
        "person_keys",
    }


# --- secrets ----------------------------------------------------------------------------------------------------


def test_the_person_key_is_made_by_aws_is_long_enough_and_outlives_the_stack() -> None:
    """Group ids stay in the rows: without their key a replay could not compute them again."""
    secret = resource("PersonKeySecret")
    made = secret["Properties"]["GenerateSecretString"]
    assert "SecretString" not in secret["Properties"]
    assert made["GenerateStringKey"] == "person_key"
    assert json.loads(made["SecretStringTemplate"]) == {}
    assert made["PasswordLength"] >= 64
    assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"] == "Retain"


def test_no_credentials_pass_through_the_template() -> None:
    for name in ("SalesforceSecret", "IntakeSecret"):
        assert set(properties(name)) == {"Description"}
    assert not [text for text in texts(expanded()) if "{{resolve:" in text]


# --- API --------------------------------------------------------------------------------------------------------


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


# --- schedules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "rate"),
    [
        ("RequeueFunction", "rate(1 minute)"),
        ("FormsCheckFunction", "rate(1 hour)"),
        ("PrivacyFunction", "rate(1 day)"),
    ],
)
def test_a_scheduled_function_is_started_in_time_and_never_twice_for_one(function: str, rate: str) -> None:
    schedules = [one["Properties"] for one in of_type("AWS::Scheduler::Schedule").values()]
    assert len(schedules) == 3
    (schedule,) = [one for one in schedules if target(one["Target"]["Arn"]) == function]
    assert schedule["ScheduleExpression"] == rate
    assert target(schedule["Target"]["RoleArn"]) == function.replace("Function", "ScheduleRole")
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0


def test_lambda_repeats_nothing_that_was_started_asynchronously() -> None:
    configured = of_type("AWS::Lambda::EventInvokeConfig").values()
    assert {target(one["Properties"]["FunctionName"]) for one in configured} == {
        "ReplayFunction",
        "MatchFunction",
        "RequeueFunction",
        "FormsCheckFunction",
        "BackfillFunction",
        "PrivacyFunction",
    }
    for one in configured:
        assert one["Properties"]["MaximumRetryAttempts"] == 0


# --- alarms -----------------------------------------------------------------------------------------------------


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


def test_suspected_spam_that_nobody_looked_at_raises_an_alarm_of_its_own_before_the_table_drops_it() -> None:
    assert threshold("QuarantineEndingAlarm") == (NAMESPACE, "QuarantineEndsSoon", "Maximum", 0, "notBreaching")
    assert dimensions("QuarantineEndingAlarm") == {"service": {"Ref": "AWS::StackName"}}
    assert properties("QuarantineEndingAlarm")["Period"] == 24 * 60 * 60, "it is counted once a day"


def test_the_privacy_function_gives_letters_back_before_another_sees_them() -> None:
    assert properties("PrivacyFunction")["Timeout"] < properties("DeadLetterQueue")["VisibilityTimeout"]


def test_no_alarm_is_metric_math() -> None:
    """The local stack's emulator refuses it, and then nothing is deployed there."""
    assert not [name for name, one in of_type("AWS::CloudWatch::Alarm").items() if "Metrics" in one["Properties"]]


def test_the_processor_keeps_the_reserve_that_is_asked_for() -> None:
    variables = properties("ProcessorFunction")["Environment"]["Variables"]
    assert variables["API_RESERVE_PERCENT"] == {"Ref": "SalesforceApiReserve"}
    parameter = expanded()["Parameters"]["SalesforceApiReserve"]
    assert (parameter["Type"], parameter["Default"]) == ("Number", 10)
    assert (parameter["MinValue"], parameter["MaxValue"]) == (0, 90)


def test_the_backfill_keeps_the_same_reserve_and_ends_before_operators_stop_waiting() -> None:
    variables = properties("BackfillFunction")["Environment"]["Variables"]
    assert variables["API_RESERVE_PERCENT"] == {"Ref": "SalesforceApiReserve"}
    assert properties("BackfillFunction")["Timeout"] <= 120


def test_match_keys_are_off_unless_asked_for_and_the_check_of_the_forms_knows() -> None:
    parameter = expanded()["Parameters"]["SalesforceMatchKeys"]
    assert (parameter["Default"], parameter["AllowedValues"]) == ("no", ["yes", "no"])
    users = [name for name in FUNCTIONS if "MATCH_KEYS" in properties(name)["Environment"]["Variables"]]
    assert users == ["FormsCheckFunction", "ProcessorFunction"]
    for name in users:
        assert properties(name)["Environment"]["Variables"]["MATCH_KEYS"] == {"Ref": "SalesforceMatchKeys"}


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


# --- dashboard and outputs ----------------------------------------------------------------------------------------


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


def test_the_outputs_are_what_the_command_line_and_the_local_stack_look_for() -> None:
    assert set(expanded()["Outputs"]) == {
        "ApiUrl",
        "SubmissionQueueUrl",
        "DeadLetterQueueUrl",
        "SubmissionsTableName",
        "PersonLocksTableName",
        "SpamMemoryTableName",
        "ReplayFunctionName",
        "MatchFunctionName",
        "FormsCheckFunctionName",
        "BackfillFunctionName",
        "PrivacyFunctionName",
        "IntakeSecretArn",
        "SalesforceSecretArn",
        "DashboardUrl",
    }


def resources() -> list[Resource]:
    return list(expanded()["Resources"].values())
