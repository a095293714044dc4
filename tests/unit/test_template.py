"""What the expanded template must hold to, however it is rewritten: delivery, least privilege, encryption, alarms."""

import json
from collections import Counter

import pytest

from functions.privacy import app as privacy
from shared.aws.ledger import STATE_INDEX
from shared.aws.person_locks import LEASE, LONGEST_RUN
from shared.crm import CALL_ENDS_AFTER
from shared.observability import NAMESPACE
from tests.unit.template_loading import (
    Resource,
    as_list,
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
                "PersonKeySecret": {"secretsmanager:GetSecretValue"},
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
    """Its locks have ended as well, or the redelivery would have to wait for its own dead run.

    They began with it, and its last write may have been sent at its end.
    """
    assert properties("ProcessorFunction")["Timeout"] <= LONGEST_RUN
    assert CALL_ENDS_AFTER.total_seconds() >= 600 + 60
    assert properties("SubmissionQueue")["VisibilityTimeout"] > LEASE > CALL_ENDS_AFTER.total_seconds() + LONGEST_RUN


def test_an_erasure_s_locks_outlast_what_it_may_send_last() -> None:
    """It may run longer than a processor: a Lead that it has deleted in its last second goes ten minutes later."""
    assert properties("PrivacyFunction")["Timeout"] <= privacy.LONGEST_RUN


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


# --- parameters and outputs ------------------------------------------------------------------------------------


def test_the_privacy_function_gives_letters_back_before_another_sees_them() -> None:
    assert properties("PrivacyFunction")["Timeout"] < properties("DeadLetterQueue")["VisibilityTimeout"]


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
