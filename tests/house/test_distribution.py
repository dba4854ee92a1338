"""Wheel and sdist hold the package and nothing else, and give a working command away from the checkout."""

import email
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from fourfold import __version__
from package_imports import FOLDERS, ROOT

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Output of a command that must succeed; its own words when it does not."""
    clean = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PYTHON", "PYTEST", "FOURFOLD"))
    }
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source: Path, target: Path, kind: str) -> Path:
    """Build a wheel or sdist with the hatchling that is installed, so without a network."""
    run(sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", target, source, cwd=target)
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("sdist"), "sdist")


@pytest.fixture(scope="module")
def wheel_of_sdist(sdist, tmp_path_factory) -> Path:
    """What `pip install fourfold.tar.gz` builds."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        # Python 3.11.0 to 3.11.3 know no filters yet
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return build(folder / f"fourfold-{__version__}", tmp_path_factory.mktemp("again"), "wheel")


def package_contents() -> set[str]:
    """Every file that belongs in the package, below fourfold/."""
    files = [ROOT / "__init__.py", ROOT / "py.typed"]
    files += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    ignored = {".pyc", ".nbi", ".nbc", ".pyo"}
    return {f"fourfold/{path.relative_to(ROOT)}" for path in files if path.suffix not in ignored}


def test_wheel_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    about = {name for name in names if name.startswith(f"fourfold-{__version__}.dist-info/")}
    assert names - about == package_contents()
    assert any(name.endswith("licenses/LICENSE") for name in about)


def test_metadata_names_version_python_and_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = email.message_from_bytes(archive.read(f"fourfold-{__version__}.dist-info/METADATA"))
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_sdist_holds_what_the_wheel_needs_and_no_links(sdist):
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    prefix = f"fourfold-{__version__}/"
    names = {member.name.removeprefix(prefix) for member in members if member.isfile()}
    assert [member.name for member in members if member.issym() or member.islnk()] == []
    around = {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO", ".gitignore"}
    assert names - around == {name.removeprefix("fourfold/") for name in package_contents()}
    assert {"pyproject.toml", "README.md", "LICENSE"} <= names


def test_the_sdist_builds_the_same_wheel(wheel, wheel_of_sdist):
    with zipfile.ZipFile(wheel) as ours, zipfile.ZipFile(wheel_of_sdist) as theirs:
        assert set(ours.namelist()) == set(theirs.namelist())
        for name in ours.namelist():
            if not name.endswith("RECORD"):
                assert ours.read(name) == theirs.read(name), name


@pytest.mark.parametrize("made_of", ["wheel", "wheel_of_sdist"])
def test_the_command_works_outside_the_checkout(made_of, request, tmp_path):
    site = tmp_path / "site"
    built = request.getfixturevalue(made_of)
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        site,
        built,
        cwd=tmp_path,
    )
    here = {"PYTHONPATH": str(site), "NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    where = "import fourfold, fourfold.shared.datasets as d; print(fourfold.__file__, len(d.list_cards()))"
    path, cards = run(sys.executable, "-c", where, cwd=tmp_path, **here).split()
    assert Path(path).parent == site / "fourfold"
    assert int(cards) > 0
    command = site / "bin" / "fourfold"
    assert __version__ in run(sys.executable, command, "--version", cwd=tmp_path, **here)
    assert "forecast" in run(sys.executable, command, "--help", cwd=tmp_path, **here)
