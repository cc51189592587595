"""Query expressions."""

from __future__ import annotations

from typing import Any

from django.db.models import ExpressionWrapper, OuterRef
from django.db.models.expressions import ResolvedOuterRef
from django.db.models.sql.compiler import SQLCompiler


class CompiledOnce(ExpressionWrapper):  # type: ignore[type-arg]
    """An expression under a name that other expressions of the query refer to.

    At each reference, Django copies, resolves and compiles what stands under the name again, and what is inside it as
    many times more. This makes a long query of nested names slow to build. Here it is done once for each statement; the
    SQL is the same.
    """

    _is_resolved = False

    def __init__(self, expression: Any, output_field: Any = None) -> None:
        super().__init__(expression, output_field=output_field)

    def resolve_expression(self, *args: Any, **options: Any) -> Any:
        """Return the expression with the names inside it resolved; itself if they already are."""
        if self._is_resolved:
            return self
        resolved: Any = super().resolve_expression(*args, **options)
        resolved._is_resolved = not any(isinstance(part, (OuterRef, ResolvedOuterRef)) for part in resolved.flatten())
        return resolved

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL and its parameters."""
        # Aliases of tables differ between compilers, so each has its own texts. The expression is stored with its text,
        # which keeps its id from being used again.
        texts: dict[int, tuple[Any, str, tuple[Any, ...]]] = compiler.__dict__.setdefault("compiled_once", {})
        if id(self) not in texts:
            sql, parameters = super().as_sql(compiler, connection)
            texts[id(self)] = (self, sql, tuple(parameters))
        _expression, sql, parameters = texts[id(self)]
        return sql, parameters
