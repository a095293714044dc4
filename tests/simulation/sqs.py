"""SQS FIFO, stricter than any emulator: groups block, copies are dropped for five minutes, handles grow old.

What AWS documents and emulators pass over: while a message of a group is in flight, no other of that group is given;
a message that comes too often goes to the dead-letter queue; nothing lives longer than the retention; group and
deduplication ids are of visible ASCII; a message is hidden for twelve hours at the most.
"""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.calls import Storm, aws_call, refusal
from tests.simulation.world import DAY, HOUR, World

RETENTION: Final = 14 * DAY
DEDUPLICATED: Final = 300.0
HIDDEN: Final = 780.0
"""Seconds; a test holds it to the template."""
LONGEST_HIDDEN: Final = 12 * HOUR
LARGEST: Final = 256 * 1024
_ID: Final = re.compile(r"[!-~]{1,128}")
_BODY: Final = re.compile(r"[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@dataclass
class Message:
    message_id: str
    body: str
    group: str
    deduplication: str
    sent_at: float
    visible_at: float
    receives: int = 0
    handle: str = ""
    first_taken_at: float = 0.0


@dataclass
class Queue:
    """One FIFO queue. `on_change` is called when something may have become visible."""

    world: World
    name: str
    visibility: float
    most_receives: int = 0
    dead_letters: "Queue | None" = None
    groups: dict[str, list[Message]] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    sent: list[tuple[str, str]] = field(default_factory=list)
    """All that ever were, each with its group, for the checks."""
    on_change: Callable[[float], None] = lambda _seconds: None
    _by_id: dict[str, Message] = field(default_factory=dict)
    _numbers: Any = field(default_factory=itertools.count)

    def send(self, body: str, group: str, deduplication: str) -> None:
        if not (_ID.fullmatch(group) and _ID.fullmatch(deduplication) and _BODY.fullmatch(body)):
            raise refusal("InvalidParameterValue")
        if len(body.encode()) > LARGEST:
            raise refusal("InvalidParameterValue")
        if self.world.now - self.seen.get(deduplication, float("-inf")) < DEDUPLICATED:
            return
        self.seen[deduplication] = self.world.now
        self.sent.append((body, group))
        self._add(body, group, deduplication)

    def _add(self, body: str, group: str, deduplication: str) -> None:
        now = self.world.now
        message = Message(f"{self.name}-{next(self._numbers)}", body, group, deduplication, now, now)
        self.groups.setdefault(group, []).append(message)
        self._by_id[message.message_id] = message
        self.on_change(0.02)

    def receive(self, most: int, hidden: float | None = None) -> list[Message]:
        """The oldest groups first; several of one group in their order."""
        now = self.world.now
        taken: list[Message] = []
        ended: list[str] = []
        for group, messages in self.groups.items():
            if len(taken) == most:
                break
            self._forget_the_old(messages)
            if any(one.visible_at > now for one in messages):
                continue
            taken += self._taken(messages, most - len(taken), now + (self.visibility if hidden is None else hidden))
            if not messages:
                ended.append(group)
        for group in ended:
            del self.groups[group]
        for message in taken:
            self.on_change(message.visible_at - now + 0.001)
        return taken

    def _forget_the_old(self, messages: list[Message]) -> None:
        while messages and self.world.now - messages[0].sent_at >= RETENTION:
            del self._by_id[messages.pop(0).message_id]

    def _taken(self, messages: list[Message], most: int, hidden_until: float) -> list[Message]:
        taken: list[Message] = []
        for message in list(messages):
            if len(taken) == most:
                break
            if self.most_receives and message.receives >= self.most_receives and self.dead_letters:
                messages.remove(message)
                del self._by_id[message.message_id]
                self.dead_letters._add(message.body, message.group, message.deduplication)
                continue
            message.receives += 1
            message.first_taken_at = self.world.now
            message.visible_at = hidden_until
            message.handle = f"{message.message_id}.{message.receives}"
            taken.append(message)
        return taken

    def _in_flight(self, handle: str) -> Message | None:
        message = self._by_id.get(handle.rpartition(".")[0])
        return message if message and message.handle == handle and message.visible_at > self.world.now else None

    def is_in_flight(self, message: Message, handle: str) -> bool:
        return self._in_flight(handle) is message

    def delete(self, handle: str) -> None:
        """An old handle deletes nothing: whoever has the message now will."""
        if message := self._in_flight(handle):
            del self._by_id[message.message_id]
            self.groups[message.group].remove(message)
            if not self.groups[message.group]:
                del self.groups[message.group]
            self.on_change(0.001)

    def hide(self, handle: str, seconds: int) -> None:
        message = self._in_flight(handle)
        if message is None:
            raise refusal("MessageNotInflight")
        end = self.world.now + seconds
        if not 0 <= seconds <= LONGEST_HIDDEN or end > message.first_taken_at + LONGEST_HIDDEN:
            raise refusal("InvalidParameterValue")
        message.visible_at = end
        self.on_change(seconds + 0.001)

    def messages(self) -> list[Message]:
        return [one for messages in self.groups.values() for one in messages]


@dataclass
class SqsClient:
    """As boto3's, for the calls that the product makes. Queues are known by their URLs."""

    queues: dict[str, Queue]
    storm: Storm
    world: World

    def _call(self, what: str, do: Callable[[], Any]) -> Any:
        return aws_call(self.world, self.storm, f"sqs:{what}", do)

    def send_message(self, **asked: Any) -> Any:
        queue = self.queues[asked["QueueUrl"]]
        message = asked["MessageBody"], asked["MessageGroupId"], asked["MessageDeduplicationId"]
        return self._call(f"SendMessage {queue.name}", lambda: queue.send(*message))

    def change_message_visibility(self, **asked: Any) -> Any:
        queue = self.queues[asked["QueueUrl"]]
        what = asked["ReceiptHandle"], asked["VisibilityTimeout"]
        return self._call(f"ChangeMessageVisibility {queue.name}", lambda: queue.hide(*what))

    def receive_message(self, **asked: Any) -> Any:
        queue = self.queues[asked["QueueUrl"]]

        def do() -> Any:
            found = queue.receive(asked["MaxNumberOfMessages"], asked["VisibilityTimeout"])
            return {"Messages": [{"Body": one.body, "ReceiptHandle": one.handle} for one in found]} if found else {}

        return self._call(f"ReceiveMessage {queue.name}", do)

    def delete_message(self, **asked: Any) -> Any:
        queue = self.queues[asked["QueueUrl"]]
        return self._call(f"DeleteMessage {queue.name}", lambda: queue.delete(asked["ReceiptHandle"]))


def submission_of(message: Message) -> str:
    return str(json.loads(message.body).get("submission_id", ""))


def was_given_up(message: Message) -> bool:
    """Whether SQS itself moved it to the dead letters, as it was."""
    return "reason" not in json.loads(message.body)
