"""One question of a form: what is a good answer, and how it gets on the Lead."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.form.lead_fields import TEXT_LENGTHS, is_custom, is_writable
from shared.form.texts import Language

_CUSTOM_TEXT_ROOM = 255
"""Length of a custom text field unless the form says otherwise with `lead_length`."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


type Translated = dict[Language, str]
type FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def first_twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


class FieldType(StrEnum):
    TEXT = "text"
    NAME = "name"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    CHOICES = "choices"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    COUNTRY = "country"
    BOOLEAN = "boolean"


FREE_TEXT = frozenset({FieldType.TEXT, FieldType.NAME, FieldType.TEXTAREA, FieldType.EMAIL})
"""Types of which the visitor decides how long the answer is."""
_CUTTABLE = frozenset({FieldType.TEXT, FieldType.NAME, FieldType.TEXTAREA})

NUMBERS = frozenset({FieldType.INTEGER, FieldType.NUMBER})
_DECIMALS = 2
_WHOLE_DIGITS = 18
"""Of the largest number that a field of Salesforce can hold."""
_EXACT_DIGITS = 15
"""With decimals: Salesforce keeps those as IEEE doubles, and of all longer numbers some become another one there."""

_TYPE_NEEDED = {
    "Email": FieldType.EMAIL,
    "Phone": FieldType.PHONE,
    "MobilePhone": FieldType.PHONE,
    "CountryCode": FieldType.COUNTRY,
    "StateCode": FieldType.CHOICE,
    "NumberOfEmployees": FieldType.INTEGER,
    "HasOptedOutOfEmail": FieldType.BOOLEAN,
    "HasOptedOutOfFax": FieldType.BOOLEAN,
    "DoNotCall": FieldType.BOOLEAN,
}
"""Lead fields that Salesforce (or the search for known people) takes in one form only."""


class Choice(Strict):
    """`value` is what the form posts; `lead_value` what the org's picklist calls it."""

    value: Annotated[str, Field(min_length=1, max_length=255)]
    label: Translated
    lead_value: str = ""

    @property
    def on_lead(self) -> str:
        return self.lead_value or self.value


class FormField(Strict):
    """`too_long` is about the Lead field: `cut` keeps the whole answer in the Description beside it.

    `on_existing` is about a known Lead. Its blanks are filled, and what stands there is kept, replaced, added to (a
    multi-select picklist) or gets the answer below it (`append`, a text area); `never` does not even fill a blank.
    """

    name: FieldName
    type: FieldType = FieldType.TEXT
    label: Translated
    hint: Translated = Field(default_factory=dict)
    required: bool = False
    max_length: Annotated[int, Field(gt=0, le=32000)] = 255
    minimum: int | None = None
    maximum: int | None = None
    decimals: Annotated[int, Field(ge=1, le=_EXACT_DIGITS - 1)] | None = None
    choices: tuple[Choice, ...] = ()
    lead_field: str = "Description"
    lead_length: Annotated[int, Field(gt=0, le=131072)] | None = None
    too_long: Literal["reject", "cut"] = "reject"
    on_existing: Literal["keep", "replace", "append", "add", "never"] = "keep"
    autocomplete: str = ""

    @property
    def room(self) -> int | None:
        """Characters that the Lead field holds; None where length is no matter (a date, a number, the Description)."""
        if self.lead_field == "Description":
            return None
        custom = (self.lead_length or _CUSTOM_TEXT_ROOM) if is_custom(self.lead_field) else None
        return TEXT_LENGTHS.get(self.lead_field, custom) if self.type in FREE_TEXT else None

    @property
    def places(self) -> int:
        """Decimals that a number may have."""
        return (self.decimals or _DECIMALS) if self.type is FieldType.NUMBER else 0

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest number."""
        most = _largest(self.places)
        return (
            -most if self.minimum is None else self.minimum,
            most if self.maximum is None else self.maximum,
        )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        takes_choices = self.type in {FieldType.CHOICE, FieldType.CHOICES}
        if takes_choices != bool(self.choices):
            raise ValueError(f"type {self.type} {'needs' if takes_choices else 'takes no'} choices")
        if twice := first_twice(choice.value for choice in self.choices):
            raise ValueError(f"choice {twice} is there twice")
        self._has_sensible_limits()
        self._fits_its_lead_field()
        self._says_what_to_do_with_what_is_there()
        return self

    def _has_sensible_limits(self) -> None:
        if self.type not in NUMBERS and (self.minimum is not None or self.maximum is not None):
            raise ValueError("minimum and maximum belong to type integer and to type number")
        if self.type is not FieldType.NUMBER and self.decimals is not None:
            raise ValueError("decimals belongs to type number")
        if max(map(abs, self.bounds)) > (most := _largest(self.places)):
            raise ValueError(f"minimum and maximum can't be beyond {most}: more digits can't be kept exactly")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is more than maximum {self.maximum}")

    def _fits_its_lead_field(self) -> None:
        if not is_writable(self.lead_field):
            raise ValueError(f"lead_field {self.lead_field} is not a Lead field that a form may write")
        needed = _TYPE_NEEDED.get(self.lead_field, self.type)
        if self.type is not needed:
            raise ValueError(f"lead_field {self.lead_field} needs type {needed}")
        if self.lead_field == "AnnualRevenue" and self.type not in NUMBERS:
            raise ValueError("lead_field AnnualRevenue needs type integer or number")
        is_text = self.lead_field in TEXT_LENGTHS and self.lead_field != "Description"
        if is_text and self.type in {FieldType.BOOLEAN, *NUMBERS}:
            raise ValueError(f"lead_field {self.lead_field} can't hold type {self.type}")
        if self.lead_length is not None and not is_custom(self.lead_field):
            raise ValueError(f"lead_length belongs to custom fields; {self.lead_field} has a length of its own")
        if self.too_long == "cut" and (self.room is None or self.type not in _CUTTABLE):
            raise ValueError("too_long = cut belongs to text that has a Lead field of its own")
        if self.room and self.max_length > self.room and self.too_long == "reject":
            raise ValueError(
                f"max_length {self.max_length} is more than {self.lead_field} holds ({self.room});"
                ' make it smaller, or say too_long = "cut"'
            )

    def _says_what_to_do_with_what_is_there(self) -> None:
        if self.on_existing == "add" and self.type is not FieldType.CHOICES:
            raise ValueError("on_existing = add belongs to type choices: only a multi-select picklist can be added to")
        in_description = self.lead_field == "Description"
        if self.on_existing == "append" and not in_description and not self._is_text_area_of_the_org:
            raise ValueError("on_existing = append belongs to the Description, or to type textarea in a custom field")
        if self.on_existing in {"replace", "add"} and self.lead_field in _NEVER_REPLACED:
            other = "append" if in_description else "never"
            raise ValueError(f"{self.lead_field} is never replaced on a Lead that is there; keep it, or say {other}")

    @property
    def _is_text_area_of_the_org(self) -> bool:
        return self.type is FieldType.TEXTAREA and is_custom(self.lead_field)


_NEVER_REPLACED = frozenset({"Description", "Email", "FirstName", "LastName", "Company", "Phone", "MobilePhone"})


def _largest(decimals: int) -> int:
    return int(10 ** (_EXACT_DIGITS - decimals if decimals else _WHOLE_DIGITS)) - 1
