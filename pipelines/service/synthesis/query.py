"""What `POST /v1/synthesize` is told beside the sound: in the query, or in the fields of a form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ....shared.errors import InputError, InputErrors
from ...settings_problems import input_error_of
from ...synthesis_settings import SynthesisSettings

MOST_ITERATIONS = 256
EXAMPLES: dict[str, Any] = {"model": "wavehax-16k", "pitch": 1.2, "formant": 1.0, "seed": 0}
OF_RECORDINGS = ("pitch", "formant", "channel", "level", "nan")
OF_FEATURES = ("iterations",)


class SynthesisQuery(SynthesisSettings):
    """The shell's settings, the model, and what only features can be told."""

    model: str = Field(min_length=1, max_length=200)
    """Name of a served vocoder."""
    iterations: Annotated[int, Field(ge=0, le=MOST_ITERATIONS)] | None = None
    """Features only: rounds of refinement after the generator, as in `Vocoder.synthesize`."""

    def require_fit(self, recording: bool) -> None:
        """Refuse what says nothing to the kind of body that came.

        Raises:
            InputError: the first field that does not belong there.
        """
        what, foreign = ("features", OF_RECORDINGS) if not recording else ("a recording", OF_FEATURES)
        for name in foreign:
            if getattr(self, name) != type(self).model_fields[name].default:
                remedy = "Multiply f0 yourself" if name == "pitch" else "Leave it out"
                raise InputError(name, f"says nothing to {what}", remedy=remedy)


def read_query(given: Iterable[tuple[str, str]]) -> SynthesisQuery:
    """The settings in a query and a form together.

    Raises:
        InputErrors: a field is given twice, is not known, or does not fit.
    """
    values: dict[str, str] = {}
    for name, value in given:
        if name in values:
            raise InputError(name[:80], "is given twice", expected="each field once")
        values[name] = value
    try:
        return SynthesisQuery.model_validate(values)
    except ValidationError as error:
        raise InputErrors([input_error_of(detail) for detail in error.errors()]) from None


def query_parameters() -> list[dict[str, Any]]:
    """The same for the OpenAPI document."""
    document = SynthesisQuery.model_json_schema()
    names = sorted(document["properties"], key=lambda name: (name != "model", name == "iterations"))
    return [_parameter(name, dict(document["properties"][name])) for name in names]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    schema.pop("title", None)
    described = schema.pop("description", "")
    if "anyOf" in schema:  # a query has no null: what is not wanted is left out
        (some,) = [choice for choice in schema.pop("anyOf") if choice.get("type") != "null"]
        schema = some
    parameter = {"name": name, "in": "query", "description": described, "schema": schema}
    if name == "model":
        parameter["required"] = True
    return parameter | ({"example": EXAMPLES[name]} if name in EXAMPLES else {})
