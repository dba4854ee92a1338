"""Which module of the package imports which, read from the source without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("shared", "data", "domains", "pipelines")


def package_files(root: Path = ROOT) -> list[Path]:
    """Every Python file of the package."""
    return [
        root / "__init__.py",
        *(path for folder in FOLDERS for path in sorted((root / folder).rglob("*.py"))),
    ]


def module_name(path: Path, root: Path = ROOT) -> str:
    """Dotted name below the package, "" for its root: shared/errors.py is "shared.errors"."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def absolute_self_imports(path: Path) -> list[int]:
    """Lines of `path` that import the package by its own name instead of relatively."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        lines += [node.lineno for name in names if name.split(".")[0] == "fourfold"]
    return lines


def import_graph(root: Path = ROOT, *, typing_too: bool = True) -> dict[str, set[str]]:
    """Modules of the package with the modules of it that each imports, at its top or inside functions.

    Args:
        root: folder of the package.
        typing_too: count what is imported under `if TYPE_CHECKING` as well.
    """
    files = package_files(root)
    names = {module_name(path, root) for path in files}
    return {module_name(path, root): set(_targets(path, root, names, typing_too)) for path in files}


def _targets(path: Path, root: Path, names: set[str], typing_too: bool) -> Iterator[str]:
    folder = path.relative_to(root).parent.parts
    for node in _imports(ast.parse(path.read_text()), typing_too):
        base = folder[: len(folder) - node.level + 1] + tuple(
            (node.module or "").split(".") if node.module else ()
        )
        for alias in node.names:
            inner = ".".join((*base, alias.name))
            yield inner if inner in names else ".".join(base)


def _imports(node: ast.AST, typing_too: bool) -> Iterator[ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and child.level:
            yield child
        guarded = isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING")
        if typing_too or not guarded:
            yield from _imports(child, typing_too)


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """One import cycle as module names, the first again at the end; empty when there is none."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in sorted(graph.get(name, ())):
            found = visit(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    for name in sorted(graph):
        found = visit(name, [])
        if found:
            return found
    return []
