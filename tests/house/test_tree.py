"""The tree itself: where files may lie, how long they may be, and what no line may say."""

import ast
import re

import pytest
from package_imports import FOLDERS, ROOT, package_files

LONGEST = 400
LARGEST_MODEL = 15_000_000
"""Bytes: whoever clones the project or installs the wheel pays for every model in it."""
TEXT = {".py", ".md", ".toml", ".cfg", ".yaml", ".yml", ".json", ".css", ".html", ".js", ".sh", ""}
TEXT_FOLDERS = (*FOLDERS, "tests", "benchmarks", "docs", ".ci")


def texts():
    """Every text file that a person wrote, with its content."""
    loose = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT]
    below = [path for folder in TEXT_FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in sorted([*loose, *below]):
        if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts:
            yield path, path.read_text(errors="replace")


def test_only_the_makefile_knows_where_benchmark_sets_may_lie():
    beside = re.compile(r"\.\./" + "shared/data")
    assert [str(path.relative_to(ROOT)) for path, text in texts() if beside.search(text)] == ["Makefile"]
    lines = [line for line in (ROOT / "Makefile").read_text().splitlines() if beside.search(line)]
    assert len(lines) == 1


def test_no_file_names_a_place_on_one_machine():
    place = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/[\w.]")
    assert [str(path.relative_to(ROOT)) for path, text in texts() if place.search(text)] == []


def test_the_root_holds_one_python_file():
    assert [path.name for path in ROOT.glob("*.py")] == ["__init__.py"]


def test_shipped_models_stay_small():
    weights = (ROOT / "data").rglob("*.safetensors")
    heavy = {str(path.relative_to(ROOT)): path.stat().st_size for path in weights}
    assert {name: size for name, size in heavy.items() if size > LARGEST_MODEL} == {}


def test_no_attic_and_no_packages_among_tests():
    assert [
        path for path in package_files() if path.name in ("utils.py", "helpers.py", "misc.py", "common.py")
    ] == []
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_no_file_is_too_long_to_read():
    long = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in package_files()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST} == {}


@pytest.mark.parametrize("path", package_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_function_says_what_it_returns_and_public_ones_what_they_do(path):
    tree = ast.parse(path.read_text())
    if len(tree.body) > 0:
        assert ast.get_docstring(tree), "a file says in its first line what is in it"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name != "__init__":
            assert node.returns is not None, f"{node.name} in line {node.lineno} has no return annotation"
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} in line {node.lineno} has no docstring"
