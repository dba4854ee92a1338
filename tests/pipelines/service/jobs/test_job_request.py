"""The part `request` of a new job: what is understood, and how the rest is refused."""

import json

import pytest
from fourfold.pipelines.service.jobs.job_request import (
    EXAMPLES,
    FINETUNE_EXAMPLE,
    parse_finetuning,
    parse_request,
    read_request,
)
from fourfold.pipelines.service.plain_words import without_flags
from fourfold.shared.errors import InputError, InputErrors


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_examples_are_understood_and_kept_as_they_were(example: dict) -> None:
    request = parse_request(example["value"])
    said = request.model_dump(mode="json", exclude_unset=True)
    assert said == json.loads(example["value"])
    assert read_request(said) == request


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("", {"request"}),
        ("[]", {"request"}),
        ('{"kind": "destroy"}', {"request"}),
        ('{"kind": "finetune"}', {"model"}),
        ('{"kind": "finetune", "model": "linear", "horizon": 1.5, "lookback": 0}', {"horizon", "lookback"}),
        ('{"kind": "finetune", "model": "linear", "horizon": true}', {"horizon"}),
        ('{"kind": "finetune", "model": "linear", "freq": " "}', {"freq"}),
        (
            '{"kind": "finetune", "model": "linear", "lookback": 10001, "steps": 10000001}',
            {"lookback", "steps"},
        ),
        (f'{{"kind": "finetune", "model": "linear", "period": {"9" * 400}}}', {"period"}),
        ('{"kind": "generate", "model": "perov-flow", "n": 0, "path": "/etc"}', {"n", "path"}),
        ('{"kind": "generate", "model": "perov-flow", "property": NaN}', {"property"}),
    ],
)
def test_mistakes_are_named_by_field(text: str, fields: set[str]) -> None:
    with pytest.raises(InputErrors) as refused:
        parse_request(text)
    assert {problem.field for problem in refused.value.problems} == fields


@pytest.mark.parametrize("output", ["../x", "a/b", "", ".hidden", "a b", "x" * 65, "a\n", "-x"])
def test_names_of_results_are_plain(output: str) -> None:
    with pytest.raises(InputErrors, match="output"):
        parse_request(json.dumps({"kind": "finetune", "model": "linear", "output": output}))


def test_sentences_name_fields_where_the_shell_names_flags() -> None:
    error = InputError(
        "--past-cols", "are not read", expected="--graph edges.csv", remedy="Leave --static-cols out"
    )
    told = without_flags(error)
    assert told.field == "past_cols"
    assert str(told) == "past_cols: are not read; expected graph edges.csv. Leave static_cols out."
    assert str(without_flags(InputError("y", "a--b is 1"))) == "y: a--b is 1."


def test_finetuning_is_a_job_without_its_kind() -> None:
    job = parse_finetuning(FINETUNE_EXAMPLE)
    assert job == parse_request(EXAMPLES["finetune"]["value"])
    assert job.model_dump(mode="json", exclude_unset=True)["kind"] == "finetune"
    for text, field in (
        ('{"kind": "finetune", "model": "linear"}', "kind"),
        ("{}", "model"),
        ("[]", "request"),
    ):
        with pytest.raises(InputErrors) as refused:
            parse_finetuning(text)
        assert [problem.field for problem in refused.value.problems] == [field]
