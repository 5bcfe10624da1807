"""Queries whose SQL Django builds once: for those that are asked in nearly every request.

Building the SQL of a nested query takes Django longer than it takes the database to answer. Which
rows are meant stays with the models' query sets; only the values come later.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """A value in a prepared query that is given when it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class _Built[Row](NamedTuple):
    rows: QuerySet[Any, Row]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]


class Prepared[Row]:
    """A query set with `Given` values in it, asked as often as one likes."""

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        """`build` makes the query set when it is first asked: the models are loaded by then."""
        self._build = build
        self._built: _Built[Row] | None = None

    def ask(self, **given: Any) -> list[Row]:
        """What the query set gives with these values, as the database has it now."""
        rows, compiler, sql, parameters = self._built or self._build_now()
        connection = connections[DEFAULT_DB_ALIAS]
        values = tuple(
            one.output_field.get_db_prep_value(given[one.name], connection)
            if isinstance(one, Given)
            else one
            for one in parameters
        )
        # What reads the rows asks the query for its compiler, and that for its SQL: it has it.
        compiler = copy(compiler)
        compiler.connection = connection  # each thread has one of its own
        compiler.as_sql = lambda *_a, **_k: (sql, values)  # type: ignore[method-assign]
        rows = rows.all()
        rows.query.get_compiler = lambda *_a, **_k: compiler  # type: ignore[method-assign]
        return list(rows)

    def _build_now(self) -> _Built[Row]:
        rows = self._build()
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        self._built = _Built(rows, compiler, sql, tuple(parameters))
        return self._built
