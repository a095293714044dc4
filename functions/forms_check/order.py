"""What to check: the forms of this release, or texts that somebody is still working on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from shared.form.definition import Form, FormError, forms, parse_form
from shared.form.fit import FormProblem


class _Event(BaseModel):
    """The rest of a schedule's event is ignored."""

    forms: Annotated[dict[str, str], Field(min_length=1, max_length=500)] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """`faults` are what is wrong with the texts themselves; a text that can't be read is no form."""

    forms: tuple[Form, ...]
    faults: tuple[FormProblem, ...] = ()
    checked: tuple[str, ...] = ()
    is_deployed: bool = True


def read_order(event: Mapping[str, Any]) -> Order:
    """Raises ValueError with a sentence that names what is wrong, without quoting it."""
    try:
        texts = _Event.model_validate(event).forms
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"this order can't be read: {faults}") from None
    if texts is None:
        return Order(tuple(forms().values()), checked=tuple(forms()))
    return _of_texts(texts)


def _of_texts(texts: Mapping[str, str]) -> Order:
    read: list[Form] = []
    faults: list[FormProblem] = []
    for name, text in texts.items():
        try:
            read.append(parse_form(text, name=name))
        except FormError as error:
            form_id = name.removesuffix(".toml")
            faults += [FormProblem(form_id, key, "error", "form_error", what) for key, what in error.faults]
    checked = tuple(name.removesuffix(".toml") for name in texts)
    return Order(tuple(read), tuple(faults), checked, is_deployed=False)
