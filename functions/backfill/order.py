"""Which records to fill, and from which one on."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.form.definition import forms
from shared.salesforce.queries import Kind


class Order(BaseModel):
    """`everything`: also records whose keys are of this version, since somebody may have changed what they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    after: Annotated[str, Field(pattern=r"^([0-9A-Za-z]{18})?$")] = ""
    everything: bool = False
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""


def read_order(event: Mapping[str, Any]) -> Order:
    """Without a country, the one that all forms have. Raises ValueError with a sentence that quotes nothing."""
    try:
        order = Order.model_validate(event)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"this order can't be read: {faults}") from None
    if order.country:
        return order
    countries = {form.country for form in forms().values()}
    if len(countries) != 1:
        raise ValueError("the forms are of several countries: say which one phone numbers without a code are of")
    return order.model_copy(update={"country": countries.pop()})
