"""The structure of the code, as far as import-linter (pyproject.toml) does not check it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("workspace", "preferences", "cloud", "push")
# A folder with more modules hides its order; `__init__.py` does not count.
FOLDER_LIMIT = 22
# How many groups of modules may import each other for type annotations only: settings and their locks, and providers
# and the models that they describe.
TYPE_CYCLES_LIMIT = 2

FILES = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts)
Import = ast.Import | ast.ImportFrom
LOGGING_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax trees of all modules, by name."""
    return {module_name(file): ast.parse(file.read_text(), filename=str(file)) for file in FILES}


def imports_in_functions(node: ast.AST, *, in_function: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if in_function and isinstance(child, Import):
            yield child
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from imports_in_functions(child, in_function=in_function or is_function)


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def import_graph(*, with_types: bool) -> dict[str, set[str]]:
    """Return the modules of this project that each module imports, with or without those for annotations only."""
    return {module: imported_modules(tree, with_types=with_types) - {module} for module, tree in modules().items()}


def imported_modules(tree: ast.Module, *, with_types: bool) -> set[str]:
    names: set[str] = set()
    statements = [node for node in tree.body if with_types or not is_for_types(node)]
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = {f"{node.module}.{alias.name}" for alias in node.names}
            names.update(submodules & modules().keys() or {node.module})
    return names & modules().keys()


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the groups of modules that import each other, directly or through others."""
    reached = {module: reachable(graph, module) for module in graph}
    groups = {frozenset(other for other in reached[module] if module in reached[other]) for module in graph}
    return sorted(sorted(group) for group in groups if len(group) > 1)


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = graph[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_modules_are_imported_at_the_top() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for file in FILES
        if file.name != "apps.py"
        for node in imports_in_functions(modules()[module_name(file)])
    ]
    assert found == [], "Import at the top of the module (large libraries: push/lazy_modules.py)."


def test_modules_do_not_import_each_other() -> None:
    found = cycles(import_graph(with_types=False))
    assert found == [], "These modules import each other. Move what they share to a third one."


def test_few_modules_import_each_other_for_types() -> None:
    found = cycles(import_graph(with_types=True))
    assert len(found) <= TYPE_CYCLES_LIMIT, f"Modules that import each other for annotations: {found}"


def logging_without_events(tree: ast.Module) -> Iterator[ast.Call | ast.ImportFrom]:
    """Yield what logs with the standard library. The logger of a library may be named, for example to silence it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "logging":
            yield node
        elif isinstance(node, ast.Call) and (method := ast.unparse(node.func)).startswith("logging."):
            is_named = bool(node.args) and isinstance(node.args[0], ast.Constant)
            if method.removeprefix("logging.") in LOGGING_METHODS or (method == "logging.getLogger" and not is_named):
                yield node


def test_events_that_are_logged_are_declared() -> None:
    undeclared = [
        f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"
        for file in FILES
        if not file.is_relative_to(ROOT / "workspace" / "logs")
        for node in logging_without_events(modules()[module_name(file)])
    ]
    assert undeclared == [], "Declare a LogEvent (workspace/logs/events.py) and log that."


def test_no_folder_has_too_many_modules() -> None:
    counts = Counter(str(file.parent.relative_to(ROOT)) for file in FILES if file.name != "__init__.py")
    full = {folder: count for folder, count in counts.items() if count > FOLDER_LIMIT}
    assert full == {}, f"Group the modules of these folders: at most {FOLDER_LIMIT} in each."
