"""Who may import whom, and how long a file and a function may be: read from the source, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("bot", "knowledge", "streaming", "connectors")
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
# Path of a file, or `path:function`, -> why it may be longer.
LONGER_WITH_REASON: dict[str, str] = {}

# A room (folder or module, with dots) -> the modules of ours that it may import, itself always among them.
OURS_ALLOWED = {
    "connectors": (),
    "knowledge": (),
    "streaming": ("connectors.base",),
    "bot.messages": (),
    "bot.store": ("bot.messages",),
}
# A library -> the modules that may import it.
LIBRARY_ROOMS = {
    "rasa": ("bot.dialogue",),
    "rasa_sdk": ("bot.dialogue",),
    # Training quantises the encoder with it; nothing of that runs in the product.
    "faiss": ("knowledge.index", "knowledge.training"),
    "sqlalchemy": ("bot.store",),
    "alembic": ("bot.store",),
    "psycopg": ("bot.store",),
}


def _sources() -> dict[str, ast.Module]:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return {str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8")) for file in files}


SOURCES = _sources()


def module_of(path: str) -> str:
    """`bot/store/__init__.py` -> `bot.store`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports_of(tree: ast.Module, path: str) -> Iterator[str]:
    """Every module imported anywhere in the file: at the top, in functions, for type checking, relative."""
    package = module_of(path) if path.endswith("__init__.py") else module_of(path).rpartition(".")[0]
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                parts = package.split(".")
                base = [*parts[: len(parts) - level + 1]] if level else []
                start = ".".join([*base, *([module] if module else [])])
                yield start
                # `from bot import turn` imports a module, `from bot.turn import answer` a name in one.
                yield from (f"{start}.{name.name}" for name in names)


def is_in(module: str, room: str) -> bool:
    """Whether the module is the room or lies in it."""
    return module == room or module.startswith(f"{room}.")


def foreign_imports(tree: ast.Module, path: str, *, room: str, allowed: tuple[str, ...]) -> list[str]:
    """Imports of ours that lie neither in the room nor in what it may import."""
    ours = [name for name in imports_of(tree, path) if name.partition(".")[0] in ROOMS]
    # `from connectors import base` yields `connectors` too, which is only the way to `connectors.base`.
    return [
        name
        for name in ours
        if not any(is_in(name, one) for one in (room, *allowed))
        and not any(is_in(other, one) and is_in(one, name) for other in ours for one in (room, *allowed))
    ]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, less the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def functions_of(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(SOURCES[path]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_room_was_read() -> None:
    assert {path.partition("/")[0] for path in SOURCES} == set(ROOMS)


@pytest.mark.parametrize("room", OURS_ALLOWED)
def test_a_room_imports_what_it_may(room: str) -> None:
    found = {
        path: foreign
        for path, tree in SOURCES.items()
        if is_in(module_of(path), room)
        and (foreign := foreign_imports(tree, path, room=room, allowed=OURS_ALLOWED[room]))
    }

    assert found == {}


@pytest.mark.parametrize("library", LIBRARY_ROOMS)
def test_a_library_stays_in_its_room(library: str) -> None:
    rooms = LIBRARY_ROOMS[library]
    importers = {
        path for path, tree in SOURCES.items() if any(is_in(name, library) for name in imports_of(tree, path))
    }

    outside = {path for path in importers if not any(is_in(module_of(path), room) for room in rooms)}

    assert outside == set()


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in SOURCES}

    assert {path for path, lines in lengths.items() if lines > MAX_FILE_LINES} <= set(LONGER_WITH_REASON)


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path}:{function.name}"
        for path in SOURCES
        for function in functions_of(path)
        if body_lines(function) > MAX_FUNCTION_LINES
    }

    assert long <= set(LONGER_WITH_REASON)


def test_every_exception_names_something_and_gives_a_reason() -> None:
    named = {key.partition(":")[0] for key in LONGER_WITH_REASON}

    assert named <= set(SOURCES)
    assert all(LONGER_WITH_REASON.values())


@pytest.mark.parametrize(
    ("source", "path", "found"),
    [
        ("import bot.turn", "streaming/host.py", ["bot.turn"]),
        ("def f():\n    from bot import turn", "streaming/host.py", ["bot", "bot.turn"]),
        ("from connectors.demo import x", "streaming/host.py", ["connectors.demo", "connectors.demo.x"]),
        ("from connectors import errors", "streaming/host.py", ["connectors", "connectors.errors"]),
        ("from connectors import base", "streaming/host.py", []),
        ("from connectors.base import Shop", "streaming/host.py", []),
        ("from ..bot import turn", "streaming/voices/one.py", []),
        ("from . import script\nfrom .voices import one", "streaming/host.py", []),
        ("import asyncio, httpx", "streaming/host.py", []),
    ],
)  # fmt: skip
def test_an_import_is_seen_however_it_is_written(source: str, path: str, found: list[str]) -> None:
    assert foreign_imports(ast.parse(source), path, room="streaming", allowed=("connectors.base",)) == found


def test_a_docstring_does_not_count_as_body() -> None:
    function = ast.parse('def f():\n    """One.\n\n    Two.\n    """\n    return 1\n').body[0]

    assert isinstance(function, ast.FunctionDef)
    assert body_lines(function) == 2
