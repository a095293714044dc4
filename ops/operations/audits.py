"""What was erased and exported, and whether it was finished."""

from ops.stack import DeployedStack, output
from shared.privacy.audit import AUDIT_STATE, Audit


def all_audits(stack: DeployedStack) -> list[tuple[Audit, str]]:
    """Newest first, each with how it ended. Raises OpsError, ClientError and BotoCoreError."""
    from shared.aws.ledger import STATE_INDEX  # noqa: PLC0415 (boto3 comes along, which --help need not wait for)
    from shared.aws.person_rows import audits  # noqa: PLC0415

    table = output(stack, "SubmissionsTableName")
    everything = list(audits(stack.client("dynamodb"), table, STATE_INDEX, AUDIT_STATE))
    return [(one, _ended(one, everything)) for one in everything]


def _ended(audit: Audit, others: list[Audit]) -> str:
    if audit.reason == "done":
        return "done"
    same = (
        one
        for one in others
        if (one.action, one.person_keys, one.reason) == (audit.action, audit.person_keys, "done")
        and one.received_at > audit.received_at
        and one.salesforce >= audit.salesforce
    )
    return "by a later one" if next(same, None) else "not finished"
