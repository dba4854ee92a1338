"""A real server on a port of this machine, in a thread, and a client of it."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from fourfold import Client
from fourfold.pipelines.service.app import create_app
from fourfold.pipelines.service.settings import ServiceSettings

TOKEN = "a-token-of-sixteen-letters"


@dataclass(frozen=True)
class Served:
    """Where it is, and where it keeps what."""

    url: str
    folder: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "token").write_text(TOKEN)
    settings = ServiceSettings(
        folder=folder / "service", runs=folder, preload=False, token_file=folder / "token", max_crystals=5
    )
    config = uvicorn.Config(create_app(settings), port=0, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Served(f"http://127.0.0.1:{port}", folder)
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def client(served: Served) -> Iterator[Client]:
    with Client(served.url, TOKEN) as made:
        yield made
