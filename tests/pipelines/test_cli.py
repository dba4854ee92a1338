"""The command: its flags, its exit codes, its speed to help, and what it leaves behind when refused."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from cyclopts import App
from fourfold.pipelines import cli
from fourfold.shared.errors import InputError, InputErrors, InputWarning
from fourfold.shared.training.failure import NonFiniteLoss, TrainingInterrupted

TABLE = {
    "--id-col",
    "--time-col",
    "--target-col",
    "--freq",
    "--period",
    "--timezone",
    "--missing",
    "--dedupe",
}
NETWORK = {
    "--graph",
    "--undirected",
    "--signed",
    "--zero-is-missing",
    "--size",
    "--lookback",
    "--scaling",
    "--profile",
    "--epochs",
}
FLAGS = {
    "run": {"NAME", "--preset", "--out", "--config", "--set", "--print-config"},
    "forecast": {"MODEL", "DATA", "--horizon", "-n", "--output", "-o", "--level", "--quantiles", "--future",
                 "--past-cols", "--static-cols", "--pad", "--short", *TABLE, *NETWORK},
    "synthesize": {"MODEL", "SOUND", "--output", "-o", "--pitch", "--formant", "--seed", "--channel",
                   "--level", "--nan", "--float"},
    "generate": {"MODEL", "--out", "--output", "-o", "--number", "-n", "--elements", "--formula",
                 "--num-atoms", "--property", "--novel", "--lengths", "--angles", "--seed", "--steps",
                 "--sampler", "--symprec"},
    "finetune": {"MODEL", "DATA", "--output", "-o", "--horizon", "-n", "--past-cols", "--future-cols",
                 "--static-cols", "--steps", "--property", *TABLE, *NETWORK},
    "evaluate": {"MODEL", "DATA", "--horizon", "-n", "--against", "--origins", "--level", "--output", "-o",
                 "--samples", "--matching", *TABLE, *NETWORK},
    "impute": {"MODEL", "DATA", "--output", "-o", "--mask", "--layout", "--steps", "--keep", *TABLE,
               "--graph", "--undirected", "--signed", "--zero-is-missing"},
    "diagnose": {"MODEL", "DATA", "--test", "--output", "-o", *TABLE, *NETWORK},
    "serve": {"--model", "--host", "--port", "--token-file", "--without-token", "--allowed-host", "--folder",
              "--runs", "--lazy", "--threads", "--max-body-mb", "--max-queue", "--batch-window-ms",
              "--max-batch", "--timeout-s", "--max-series", "--max-points", "--max-horizon", "--max-audio-s",
              "--max-crystals", "--max-job-crystals", "--max-jobs", "--jobs-at-once"},
    "models": set(),
    "data list": set(),
    "data info": {"NAME"},
    "data fetch": {"NAME"},
    "benchmark": {"NAME"},
}  # fmt: skip


def commands(app: App, prefix: str = "") -> dict[str, App]:
    found = {}
    for name in app:
        if name.startswith("-"):
            continue
        sub = app[name]
        inner = commands(sub, f"{prefix}{name} ")
        found.update(inner or {prefix + name: sub})
    return found


def flags(command: App) -> set[str]:
    return {
        name
        for argument in command.assemble_argument_collection(parse_docstring=False)
        for name in argument.names
        if name != "*"  # a group of flags that several commands share
    }


def test_commands_and_flags_are_those_promised() -> None:
    assert {name: flags(command) for name, command in commands(cli.app).items()} == FLAGS


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)


def test_help_needs_no_torch_and_no_pandas() -> None:
    code = (
        "import sys\nfrom fourfold.pipelines.cli import main\nmain(['--help'])\n"
        "main(['forecast', '--help'])\nassert not {'torch', 'pandas', 'numba'} & set(sys.modules)"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    for name in FLAGS:
        assert name.split()[0] in done.stdout


@pytest.mark.parametrize("asked", [[], ["--help"]])
def test_help_says_what_each_command_does(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(asked) == 0
    shown = capsys.readouterr().out.splitlines()
    for name in {command.split()[0] for command in FLAGS}:
        (line,) = (line for line in shown if line.startswith(f"│ {name} "))
        assert len(line.strip("│ ").split()) > 4, line


def cli_hint() -> str:
    return "fourfold: Add --traceback after fourfold to see where."


def with_failure(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(arguments: Sequence[str], **options: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (InputError("y", "no value", where="line 3"), 2, ["fourfold: y at line 3: no value."]),
        (InputErrors([InputError("a", "one"), InputError("b", "two\nlines")]), 2,
         ["fourfold: a: one.", "fourfold: b: two lines."]),
        (KeyboardInterrupt(), 130, ["fourfold: stopped"]),
        (TrainingInterrupted(7, Path("c")), 130,
         ["fourfold: interrupted at step 7; saved c; the same call goes on from there"]),
        (RuntimeError("odd"), 1, ["fourfold: RuntimeError: odd", cli_hint()]),
    ],
)  # fmt: skip
def test_every_end_has_its_code_and_its_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    lines: list[str],
) -> None:
    with_failure(monkeypatch, error)
    assert cli.main(["models"]) == code
    captured = capsys.readouterr()
    assert captured.err.splitlines() == lines and captured.out == ""


def test_an_interrupted_command_says_where_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fourfold.pipelines import model_list

    def stop() -> None:
        raise TrainingInterrupted(7, Path("c"))

    monkeypatch.setattr(model_list, "method_summaries", stop)
    assert cli.main(["models"]) == 130
    assert "saved c" in capsys.readouterr().err


def test_a_training_fault_is_told_without_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_failure(monkeypatch, NonFiniteLoss(3, "fit", [1, 2], None))
    assert cli.main(["models"]) == 1
    assert "step 3" in capsys.readouterr().err


def test_developers_see_where(monkeypatch: pytest.MonkeyPatch) -> None:
    with_failure(monkeypatch, InputError("y", "no value"))
    with pytest.raises(InputError):
        cli.main(["--traceback", "models"])
    monkeypatch.setenv("FOURFOLD_TRACEBACK", "1")
    with pytest.raises(InputError):
        cli.main(["models"])


def test_warnings_about_input_are_notes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warn(arguments: Sequence[str], **options: object) -> None:
        import warnings

        warnings.warn("column z is not used", InputWarning, stacklevel=1)

    monkeypatch.setattr(cli, "app", warn)
    assert cli.main(["models"]) == 0
    assert capsys.readouterr().err == "fourfold: note: column z is not used\n"


def test_a_list_in_a_note_keeps_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warn(arguments: Sequence[str], **options: object) -> None:
        import warnings

        warnings.warn("2 of 9 crystals skipped:\n  a: no\ncell\n  b: no atoms", InputWarning, stacklevel=1)

    monkeypatch.setattr(cli, "app", warn)
    assert cli.main(["models"]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told == ["fourfold: note: 2 of 9 crystals skipped:", "  a: no cell", "  b: no atoms"]


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["forecast"], ["run", "forecast", "--presett", "quick"],
     ["run", "forecast", "--preset", "huge"], ["forecast", "linear", "x.csv", "--horizon", "many"]],
)  # fmt: skip
def test_wrong_flags_are_one_line_and_code_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(line.startswith("fourfold: ") for line in lines)


def test_a_method_has_no_horizon_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["forecast", "linear", "x.csv"]) == 2
    assert capsys.readouterr().err.startswith("fourfold: --horizon: is not given")


def test_an_unknown_pipeline_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "forcast"]) == 2
    assert "expected forecast" in capsys.readouterr().err


def test_printed_settings_replay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "forecast", "--set", "horizon=7", "--set", "table.freq=h", "--print-config"]) == 0
    printed = capsys.readouterr().out
    (tmp_path / "c.yaml").write_text(printed)
    assert (
        cli.main(
            ["run", "forecast", "--preset", "full", "--config", str(tmp_path / "c.yaml"), "--print-config"]
        )
        == 0
    )
    assert capsys.readouterr().out == printed


def test_mistyped_settings_are_all_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    assert cli.main(["run", "forecast", "--out", str(out), "--set", "horizn=7", "--set", "levels=[200]"]) == 2
    assert "expected horizon" in capsys.readouterr().err
    assert (
        cli.main(["run", "forecast", "--out", str(out), "--set", "horizon=0", "--set", "origins=none"]) == 2
    )
    assert len(capsys.readouterr().err.splitlines()) == 2
    assert not out.exists()
