"""The one error family for what people bring: what field, where, what was expected, what to do."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

PACKAGE = __name__.partition(".")[0]


class InputError(ValueError):
    """Bad input, told in one sentence.

    Args:
        field: the column, option, setting or file at fault, as the person wrote it.
        problem: what is wrong with it.
        where: index, name, line or timestamp of the first (or each) offender.
        expected: what would have been right.
        remedy: what to do about it, as an imperative.
    """

    def __init__(
        self,
        field: str,
        problem: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.field, self.problem, self.where = field, problem, where
        self.expected, self.remedy = expected, remedy
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = f" at {self.where}" if self.where else ""
        expectation = f"; expected {self.expected}" if self.expected else ""
        advice = f" {self.remedy.rstrip('.')}." if self.remedy else ""
        return f"{self.field}{place}: {self.problem}{expectation}.{advice}"

    def as_dict(self) -> dict[str, str | None]:
        """The same facts as fields, as the HTTP service answers them."""
        return {
            "field": self.field,
            "where": self.where,
            "problem": self.problem,
            "expected": self.expected,
            "remedy": self.remedy,
        }

    @staticmethod
    def from_dict(facts: Mapping[str, Any]) -> InputError:
        """What `as_dict` told of: kept in a file, or sent from another process.

        Raises:
            KeyError: neither field nor problem may be absent.
        """
        return InputError(
            facts["field"],
            facts["problem"],
            where=facts.get("where"),
            expected=facts.get("expected"),
            remedy=facts.get("remedy"),
        )


class InputErrors(InputError):
    """Several independent mistakes found in one reading; each is listed in `problems`."""

    def __init__(self, problems: Sequence[InputError]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(
            first.field,
            first.problem,
            where=first.where,
            expected=first.expected,
            remedy=first.remedy,
        )
        self.args = ("\n".join(str(problem) for problem in self.problems),)


class InputWarning(UserWarning):
    """Input that is used, but not quite as it stands."""


def note(message: str) -> None:
    """Warn with an `InputWarning`, shown at the line of whoever called this package, not at one of ours."""
    frame, level, outermost = sys._getframe(1), 2, 2
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] == PACKAGE:
            outermost = level + 1
        frame, level = frame.f_back, level + 1
    warnings.warn(message, InputWarning, stacklevel=outermost)
