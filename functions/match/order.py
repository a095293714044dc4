"""What an operator can ask of the match function: look at records, look at a held pair, decide about one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.review.held_pairs import Decision
from shared.review.merging import Side

type _RecordId = Annotated[str, Field(pattern=r"^(00Q|003)[0-9A-Za-z]{15}$")]
type _Take = Annotated[dict[Annotated[str, Field(max_length=80)], Side], Field(max_length=100)]


class Look(BaseModel):
    command: Literal["look"]
    record_ids: Annotated[list[_RecordId], Field(min_length=1, max_length=10)]


class _AboutAPair(BaseModel):
    submission_id: str
    take: _Take = {}


class Review(_AboutAPair):
    command: Literal["review"]


class Decide(_AboutAPair):
    command: Literal["decide"]
    decision: Decision
    by: Annotated[str, Field(min_length=1, max_length=100)]
    why: Annotated[str, Field(max_length=200)] = ""


type AnyOrder = Look | Review | Decide

_orders: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="command")])


def read_order(event: Mapping[str, Any]) -> AnyOrder:
    """Raises ValueError with a sentence that names what is wrong, without quoting it."""
    try:
        return _orders.validate_python(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"this order can't be read: {faults}") from None
