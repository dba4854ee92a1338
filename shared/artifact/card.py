"""Model card: where a model comes from, what it may be used for, how well it does, how to make it again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import InputError

LIBRARY = "fourfold"
_HEADER = re.compile(r"---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)


class DataUse(BaseModel):
    """One data set that the model saw or was measured on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    license: str
    source: str = ""
    """Home of the data: a URL, or a sentence ("generated, seed 7")."""
    role: str = "train"
    """What it was used for: train, validation, test."""


class Measured(BaseModel):
    """One figure, with the data it was measured on and the command that measures it again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str
    value: float = Field(allow_inf_nan=False)
    data: str
    """Data set, split and horizon in words: "ETTh1 test, 96 steps"."""
    command: str = ""
    """Empty: measured by the command that made the model."""


class ModelCard(BaseModel):
    """What a person reads before trusting a model; kept as README.md in the artefact folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    summary: str
    """What it does and what it is not for, in a few sentences."""
    license: str = "apache-2.0"
    """Licence of the weights, as an SPDX name in lower case."""
    tags: tuple[str, ...] = ()
    datasets: tuple[DataUse, ...] = ()
    metrics: tuple[Measured, ...] = ()
    command: str
    """The command that made it."""
    limits: str = ""
    """Known weaknesses; empty when none are known."""

    def to_markdown(self) -> str:
        """README.md: a YAML header that the Hugging Face hub understands, then the same facts as text."""
        header: dict[str, Any] = {
            "license": self.license,
            "library_name": LIBRARY,
            "tags": list(self.tags),
            "datasets": _unique(used.name for used in self.datasets),
            "metrics": _unique(figure.metric for figure in self.metrics),
            "card": self.model_dump(mode="json"),
        }
        text = yaml.safe_dump(header, sort_keys=False, width=100)
        return f"---\n{text}---\n\n{self._body()}"

    def _body(self) -> str:
        parts = [f"# {self.title}", self.summary, "## Data", _data_table(self.datasets)]
        parts += [
            "## Licence",
            f"The weights are under `{self.license}`; the data keep theirs, as listed above.",
        ]
        parts += ["## Metrics", _metric_table(self.metrics)]
        if self.limits:
            parts += ["## Limits", self.limits]
        parts += ["## Made by", f"```sh\n{self.command}\n```"]
        return "\n\n".join(parts) + "\n"

    @classmethod
    def from_markdown(cls, text: str, where: str) -> ModelCard:
        """Read a card back from its YAML header; the text below it may be edited freely.

        Raises:
            InputError: the header is absent, is not YAML, or does not describe a card.
        """
        remedy = "Restore README.md as it was saved, or save the model again"
        found = _HEADER.match(text)
        if found is None:
            raise InputError("README.md", "has no YAML header between --- lines", where=where, remedy=remedy)
        try:
            header = yaml.safe_load(found[1])
        except yaml.YAMLError as error:
            raise InputError(
                "README.md", f"header is not YAML ({error})", where=where, remedy=remedy
            ) from None
        if not isinstance(header, dict) or not isinstance(header.get("card"), dict):
            raise InputError("README.md", "header holds no model card", where=where, remedy=remedy)
        try:
            return cls.model_validate(header["card"])
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            problem = f"model card field {field!r} is wrong ({first['msg']})"
            raise InputError("README.md", problem, where=where, remedy=remedy) from None


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _data_table(datasets: tuple[DataUse, ...]) -> str:
    if not datasets:
        return "None recorded."
    rows = [f"| {_cell(d.name)} | {d.role} | {_cell(d.license)} | {_cell(d.source)} |" for d in datasets]
    return "\n".join(["| data | used for | licence | source |", "|---|---|---|---|", *rows])


def _metric_table(metrics: tuple[Measured, ...]) -> str:
    if not metrics:
        return "None recorded."
    rows = [
        f"| {_cell(m.metric)} | {m.value:.6g} | {_cell(m.data)} | "
        + (f"`{_cell(m.command)}` |" if m.command else "as below |")
        for m in metrics
    ]
    return "\n".join(["| metric | value | on | command |", "|---|---|---|---|", *rows])
