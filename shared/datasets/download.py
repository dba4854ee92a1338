"""Fetching a data set into the cache: checksums, resuming, and a word before every download."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from ..errors import InputError
from .card import DataFile, DatasetCard, read_card
from .location import DATA_VARIABLE, cache_folder, find_file, locate, matches_checksum

_BLOCK = 1 << 16
_TIMEOUT = 30.0


def fetch(name: str) -> tuple[Path, ...]:
    """Paths of the data set's files, downloaded into the cache where this machine lacks them.

    Every download says its address, size and licence on stderr first. An interrupted one goes on where it
    stopped; a file enters the cache only with the right checksum.

    Raises:
        InputError: no such set, no network, or a file that is not what its card says.
    """
    card = read_card(name)
    with contextlib.suppress(InputError):
        return locate(name)
    folder = cache_folder(card)
    unknown = [file for file in card.files if not file.sha256 and find_file(card, file) is None]
    if unknown:
        _refuse(card, unknown, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for file in card.files:
        path = folder / file.name
        if file.sha256 and not (path.is_file() and matches_checksum(path, file)):
            _fetch_file(card, file, folder)
    return locate(name)


def _refuse(card: DatasetCard, wanted: list[DataFile], folder: Path) -> NoReturn:
    """Say how to place by hand what cannot be checked."""
    names = ", ".join(file.name for file in wanted)
    homes = ", ".join(dict.fromkeys(file.url or card.home for file in wanted))
    raise InputError(
        card.name,
        f"no checksum of {names} is known here, so it is not downloaded",
        expected=f"the files in ${DATA_VARIABLE}/{card.folder} or in {folder}",
        remedy=f"Get {names} by hand from {homes} ({card.licence}), and put it there",
    )


def _fetch_file(card: DatasetCard, file: DataFile, folder: Path) -> None:
    import pooch

    print(f"fetching {file.url} ({_size(file.bytes)}, {card.licence}) into {folder}", file=sys.stderr)
    by_hand = f"Or get it by hand from {card.home}, as {file.name} in ${DATA_VARIABLE}/{card.folder}"
    downloader: Any = ResumingDownload(file)  # pooch calls it by position; its type stub names the arguments
    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(file.url, f"sha256:{file.sha256}", file.name, folder, downloader=downloader)
    except (HTTPError, URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        problem = f"cannot be fetched from {file.url} ({reason})"
        raise InputError(
            card.name, problem, remedy=f"Connect to the network and try again. {by_hand}"
        ) from error
    except ValueError as error:
        problem = f"{file.name} came with another checksum than its card has, and is not kept"
        raise InputError(card.name, problem, expected=f"sha256 {file.sha256}", remedy=by_hand) from error
    except OSError as error:
        raise InputError(str(folder), f"cannot be written ({error.strerror or error})") from error


class ResumingDownload:
    """A pooch downloader that keeps what it got in FILE.part and asks for the rest the next time."""

    def __init__(self, file: DataFile) -> None:
        self.file = file

    def __call__(self, url: str, output_file: Any, pooch: Any) -> None:
        """Download `url`; pooch checks `output_file` afterwards and moves it into the cache."""
        output = Path(output_file)
        part = output.parent / f"{self.file.name}.part"
        have = part.stat().st_size if part.exists() else 0
        if have > self.file.bytes:
            part.unlink()
            have = 0
        if have < self.file.bytes:
            self._append(url, part, have)
        part.replace(output)

    def _append(self, url: str, part: Path, have: int) -> None:
        request = Request(url, headers={"Range": f"bytes={have}-"} if have else {})
        with urlopen(request, timeout=_TIMEOUT) as answer:
            resumed = answer.status == 206
            with part.open("ab" if resumed else "wb") as file, _progress(self.file) as advance:
                advance(have if resumed else 0)
                while block := answer.read(_BLOCK):
                    file.write(block)
                    advance(len(block))
        if part.stat().st_size < self.file.bytes:
            raise ConnectionError(
                f"the connection closed at {_size(part.stat().st_size)}; the rest comes next time"
            )


@contextlib.contextmanager
def _progress(file: DataFile) -> Iterator[Any]:
    """A progress bar on a terminal, silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(file.name, total=file.bytes)
        yield lambda count: bar.advance(task, count)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
