"""What an operator can ask of the replay function; each says by whom."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.spam.lists import Subject
from shared.submission import FieldValue

type Ids = Annotated[list[str], Field(min_length=1, max_length=100)]


class Order(BaseModel):
    by: Annotated[str, Field(min_length=1, max_length=100)]


class Replay(Order):
    command: Literal["replay"]
    submission_ids: Ids


class Edit(Order):
    command: Literal["edit"]
    submission_id: str
    fields: Annotated[dict[str, FieldValue], Field(min_length=1)]


class Discard(Order):
    command: Literal["discard"]
    submission_ids: Ids
    why: Annotated[str, Field(min_length=1, max_length=200)]


class Release(Order):
    command: Literal["release"]
    submission_ids: Ids
    teach: Subject | None = None


class DiscardSpam(Order):
    command: Literal["discard_spam"]
    submission_ids: Ids
    why: Annotated[str, Field(min_length=1, max_length=200)]
    block: Subject | None = None


class Reconcile(Order):
    command: Literal["reconcile"]


type AnyOrder = Replay | Edit | Discard | Release | DiscardSpam | Reconcile

_orders: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="command")])


def read_order(event: Mapping[str, Any]) -> AnyOrder:
    """Raises ValueError with a sentence that names what is wrong, without quoting it."""
    try:
        return _orders.validate_python(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"this order can't be read: {faults}") from None
