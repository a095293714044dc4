"""SQS: the FIFO queue of submissions to process and the FIFO dead-letter queue. Both hold ids, never people."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from shared.aws.errors import failure
from shared.submission import timestamp

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

MESSAGE_VERSION: Final = 1
MAX_DELAY: Final = 11 * 60 * 60
"""Seconds. SQS hides a message for 12 hours at most, counted from its delivery, of which our run has used a part."""
_ID: Final = re.compile(r"[!-~]{1,128}")
"""What AWS takes as group and deduplication id; emulators take more, so we check ourselves."""
LOOK_SECONDS: Final = 180
"""Longer than the replay function's 120 s, so that a letter seen by one run is not handed to it a second time."""
_BATCH: Final = 10


class SubmissionQueue:
    """Methods raise TransientError or ConfigurationError when SQS does not do as asked."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, submission_id: str, *, group: str, replay: int = 0) -> None:
        """Safe to repeat: within five minutes SQS drops the copy, later the processor sees a settled row."""
        # Never a hash of the content: two honest submissions with the same text are two.
        deduplication = f"{submission_id}.{replay}" if replay else submission_id
        _send(
            self._client,
            self._url,
            {"submission_id": submission_id},
            group=group,
            deduplication=deduplication,
        )

    def delay(self, receipt_handle: str, seconds: int) -> None:
        """Hides a message for so many seconds before SQS delivers it, and the rest of its group, again."""
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt_handle, VisibilityTimeout=min(seconds, MAX_DELAY)
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "sqs") from None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message as it lies on the dead-letter queue; `submission_id` is '' where the body can't be read.

    `replay` counts the replays before the rejection; None where SQS itself moved the queue's message as it was.
    """

    submission_id: str
    receipt_handle: str
    replay: int | None


class DeadLetterQueue:
    """Methods raise TransientError or ConfigurationError when SQS does not do as asked."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, submission_id: str, *, reason: str, form_id: str, group: str, replay: int, now: datetime) -> None:
        body: dict[str, str | int] = {
            "submission_id": submission_id,
            "reason": reason,
            "form_id": form_id,
            "replay": replay,
            "rejected_at": timestamp(now),
        }
        _send(self._client, self._url, body, group=group, deduplication=f"{submission_id}.{replay}")

    def messages(self) -> Iterator[DeadLetter]:
        """Each message once; those not deleted come back by themselves after three minutes."""
        while True:
            try:
                answer = self._client.receive_message(
                    QueueUrl=self._url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=LOOK_SECONDS, WaitTimeSeconds=1
                )
            except (ClientError, BotoCoreError) as error:
                raise failure(error, "sqs") from None
            if not answer.get("Messages"):
                return
            for message in answer["Messages"]:
                yield _dead_letter(message)

    def delete(self, letter: DeadLetter) -> None:
        try:
            self._client.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt_handle)
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "sqs") from None

    def release(self, letter: DeadLetter) -> None:
        """Back on the queue at once, so that the count of dead letters stays true."""
        try:
            self._client.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
            )
        except (ClientError, BotoCoreError) as error:
            raise failure(error, "sqs") from None


def submission_id_in(body: str) -> str:
    """'' where the body is not one of ours."""
    submission_id = _content(body).get("submission_id", "")
    return submission_id if isinstance(submission_id, str) else ""


def _content(body: str) -> dict[str, object]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _dead_letter(message: "MessageTypeDef") -> DeadLetter:
    body = message.get("Body", "")
    replay = _content(body).get("replay")
    return DeadLetter(
        submission_id_in(body), message.get("ReceiptHandle", ""), replay=replay if isinstance(replay, int) else None
    )


def _send(client: "SQSClient", url: str, content: Mapping[str, str | int], *, group: str, deduplication: str) -> None:
    if not _ID.fullmatch(group) or not _ID.fullmatch(deduplication):
        raise ValueError("SQS takes group and deduplication ids of 1 to 128 visible ASCII characters")
    try:
        client.send_message(
            QueueUrl=url,
            MessageBody=json.dumps({"version": MESSAGE_VERSION, **content}),
            MessageGroupId=group,
            MessageDeduplicationId=deduplication,
        )
    except (ClientError, BotoCoreError) as error:
        raise failure(error, "sqs") from None
