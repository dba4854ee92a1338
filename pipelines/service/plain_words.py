"""Sentences for people who have no shell: the names of fields instead of flags."""

from __future__ import annotations

import re

from ...shared.errors import InputError

_SHELL = re.compile(r",? in the shell:? --[a-z-]+( [a-z]+)?(?=[ .,;)]|$)|\s*\(in the shell:? [^()]*\)")
_FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")


def without_flags(error: InputError) -> InputError:
    """The same problem with `past_cols` where the shell says `--past-cols`."""
    said = {name: None if text is None else _plain(text) for name, text in error.as_dict().items()}
    least = {"field": said["field"] or "request", "problem": said["problem"] or "does not fit"}
    return InputError.from_dict(said | least)


def _plain(text: str) -> str:
    return _FLAG.sub(lambda flag: flag[1].replace("-", "_"), _SHELL.sub("", text))
