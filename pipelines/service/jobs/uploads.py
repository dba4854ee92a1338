"""What is sent along with a job, written under names of ours: what the client calls a file is never used."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from ....shared.errors import InputError
from ..errors import ServiceError

CHUNK = 1 << 20
EXPANSION = 10
"""An archive may hold this many times the largest body, not more."""
MOST_FILES = 20_000
_SOUNDS = {b"RIFF": ".wav", b"RF64": ".wav", b"fLaC": ".flac", b"OggS": ".ogg"}
_TABLES = {b"PAR1": ".parquet", b"ARRO": ".feather", b"CDF\x01": ".nc", b"CDF\x02": ".nc"}
_HDF, _ZIP, _NUMPY = b"\x89HDF", (b"PK\x03\x04", b"PK\x05\x06"), b"\x93NUM"
_STREAM = b"\xff\xff\xff\xff"
"""First bytes of an Arrow stream."""
RECORDINGS, CRYSTALS = "recordings", "crystals"


class Uploads:
    """Files of one job on their way into its folder.

    Args:
        folder: of the job.
        most: bytes that all files may have together once they are unpacked.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self.folder, self._left = folder, most

    def table(self, name: str, files: Sequence[BinaryIO], *, of_graph: bool = False) -> str:
        """One table (or array, or graph) as `name` with the suffix that its first bytes ask for.

        Raises:
            InputError: there is not exactly one file, or it is of a kind that is not read.
        """
        if len(files) != 1:
            raise InputError(name, f"is {len(files)} files", expected="one file")
        start = _start(files[0])
        if name == "graph" and (start == _STREAM or start in _TABLES):
            raise InputError(name, "is of no kind that is read", expected="CSV, npy or npz")
        if start == _STREAM:
            return self._arrow(name, files[0])
        suffix = _table_suffix(name, start, of_graph)
        if suffix == ".npz":
            self._check_archive(name, files[0])
        return self._copy(files[0], self.folder / f"{name}{suffix}").name

    def recordings(self, files: Sequence[BinaryIO]) -> str:
        """Sounds, or archives of sounds, as a folder.

        Raises:
            InputError: something else is among them.
        """
        return self._many(files, RECORDINGS, _sound_suffix)

    def crystals(self, files: Sequence[BinaryIO]) -> str:
        """A table with a column cif, or crystal files and archives of them, as a folder.

        Raises:
            InputError: something else is among them.
        """
        if len(files) == 1 and _crystal_suffix(_head(files[0])) in (".csv", ".parquet", ".feather"):
            return self.table("data", files)
        return self._many(files, CRYSTALS, _crystal_suffix)

    def _many(self, files: Sequence[BinaryIO], name: str, suffix_of: Callable[[bytes], str | None]) -> str:
        target = self.folder / name
        target.mkdir()
        for number, file in enumerate(files):
            if _start(file) in _ZIP:
                self._unpack(file, target, number, suffix_of)
                continue
            suffix = suffix_of(_head(file))
            if suffix is None:
                raise _unknown(name, f"file {number + 1}")
            self._copy(file, target / f"{number:05d}{suffix}")
        return name

    def _unpack(
        self, file: BinaryIO, target: Path, number: int, suffix_of: Callable[[bytes], str | None]
    ) -> None:
        """Every member under a number; folders, names, links and rights of the archive are not looked at."""
        archive = self._check_archive(target.name, file)
        with archive:
            members = [entry for entry in archive.infolist() if not _is_clutter(entry)]
            for k, entry in enumerate(members):
                try:
                    with archive.open(entry) as member:
                        head = member.read(4_096)
                    suffix = suffix_of(head)
                    if suffix is None:
                        raise _unknown(target.name, f"member {k + 1} of the archive")
                    with archive.open(entry) as member:
                        self._write(member, target / f"{number:05d}-{k:05d}{suffix}")
                except (zipfile.BadZipFile, OSError, RuntimeError, EOFError, NotImplementedError) as error:
                    raise InputError(target.name, "the archive is damaged or locked") from error

    def _check_archive(self, name: str, file: BinaryIO) -> zipfile.ZipFile:
        """The archive, of which the directory promises no more than there is room for."""
        file.seek(0)
        try:
            archive = zipfile.ZipFile(file)
            entries = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InputError(name, "is a damaged archive") from error
        size = sum(entry.file_size for entry in entries)
        if size > self._left:
            raise ServiceError(413, f"{name} unpacks to {size:,} bytes; {self._left:,} are taken")
        if len(entries) > MOST_FILES:
            raise InputError(name, f"holds {len(entries):,} files", expected=f"at most {MOST_FILES:,}")
        return archive

    def _arrow(self, name: str, file: BinaryIO) -> str:
        """An Arrow stream, which has no suffix that is read, as a Parquet file."""
        import pyarrow as pa
        from pyarrow import ipc, parquet

        file.seek(0)
        target = self.folder / f"{name}.parquet"
        try:
            with ipc.open_stream(file) as stream, parquet.ParquetWriter(target, stream.schema) as table:
                for batch in stream:
                    self._take(batch.nbytes, name)
                    table.write_batch(batch)
        except (pa.ArrowException, OSError) as error:
            raise InputError(name, "is a damaged Arrow stream") from error
        return target.name

    def _copy(self, file: BinaryIO, target: Path) -> Path:
        file.seek(0)
        return self._write(file, target)

    def _write(self, source: object, target: Path) -> Path:
        with target.open("xb") as out:
            while block := source.read(CHUNK):  # type: ignore[attr-defined]
                self._take(len(block), target.name)
                out.write(block)
        return target

    def _take(self, size: int, name: str) -> None:
        self._left -= size
        if self._left < 0:
            raise ServiceError(413, f"{name} is larger than what is taken for one job")


