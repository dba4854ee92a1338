"""Servers in this process, for as long as a test needs them."""

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def serve(tmp_path: Path):
    """A function from settings to the client of a running service; nothing is loaded before it is asked."""
    with ExitStack() as running:
        yield partial(_start, running, tmp_path)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory):
    """The same for clients that all tests of a file share."""
    with ExitStack() as running:
        yield partial(_start, running, tmp_path_factory.mktemp("serving"))


def _start(running: ExitStack, home: Path, **settings) -> TestClient:
    usual = {"preload": False, "folder": home / "service", "runs": home / "runs"}
    app = create_app(ServiceSettings(**{**usual, **settings}))
    return running.enter_context(TestClient(app, raise_server_exceptions=False))


@pytest.fixture(scope="session")
def tiny_forecaster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a trained forecaster, a linear one for 6 hours, served as "hours"."""
    from tiny_tables import tiny_linear

    return tiny_linear().save(tmp_path_factory.mktemp("models") / "hours")


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an untrained vocoder at 8 kHz, served as "voice"."""
    from tiny_media import tiny_vocoder

    return tiny_vocoder().save(tmp_path_factory.mktemp("models") / "voice")


@pytest.fixture(scope="session")
def crystals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a hardly trained generator with the property volume_per_atom, served as "crystals"."""
    from tiny_media import tiny_generator

    return tiny_generator("volume_per_atom").save(tmp_path_factory.mktemp("models") / "crystals")


@pytest.fixture(scope="session")
def plain_crystals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of one without a property, served as "plain"."""
    from tiny_media import tiny_generator

    return tiny_generator().save(tmp_path_factory.mktemp("models") / "plain")
