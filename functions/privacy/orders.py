"""What can be asked of the privacy function: the steps of an erasure or a copy. Without a command it is the clock."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shared.privacy.audit import Progress

type _Ids = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]
"""Of submissions; to `keep` of Leads, too."""
type _Who = Annotated[str, Field(min_length=1, max_length=100)]


class OfAPerson(BaseModel):
    """`phone` is a number with its country, or ''."""

    email: Annotated[str, Field(min_length=3, max_length=254)]
    phone: Annotated[str, Field(max_length=40)] = ""


class Find(OfAPerson):
    command: Literal["find"]
    after: Annotated[str, Field(max_length=64)] = ""


class Begin(OfAPerson):
    command: Literal["begin"]
    action: Literal["erase", "export"]
    by: _Who
    salesforce: bool = False


class Erase(OfAPerson):
    command: Literal["erase"]
    submission_ids: _Ids
    also: _Ids = []
    by: _Who


class Letters(BaseModel):
    command: Literal["letters"]
    submission_ids: Annotated[list[str], Field(max_length=20_000)]


class Taught(OfAPerson):
    command: Literal["taught"]


class Forget(OfAPerson):
    command: Literal["forget"]


class Look(OfAPerson):
    command: Literal["look"]
    submission_ids: _Ids = []
    keep: _Ids = []
    everything: bool = False


class Delete(OfAPerson):
    command: Literal["delete"]
    submission_ids: _Ids = []
    keep: _Ids = []


class End(BaseModel):
    command: Literal["end"]
    audit_id: str
    progress: Progress
    counts: dict[Annotated[str, Field(max_length=40)], int]


class Retention(BaseModel):
    command: Literal["retention"] = "retention"


type AnyOrder = Find | Begin | Erase | Letters | Taught | Forget | Look | Delete | End | Retention

_orders: TypeAdapter[AnyOrder] = TypeAdapter(Annotated[AnyOrder, Field(discriminator="command")])


def read_order(event: Mapping[str, Any]) -> AnyOrder:
    """Raises ValueError with a sentence that names what is wrong, without quoting it."""
    if "command" not in event:
        return Retention()
    try:
        return _orders.validate_python(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"this order can't be read: {faults}") from None
