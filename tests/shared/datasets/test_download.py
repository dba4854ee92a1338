"""Downloads: announced, checked, resumed, and told in a sentence when they fail. All from this machine."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath

import pytest
from fourfold.shared.datasets import DataFile, DatasetCard, download, fetch, location
from fourfold.shared.errors import InputError

CONTENT = bytes(range(256)) * 2000


class Shelf(BaseHTTPRequestHandler):
    """Serves its server's `content`, by ranges when asked, and breaks off at its `stop_at`."""

    def do_GET(self):
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and self.server.ranges else 0
        self.server.starts.append(start)
        self.send_response(206 if start else 200)
        self.end_headers()
        self.wfile.write(self.server.content[start : self.server.stop_at])

    def log_message(self, *args):
        pass


@pytest.fixture
def shelf():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    server.starts, server.content, server.stop_at, server.ranges = [], CONTENT, None, True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def card(shelf, tmp_path, monkeypatch):
    """A card whose one file lies on the shelf."""
    file = DataFile(
        name="set.bin",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        bytes=len(CONTENT),
        url=f"http://127.0.0.1:{shelf.server_port}/set.bin",
    )
    card = DatasetCard(
        name="shelf-set",
        title="Bytes",
        shape=(1, 1),
        unit="none",
        freq="h",
        licence="CC0",
        home="https://example.org/",
        citation="nobody",
        folder=PurePosixPath("bytes"),
        reader="wide-csv",
        split={},
        files=(file,),
    )
    for module in (download, location):
        monkeypatch.setattr(module, "read_card", lambda name: card)
    monkeypatch.delenv("FOURFOLD_DATA", raising=False)
    monkeypatch.setenv("FOURFOLD_CACHE", str(tmp_path))
    return card


def test_a_download_is_announced_with_address_size_and_licence(card, capsys):
    (path,) = fetch("shelf-set")
    assert path.read_bytes() == CONTENT
    said = capsys.readouterr().err
    assert card.files[0].url in said
    assert "0.5 MB" in said
    assert "CC0" in said
    assert [entry.name for entry in path.parent.iterdir()] == ["set.bin"]


def test_a_second_fetch_downloads_nothing(card, shelf, capsys):
    fetch("shelf-set")
    capsys.readouterr()
    fetch("shelf-set")
    assert len(shelf.starts) == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("ranges", [True, False])
def test_an_interrupted_download_goes_on_where_it_stopped(card, shelf, ranges):
    shelf.stop_at, shelf.ranges = 200_000, ranges
    with pytest.raises(InputError, match=r"closed at 0\.2 MB; the rest comes next time"):
        fetch("shelf-set")
    assert not (location.cache_folder(card) / "set.bin").exists()
    shelf.stop_at = None
    (path,) = fetch("shelf-set")
    assert path.read_bytes() == CONTENT
    assert shelf.starts == [0, 200_000 if ranges else 0]


def test_other_content_is_not_kept(card, shelf):
    shelf.content = CONTENT[::-1]
    with pytest.raises(InputError, match="another checksum than its card has"):
        fetch("shelf-set")
    assert list(location.cache_folder(card).iterdir()) == []


def test_no_network_names_the_address_and_the_way_by_hand(card, shelf):
    shelf.server_close()
    with pytest.raises(InputError) as caught:
        fetch("shelf-set")
    sentence = str(caught.value)
    assert card.files[0].url in sentence
    assert "Connect to the network" in sentence
    assert "by hand from https://example.org/" in sentence
    assert "$FOURFOLD_DATA/bytes" in sentence
