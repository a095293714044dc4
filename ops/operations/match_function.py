"""Orders to the match function: it reads and changes people in Salesforce, since operators have no login there."""

from collections.abc import Mapping, Sequence
from typing import Any

from ops.errors import OpsError
from ops.operations.functions import answer_of
from ops.operations.orders import Operator
from ops.stack import DeployedStack
from shared.review.held_pairs import Decision, Seen
from shared.review.merging import Side


class MatchFunction:
    """Methods raise OpsError, ClientError and BotoCoreError. Every order can be given again without harm."""

    def __init__(self, stack: DeployedStack) -> None:
        self._stack = stack

    def look(self, record_ids: Sequence[str]) -> dict[str, Seen]:
        """By id, as they are today."""
        answer = self._order({"command": "look", "record_ids": list(record_ids)})
        return {one["record_id"]: Seen(**one) for one in answer["seen"]}

    def review(self, submission_id: str, take: Mapping[str, Side]) -> dict[str, Any]:
        """`pair`, or `refused` with a word."""
        return self._order({"command": "review", "submission_id": submission_id, "take": dict(take)})

    def decide(self, submission_id: str, decision: Decision, why: str, take: Mapping[str, Side]) -> dict[str, Any]:
        """`done`, or `refused` with a word."""
        order = {"submission_id": submission_id, "decision": decision, "why": why, "take": dict(take)}
        return self._order({"command": "decide", "by": Operator(self._stack).name, **order})

    def _order(self, order: dict[str, Any]) -> dict[str, Any]:
        return _content(answer_of(self._stack, "MatchFunctionName", order))


def _content(content: Any) -> dict[str, Any]:
    match content:
        case {"seen": list()} | {"pair": dict()} | {"done": dict()} | {"refused": str()}:
            answer: dict[str, Any] = content
            return answer
        case {"error": str(error)}:
            raise OpsError(f"The match function says: {error}")
        case _:
            raise OpsError("The match function failed. Its log says where; the same command can be given again.")
