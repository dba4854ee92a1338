"""What can be wrong with npy and npz files, told without numpy's advice to unpickle what is not trusted."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ...shared.errors import InputError

ARRAY_FAULTS = (OSError, ValueError, EOFError, zipfile.BadZipFile)


def unreadable_array(path: Path, error: Exception) -> InputError:
    """The sentence for a file that `numpy.load` refuses."""
    pickled = "pickle" in str(error)
    reason = "it is damaged, or holds Python objects, which are not loaded" if pickled else str(error)
    return InputError(
        str(path),
        f"is no readable array file ({reason})",
        expected="npy or npz with numbers",
        remedy="Write it anew with numpy.save or numpy.savez",
    )
