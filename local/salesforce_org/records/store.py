"""The org's tables in SQLite: one table per object, one column per stored field.

One connection, used under one lock by whoever holds the Org; `transaction` nests, so that a collection can undo a
single record and a composite request can undo all of its parts.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from local.salesforce_org.messages import JsonObject, JsonValue, Row, Scalar
from local.salesforce_org.query.plan import Plan, column_sql, fold, like_matches
from local.salesforce_org.schema.fields import ID_TYPES, NAME_FIELDS, SOBJECTS, Field, SObject
from local.salesforce_org.schema.ids import make_id

_COLUMN_TYPES = {"boolean": "INTEGER", "int": "INTEGER", "double": "REAL", "currency": "REAL"}
# The objects that a lookup to several objects can lead to, and so what the Name view unites.
_NAMED = ("User", "Group", "Contact", "Lead", "Account")


def _create_statements() -> Iterator[str]:
    yield "CREATE TABLE IF NOT EXISTS id_counters (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL)"
    for sobject in SOBJECTS.values():
        columns = ", ".join(
            f'"{field.name}" {_COLUMN_TYPES.get(field.type, "TEXT")}{" PRIMARY KEY" if field.name == "Id" else ""}'
            for field in sobject.stored
        )
        yield f'CREATE TABLE IF NOT EXISTS "{sobject.name}" ({columns})'
        for field in sobject.stored:
            if field.can_upsert_by and field.type != "id":
                index = f'"{sobject.name}_{field.name}"'
                yield f'CREATE INDEX IF NOT EXISTS {index} ON "{sobject.name}" (fold("{field.name}"))'
    selects = " UNION ALL ".join(_name_select(SOBJECTS[kind]) for kind in _NAMED)
    yield f'CREATE VIEW IF NOT EXISTS "Name" AS {selects}'


def _name_select(sobject: SObject) -> str:
    """One kind's part of the Name view; Type is the kind, and what it has no field for is null."""
    columns = (
        f"'{sobject.name}' AS \"Type\""
        if name == "Type"
        else f'"{name}"'
        if name in sobject.fields
        else f'NULL AS "{name}"'
        for name in NAME_FIELDS
    )
    return f'SELECT {", ".join(columns)} FROM "{sobject.name}"'  # noqa: S608 - names from the describe tables


def _connected(database: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None, cached_statements=1_000)
    connection.create_function("fold", 1, fold, deterministic=True)
    connection.create_function("like_matches", 2, like_matches, deterministic=True)
    # A throw-away database: speed over surviving a power cut.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    return connection


@cache
def _empty() -> bytes:
    """A database with all tables and no rows."""
    connection = _connected(":memory:")
    connection.executescript(";".join(_create_statements()))
    content = connection.serialize()
    connection.close()
    return content


@lru_cache(maxsize=256)
def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    """Names come from the describe tables, never from a request."""
    names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" for _ in columns)
    return f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608


def read_value(field: Field, stored: Scalar) -> JsonValue:
    """A column's value as the API answers it."""
    if stored is None:
        return field.blank()
    if field.type == "boolean":
        return bool(stored)
    if field.compound and isinstance(stored, str):
        parts: JsonObject = json.loads(stored)
        return parts
    return stored


class Work:
    """What happens inside a transaction; `undo` gives all of it up when the block ends."""

    def __init__(self) -> None:
        self.undone = False

    def undo(self) -> None:
        self.undone = True


