"""Which column a path in a query means: the object asked for, and the parents that its relationships lead to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from local.salesforce_org.errors import ApiError
from local.salesforce_org.schema.fields import NAME_OBJECT, SOBJECTS, Field, SObject, sobject_named

from .soql_text import at_caret, invalid_field
from .soql_tree import Path, Query

_MAX_LEVELS = 5  # relationships in one path, as in the real org
_MISSING_CUSTOM = (
    "If you are attempting to use a custom {thing}, be sure to append the '{suffix}' after the {place}. "
    "Please reference your WSDL or the describe call for the appropriate names."
)


type Visible = Callable[[SObject], SObject]


def whole(sobject: SObject) -> SObject:
    """The object as a user sees it from whom nothing is hidden."""
    return sobject


@dataclass(frozen=True)
class Join:
    alias: str
    target: SObject
    sql: str


@dataclass(frozen=True)
class Scope:
    """One SELECT: its object has the SQL alias `t`, each parent on the way one of its own.

    `visible` gives an object as the user sees it.
    """

    query: Query
    sobject: SObject
    visible: Visible
    joins: dict[tuple[str, ...], Join] = field(default_factory=dict)

    def resolve(self, path: Path) -> tuple[str, Field, tuple[str, ...]]:
        """(SQL of the column's table alias, the field, its path in API spelling). Raises INVALID_FIELD."""
        names = list(path.parts)
        own_names = {self.sobject.name.lower(), (self.query.alias or "").lower()}
        if len(names) > 1 and names[0].lower() in own_names and self.sobject.relationship(names[0]) is None:
            names = names[1:]
        alias, current = "t", self.sobject
        walked: tuple[str, ...] = ()
        for name in names[:-1]:
            alias, current, walked = self._join(path, alias, current, walked, name)
        found = current.field(names[-1])
        if found is None:
            message = f"No such column '{names[-1]}' on entity '{current.name}'. " + _MISSING_CUSTOM.format(
                thing="field", suffix="__c", place="custom field name"
            )
            raise invalid_field(self.query.text, path.position, message)
        return alias, found, (*walked, found.name)

    def _join(
        self, path: Path, alias: str, current: SObject, walked: tuple[str, ...], name: str
    ) -> tuple[str, SObject, tuple[str, ...]]:
        lookup = current.relationship(name)
        targets = [self.visible(SOBJECTS[each]) for each in lookup.references if each in SOBJECTS] if lookup else []
        if lookup is None or lookup.relationship is None or not targets or len(walked) >= _MAX_LEVELS:
            message = f"Didn't understand relationship '{name}' in field path. " + _MISSING_CUSTOM.format(
                thing="relationship", suffix="__r", place="custom relationship name"
            )
            raise invalid_field(self.query.text, path.position, message)
        key = (*walked, lookup.relationship)
        if key not in self.joins:
            target = NAME_OBJECT if len(lookup.references) > 1 else targets[0]
            joined = f"r{len(self.joins)}"
            sql = f'LEFT JOIN "{target.name}" AS {joined} ON {joined}."Id" = {alias}."{lookup.name}"'
            self.joins[key] = Join(joined, target, sql)
        join = self.joins[key]
        return join.alias, join.target, key


def scope_of(query: Query, visible: Visible) -> Scope:
    """Raises INVALID_TYPE for an object that the org does not have."""
    sobject = sobject_named(query.sobject)
    if sobject is None:
        message = (
            f"sObject type '{query.sobject}' is not supported. If you are attempting to use a custom object, "
            "be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call "
            "for the appropriate names."
        )
        raise ApiError(400, "INVALID_TYPE", at_caret(query.text, query.sobject_position, message))
    return Scope(query, visible(sobject), visible)
