"""What a job may ask for: the part `request` of `POST /v1/jobs`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from ....shared.errors import InputErrors
from ...commands.graph_options import GraphOptions
from ...commands.table_options import TableOptions
from ...generation_settings import Count, GenerationSettings
from ...settings_problems import input_error_of
from ..reading_fields import LONGEST_PERIOD, Name, Names, ReadingFields

LONGEST = 200_000
"""Characters of a request."""
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

Model = Annotated[str, Field(min_length=1, max_length=200, description="A name that GET /v1/models lists")]
Output = Annotated[
    str | None,
    Field(pattern=NAME, description="Name of the result; a finished model is served under it"),
]


class FinetuneSettings(ReadingFields):
    """Train a model further on data that are sent along, or fit a method; the shell's `fourfold finetune`.

    A forecaster takes the fields of a table, a network on a graph those of the graph too, a vocoder `steps`,
    and a crystal generator `steps` and `property`.
    """

    model: Model
    output: Output = None
    horizon: Count | None = None
    """Steps that it shall forecast."""
    freq: str | None = Field(None, max_length=40)
    """Step of the data, such as h, 15min, D, MS; read from the times when not given."""
    period: Annotated[Count, Field(le=LONGEST_PERIOD)] | None = None
    """Steps in the main season; by the step when not given."""
    future_cols: Names = ()
    """Columns of covariates known ahead."""
    epochs: float = Field(30.0, gt=0, le=100_000)
    """Times a network sees the training rows."""
    steps: Annotated[Count, Field(le=10_000_000)] | None = None
    """Steps of training of a vocoder or generator."""
    property: Name | None = None
    """Column of the property that a generator shall be asked for."""

    @field_validator("freq", "timezone", "property", mode="after")
    @classmethod
    def _said(cls, value: str | None) -> str | None:
        if value is not None and not value.strip():
            raise ValueError("is empty; leave it out")
        return value

    def table(self) -> TableOptions:
        """How the table is to be read."""
        return TableOptions(
            id_col=self.id_col,
            time_col=self.time_col,
            target_col=self.target_col,
            freq=self.freq,
            period=self.period,
            timezone=self.timezone,
            missing=self.missing,
            dedupe=self.dedupe,
        )

    def network(self, graph: str | None) -> GraphOptions:
        """The graph in the file `graph`, and the network that is fitted on it."""
        from pathlib import Path

        return GraphOptions(
            graph=None if graph is None else Path(graph),
            undirected=self.undirected,
            signed=self.signed,
            zero_is_missing=self.zero_is_missing,
            size=self.size,
            lookback=self.lookback,
            scaling=self.scaling,
            profile=self.profile,
            epochs=self.epochs,
        )


class FinetuneJob(FinetuneSettings):
    """Train a model further on data that are sent along, or fit a method; see `POST /v1/finetune`."""

    kind: Literal["finetune"]


class GenerateJob(GenerationSettings):
    """Many crystals: a folder as the shell's `fourfold generate` writes it."""

    kind: Literal["generate"]
    model: Model
    output: Output = None


JobRequest = Annotated[FinetuneJob | GenerateJob, Field(discriminator="kind")]
_ADAPTER: TypeAdapter[FinetuneJob | GenerateJob] = TypeAdapter(JobRequest)

EXAMPLES = {
    "finetune": {
        "summary": "A method fitted on a table, to be asked by name afterwards",
        "value": '{"kind": "finetune", "model": "linear", "output": "my-sales", "horizon": 24}',
    },
    "generate": {
        "summary": "Crystals",
        "value": '{"kind": "generate", "model": "perov-flow", "n": 5, "elements": "Sr,Ti,O", "steps": 20}',
    },
}

FINETUNE_EXAMPLE = '{"model": "linear", "output": "my-sales", "horizon": 24}'
"""Of `POST /v1/finetune`, to go with a table."""


def parse_request(text: str) -> FinetuneJob | GenerateJob:
    """The part `request` as it was sent.

    Raises:
        InputErrors: it is no JSON, or holds what is not known or does not fit.
    """
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise InputErrors([_problem(detail) for detail in error.errors()]) from None


def parse_finetuning(text: str) -> FinetuneJob:
    """The part `request` of `POST /v1/finetune`: that of a job without its kind.

    Raises:
        InputErrors: as `parse_request`.
    """
    try:
        settings = FinetuneSettings.model_validate_json(text)
    except ValidationError as error:
        raise InputErrors([_problem(detail) for detail in error.errors()]) from None
    return FinetuneJob(kind="finetune", **settings.model_dump(exclude_unset=True))


def read_request(document: dict[str, Any]) -> FinetuneJob | GenerateJob:
    """A request that was checked when it came, from the store."""
    return _ADAPTER.validate_python(document)


def request_schema() -> dict[str, Any]:
    """JSON schema of the part `request`, whole in itself: it stands inside of other schemas."""
    kinds = _ADAPTER.json_schema()["$defs"]
    return {"oneOf": [kinds["FinetuneJob"], kinds["GenerateJob"]]}


def finetuning_schema() -> dict[str, Any]:
    """That of `POST /v1/finetune`."""
    return FinetuneSettings.model_json_schema()


def _problem(detail: Any) -> Any:
    place = [str(step) for step in detail["loc"]]
    if place[:1] in (["finetune"], ["generate"]):
        place = place[1:]
    return input_error_of(detail, field=".".join(place) or "request")
