"""A model card survives the trip through README.md, whatever its text."""

import hypothesis.strategies as st
import pytest
import yaml
from fourfold.shared.artifact import DataUse, Measured, ModelCard, load_artifact
from fourfold.shared.errors import InputError
from hypothesis import given
from pydantic import ValidationError

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(text, text, text, st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_survives(title, summary, command, value):
    card = ModelCard(
        title=title,
        summary=summary,
        command=command,
        datasets=(DataUse(name=title, license=summary),),
        metrics=(Measured(metric=title, value=value, data=command, command=summary),),
    )
    assert ModelCard.from_markdown(card.to_markdown(), "here") == card


def test_header_is_what_the_hub_reads(card):
    header = yaml.safe_load(card.to_markdown().split("---\n")[1])
    assert header["license"] == "apache-2.0"
    assert header["library_name"] == "fourfold"
    assert header["tags"] == ["time-series"]
    assert header["datasets"] == ["sunspots"]
    assert header["metrics"] == ["mase"]


def test_body_tells_data_licence_metrics_and_command(card):
    body = card.to_markdown().split("---\n", 2)[2]
    assert "| sunspots | train | public domain |" in body
    assert "| mase | 0.91 | sunspots test |" in body
    assert "fourfold run forecast --set data=my.csv" in body


def test_body_may_be_edited(saved):
    readme = saved / "README.md"
    before = load_artifact(saved).card
    readme.write_text(readme.read_text() + "\n---\nA note added later.\n")
    assert load_artifact(saved).card == before


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("# No header", "no YAML header"),
        ("---\n: [\n---\n", "not YAML"),
        ("---\nlicense: mit\n---\n", "no model card"),
        ("---\ncard: {title: x}\n---\n", "'summary' is wrong"),
    ],
)
def test_damaged_card(saved, content, match):
    (saved / "README.md").write_text(content)
    with pytest.raises(InputError, match=match):
        load_artifact(saved)


def test_a_figure_must_be_finite():
    with pytest.raises(ValidationError):
        Measured(metric="mse", value=float("nan"), data="x")
