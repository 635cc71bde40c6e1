"""Every promise names tests that exist, and says what it does not promise."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "promises.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "tests/" in line]


def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def named(cell: str) -> list[tuple[str, str]]:
    """The tests a cell names, as `tests/room/test_file.py::test_name`."""
    return re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", cell)


def test_every_promise_is_held_by_tests_that_exist() -> None:
    missing = []
    for row in rows():
        tests = named(row[1])
        assert tests, row[0]
        for path, name in tests + named(row[2]):
            file = ROOT / path
            if not file.is_file() or name not in functions(file):
                missing.append(f"{path}::{name}")
    assert missing == []


def test_there_are_promises_and_each_says_where_it_ends() -> None:
    assert len(rows()) >= 12
    for row in rows():
        assert len(row) == 3, row
        assert row[2].endswith("."), row[0]


def test_no_promise_stands_without_a_test() -> None:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    heads = [line for line in lines if line.startswith(("| promise", "|---"))]
    assert len(lines) - len(heads) == len(rows())