class Store:
    """Rows by object. Values go in and come out as the API shows them, save that addresses exist in parts only."""

    def __init__(self, database: Path | Literal[":memory:"]) -> None:
        self._connection = _connected(database)
        self._depth = 0
        if database == ":memory:":
            self._connection.deserialize(_empty())  # a copy takes a quarter of the time
        else:
            self._create()

    def close(self) -> None:
        self._connection.close()

    def _create(self) -> None:
        shape = zlib.crc32("".join(_create_statements()).encode()) & 0x7FFFFFFF
        with self.transaction():
            if self._connection.execute("PRAGMA user_version").fetchone()[0] != shape:
                self._drop()
            for statement in _create_statements():
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {shape}")

    def _drop(self) -> None:
        """A file that an older stand-in wrote has other columns: it starts again, as the records are throw-away."""
        found = self._connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')")
        for kind, name in found.fetchall():
            self._connection.execute(f'DROP {kind} "{name}"')

    def clear(self) -> None:
        """Empties every table; ids start again from one."""
        with self.transaction():
            for table in ("id_counters", *SOBJECTS):
                self._connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names from the describe tables

    def content(self) -> bytes:
        return self._connection.serialize()

    def put_back(self, content: bytes) -> None:
        """All rows and counters are as they were; not within a transaction."""
        self._connection.deserialize(content)

    def remove_all(self, sobject: SObject) -> None:
        self._connection.execute(f'DELETE FROM "{sobject.name}"')  # noqa: S608 - a name from the describe tables

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Undoes everything inside when the block raises or asks for it; nests."""
        self._depth += 1
        name = f"level_{self._depth}"
        work = Work()
        self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield work
        except BaseException:
            # Whatever ends the block, Ctrl-C included: half a transaction must not stay. Nothing is caught for good.
            work.undo()
            raise
        finally:
            if work.undone:
                self._connection.execute(f"ROLLBACK TO {name}")
            self._connection.execute(f"RELEASE {name}")
            self._depth -= 1

    def next_id(self, sobject: SObject) -> str:
        row = self._connection.execute(
            "INSERT INTO id_counters VALUES (?, 1) ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last",
            (sobject.prefix,),
        ).fetchone()
        return make_id(sobject.prefix, int(row[0]))

    def insert(self, sobject: SObject, row: Mapping[str, Scalar]) -> None:
        self._connection.execute(_insert_sql(sobject.name, tuple(row)), tuple(row.values()))

    def update(self, sobject: SObject, record_id: str, changes: Mapping[str, Scalar]) -> None:
        assignments = ", ".join(f'"{name}" = ?' for name in changes)
        self._connection.execute(
            f'UPDATE "{sobject.name}" SET {assignments} WHERE "Id" = ?',  # noqa: S608
            (*changes.values(), record_id),
        )

    def get(self, sobject: SObject, record_id: str) -> Row | None:
        """A row with all stored fields, a deleted one too."""
        found = self._rows(sobject, '"Id" = ?', (record_id,))
        return found[0] if found else None

    def find(self, sobject: SObject, field: Field, value: Scalar) -> list[Row]:
        """Live rows whose field has this value: an id exactly, text as SOQL compares it."""
        column = f'"{field.name}"' if field.type in ID_TYPES else f'fold("{field.name}")'
        live = ' AND "IsDeleted" = 0' if "IsDeleted" in sobject.fields else ""
        return self._rows(sobject, f"{column} = ?{live}", (value if field.type in ID_TYPES else fold(value),))

    def all(self, sobject: SObject, *, deleted: bool = False) -> list[Row]:
        """Rows in order of creation."""
        live_only = not deleted and "IsDeleted" in sobject.fields
        return self._rows(sobject, '"IsDeleted" = 0' if live_only else "1", ())

    def _rows(self, sobject: SObject, where: str, parameters: Sequence[object]) -> list[Row]:
        names = [field.name for field in sobject.stored]
        columns = ", ".join(f'"{name}"' for name in names)
        cursor = self._connection.execute(
            f'SELECT {columns} FROM "{sobject.name}" WHERE {where} ORDER BY rowid',  # noqa: S608
            parameters,
        )
        rows: list[Row] = [dict(zip(names, values, strict=True)) for values in cursor]
        for field in sobject.stored:
            if field.type == "boolean":
                for row in rows:
                    row[field.name] = bool(row[field.name])
        return rows

    def addresses(self, sobject: SObject, record_id: str) -> JsonObject:
        """The computed address fields of one record."""
        compounds = [field for field in sobject.fields.values() if field.compound]
        if not compounds:
            return {}
        columns = ", ".join(column_sql("t", field) for field in compounds)
        row = self._connection.execute(
            f'SELECT {columns} FROM "{sobject.name}" AS t WHERE "Id" = ?',  # noqa: S608
            (record_id,),
        ).fetchone()
        return {field.name: read_value(field, value) for field, value in zip(compounds, row, strict=True)}

    def run(self, plan: Plan) -> list[tuple[Scalar, ...]]:
        """Rows of a compiled query; for COUNT() a single row with the number."""
        return self._connection.execute(plan.sql, plan.parameters).fetchall()
