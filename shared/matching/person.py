"""Who is compared: a person as a record or a form holds it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Raw text; None where unknown. `phone` and `email` may hold several, set apart by `;` or a new line.

    Several with the same `id` are views of one record, such as a Contact and the Lead that it was converted from.
    """

    id: str
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None
    country: str | None = None
