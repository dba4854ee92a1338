"""JSON files, gzipped or not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from ....shared.errors import InputError


def read_json(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        InputError: damaged, or no JSON.
    """
    try:
        content = path.read_bytes()
        return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(str(path), f"is no readable JSON file ({error})", remedy="Fetch it anew") from error
