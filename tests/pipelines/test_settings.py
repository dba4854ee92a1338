"""Settings from recipe, file and flags."""

from pathlib import Path

import pytest
from fourfold.pipelines.settings import as_yaml, resolve_settings
from fourfold.shared.errors import InputError, InputErrors
from pydantic import BaseModel, ConfigDict


class Inner(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    steps: int = 100
    rate: float = 1e-3


class Outer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    data: str = "default"
    freq: str | None = None
    models: tuple[str, ...] = ("a",)
    horizon: int = 24
    tempo: Inner = Inner()


def test_flags_win_over_file_and_file_over_recipe(tmp_path: Path) -> None:
    config = tmp_path / "c.yaml"
    config.write_text("horizon: 36\ntempo:\n  steps: 7\n")
    settings = resolve_settings(
        Outer, {"horizon": 12, "tempo.rate": 0.5, "data": "r"}, config, ["tempo.steps=9"]
    )
    assert settings == Outer(data="r", horizon=36, tempo=Inner(steps=9, rate=0.5))


@pytest.mark.parametrize("text", ["no", "1e3", "2020-01-01", "a=b", "12", "x: y"])
def test_text_settings_keep_their_text(text: str) -> None:
    assert resolve_settings(Outer, {}, None, [f"data={text}"]).data == text


def test_a_list_is_given_with_commas_or_brackets() -> None:
    assert resolve_settings(Outer, {}, None, ["models=a,b"]).models == ("a", "b")
    assert resolve_settings(Outer, {}, None, ["models=[a, b]"]).models == ("a", "b")


def test_null_takes_an_optional_setting_back() -> None:
    assert resolve_settings(Outer, {"freq": "h"}, None, ["freq=null"]).freq is None


def test_all_mistakes_are_told_at_once_with_the_nearest_keys() -> None:
    with pytest.raises(InputErrors) as caught:
        resolve_settings(Outer, {}, None, ["nothing", "horizn=3", "steps=1", "tempo.stepz=1"])
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 4
    assert "no '='" in told[0]
    assert "expected horizon" in told[1]
    assert "tempo.steps" in told[2] and "tempo.steps" in told[3]


def test_values_of_the_wrong_kind_name_their_key() -> None:
    with pytest.raises(InputErrors) as caught:
        resolve_settings(Outer, {}, None, ["horizon=many", "tempo.rate=[1]"])
    assert [problem.field for problem in caught.value.problems] == ["horizon", "tempo.rate"]
    assert "'many'" in str(caught.value.problems[0])


def test_printed_settings_read_back_equal(tmp_path: Path) -> None:
    settings = resolve_settings(Outer, {}, None, ["data=no", "models=x,y", "tempo.rate=0.25"])
    config = tmp_path / "c.yaml"
    config.write_text(as_yaml(settings))
    assert resolve_settings(Outer, {"horizon": 1}, config) == settings


@pytest.mark.parametrize("content", ["- a\n- b\n", "a: [", "\x00"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    config = tmp_path / "c.yaml"
    config.write_text(content)
    with pytest.raises(InputError, match="--config"):
        resolve_settings(Outer, {}, config)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        resolve_settings(Outer, {}, tmp_path / "none.yaml")
