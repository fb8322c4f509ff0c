"""The written style, held: sizes, names, banned words, no paths or addresses of a machine in the tree."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("history", "router", "cti", "channels", "agent_desktop", "reports", "config")
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BANNED_NAMES = ("utils", "manager", "common", "helpers")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|pytest\.mark\.(skip|xfail)")
STANDARD_NAMES = ("queue", "email", "select", "threading", "socket", "calendar", "token", "types", "code")
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root)/")


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if name.endswith(endings) and (ROOT / name).is_file()]


PYTHON = tracked(".py")
SOURCES = [path for path in tracked(".py", ".ts", ".tsx") if ".gen." not in path.name]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_file_is_longer_than_500_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES_MAX


@pytest.mark.parametrize("path", PYTHON, ids=relative)
def test_no_function_is_longer_than_70_lines(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    long = [node.name for node in functions(tree) if lines_without_docstring(node) > FUNCTION_LINES_MAX]
    assert not long


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_is_left_unfinished(path: Path) -> None:
    if path == Path(__file__):
        return
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if UNFINISHED.search(line)]
    assert not found


def test_names_say_the_job() -> None:
    wrong = [relative(path) for path in PYTHON if any(path.stem == banned for banned in BANNED_NAMES)]
    wrong += [relative(path) for path in PYTHON if path.stem in STANDARD_NAMES]
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_a_front_page_and_its_errors(room: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text(encoding="utf-8")))
    errors = ROOT / room / "errors.py"
    assert errors.exists() or room == "reports", f"{room} has no errors.py"


@pytest.mark.parametrize("path", [path for path in PYTHON if path.relative_to(ROOT).parts[0] in ROOMS], ids=relative)
def test_each_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_lock_files_hold_no_addresses() -> None:
    for path in tracked("requirements.lock", "requirements-dev.lock", "package-lock.json"):
        assert "://" not in path.read_text(encoding="utf-8"), relative(path)


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    texts = tracked(".py", ".ts", ".tsx", ".md", ".toml", ".sh", ".conf", ".json", ".yml", "Makefile", "run")
    found = [
        relative(path) for path in texts if MACHINE_PATH.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert not found