def remove_folder(folder: Path) -> None:
    """Remove a job's folder; what is already gone is no trouble."""
    shutil.rmtree(folder, ignore_errors=True)


def _start(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4)


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(4_096)


def _table_suffix(name: str, start: bytes, of_graph: bool) -> str:
    if not start:
        raise InputError(name, "is empty", expected="a table")
    if start in _ZIP or start == _NUMPY:
        if not of_graph:
            problem = "is a NumPy file or an archive, which only networks on a graph read"
            raise InputError(name, problem, expected="CSV, Parquet, Arrow or NetCDF")
        return ".npy" if start == _NUMPY else ".npz"
    if start == _HDF:
        return ".h5" if of_graph else ".nc"
    if start in _TABLES:
        return _TABLES[start]
    if not _is_text(start):
        raise InputError(name, "is of no kind that is read", expected="CSV, Parquet, Arrow or NetCDF")
    return ".csv"


def _is_text(start: bytes) -> bool:
    """Whether a text in some encoding may begin so."""
    first = start[0]
    return start[:2] in (b"\xff\xfe", b"\xfe\xff") or (9 <= first <= 0xF4 and first not in (0x7F, 0x80))


def _sound_suffix(head: bytes) -> str | None:
    return _SOUNDS.get(head[:4])


def _crystal_suffix(head: bytes) -> str | None:
    """By what the file begins with: a CIF has a line data_, extended XYZ a Lattice in its second line."""
    if head[:4] in (b"PAR1", b"ARRO"):
        return _TABLES[head[:4]]
    if not head or b"\0" in head:
        return None
    lines = head.splitlines()
    # First, as its cells hold whole CIFs.
    if b"cif" in [word.strip(b' "\xef\xbb\xbf') for word in lines[0].split(b",")]:
        return ".csv"
    if any(line.lstrip().lower().startswith(b"data_") for line in lines) and b"_cell_" in head:
        return ".cif"
    if len(lines) > 1 and lines[0].strip().isdigit() and b"Lattice=" in lines[1]:
        return ".extxyz"
    return ".vasp" if len(lines) > 7 else None


def _is_clutter(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what file managers leave in archives."""
    name = entry.filename.rpartition("/")[2]
    return entry.is_dir() or name.startswith(".") or "__MACOSX/" in entry.filename


def _unknown(name: str, where: str) -> InputError:
    kinds = {
        RECORDINGS: "wav, flac or ogg, or a zip of these",
        CRYSTALS: "CIF, POSCAR, extended XYZ, a zip of these, or a table with a column cif",
    }
    return InputError(name, "is of no kind that is read", where=where, expected=kinds[name])
