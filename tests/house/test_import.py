"""`import fourfold` is light: no torch, no pandas, nothing heavy."""

import subprocess
import sys

HEAVY = (
    "torch",
    "pandas",
    "numpy",
    "scipy",
    "numba",
    "lightning",
    "xarray",
    "statsmodels",
    "matplotlib",
    "pydantic",
)


def modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_fourfold_brings_nothing_heavy():
    assert modules_after("import fourfold") & set(HEAVY) == set()


def test_errors_and_the_command_line_bring_no_torch():
    for statement in ("import fourfold.shared.errors", "import fourfold.pipelines.cli"):
        assert "torch" not in modules_after(statement)


def test_data_sets_and_artifacts_are_listed_without_torch():
    statement = "from fourfold.shared.datasets import list_cards; list_cards()"
    assert modules_after(statement) & {"torch", "pandas"} == set()
    statement = "from fourfold.shared.artifact import list_shipped; list_shipped()"
    assert "torch" not in modules_after(statement)
