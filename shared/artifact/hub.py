"""Artefacts named `owner/name`, fetched from the Hugging Face hub into its cache."""

from __future__ import annotations

import re
from pathlib import Path

from ..errors import InputError
from .artifact import FILES

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def is_hub_name(name: str) -> bool:
    """Whether `name` has the form owner/name."""
    return _REPOSITORY.fullmatch(name) is not None


def hub_folder(name: str, choices: str) -> Path:
    """Local folder of the hub artefact `name`: its three files are fetched into the hub's cache.

    Args:
        name: `owner/name`.
        choices: sentence that says what can be loaded without the hub, for the error.

    Raises:
        InputError: the hub cannot be reached, or has no such model open to this user.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=list(FILES)))
    except RepositoryNotFoundError:
        raise InputError(
            name,
            "is neither a local folder nor a model on the Hugging Face hub that you may read",
            remedy=f"Check the spelling, log in with `hf auth login` if it is private, or {choices}",
        ) from None
    except Exception as error:
        # Connection, proxy and certificate errors come from whichever HTTP library the hub client uses.
        reason = str(error).strip().splitlines()
        raise InputError(
            name,
            f"is not a local folder, and the Hugging Face hub gave no answer ({type(error).__name__}"
            + (f": {reason[0][:160]}" if reason else "")
            + ")",
            remedy=f"Connect to the network, copy the artefact folder here and give its path, or {choices}",
        ) from error
