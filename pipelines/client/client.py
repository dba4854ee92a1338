"""Client: a fourfold service with the verbs and results of the local classes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ...shared.errors import InputError
from .connection import Connection
from .remote_job import Job

if TYPE_CHECKING:
    import numpy as np

    from ...domains.audio.features.audio import Audio
    from ...domains.materials.generated import GeneratedCrystals
    from ...shared.forecasting.forecast import Forecast

GRAPH_FORECASTER = "graph-forecaster"
SOUNDS = (".wav", ".flac", ".ogg")


class Client:
    """A service that `fourfold serve` runs.

    What it refuses is raised as it would be locally: `InputError` with the same sentence for the input,
    `ServiceError` (`fourfold.pipelines.service.errors`) with status and `retry_after` for all else.

    Args:
        url: where it is, such as "http://127.0.0.1:8000".
        token: its bearer token, where it has one.
        timeout: seconds that an answer may take to begin.

    Raises:
        InputError: `url` is no address.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        timeout: float = 300.0,
    ) -> None:
        self.connection = Connection(url, token, timeout)
        self._kinds: dict[str, str] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close open connections."""
        self.connection.close()

    def models(self) -> list[dict[str, Any]]:
        """What the service can be asked: name, kind, task, summary, ready, and facts of each."""
        return self.connection.json("GET", "/v1/models")["models"]

    # ---- time series and graphs ----------------------------------------------------------------

    def forecast(
        self,
        data: Any,
        horizon: int,
        *,
        model: str = "tempo-zero",
        levels: Sequence[float] = (),
        quantiles: Sequence[float] = (),
        future: Any = None,
        graph: Any = None,
        **options: Any,
    ) -> Forecast:
        """The steps after the end of each series, as `Forecaster.predict` and `GraphForecaster.predict` give.

        Args:
            data: whatever `read_panel` reads. CSV and Parquet files and frames are sent as they are.
            horizon: steps ahead.
            model: a name of `models()`; methods are fitted on `data` there.
            levels: central intervals in percent. quantiles: probabilities.
            future: table (a frame or a CSV or Parquet file) of covariates known ahead.
            graph: a file or frame of edges, or a `SensorGraph`, for networks on a graph.
            options: how `data` are to be read, as the shell's flags say it: `id_col`, `time_col`,
                `target_col`, `freq`, `period`, `timezone`, `missing`, `dedupe`, `past_cols`, `static_cols`,
                `pad`, `short`; and for networks by name `size`, `lookback`, `epochs` ...

        Returns:
            A `Forecast` over `data`. Parts (trend, season) do not travel.

        Raises:
            InputError: model, data and wishes do not go together.
            ServiceError: see `Client`.
        """
        from ...shared.forecasting.probabilities import central_probabilities
        from .history import History
        from .tables import ARROW, forecast_of

        probabilities = central_probabilities(levels, quantiles)
        networked = self._kind(model) == GRAPH_FORECASTER
        history = History(data, future, options, networked)
        fields = {"model": model, "horizon": str(horizon), **_fields(options)}
        fields |= {"levels": _listed("levels", levels), "quantiles": _listed("quantiles", quantiles)}
        answer = self.connection.request(
            "POST",
            "/v1/forecast",
            data=fields,
            files=history.parts(graph),
            headers={"Accept": ARROW},
        )
        panel = history.panel()
        return forecast_of(answer.content, panel, horizon, probabilities, together=networked)

    predict = forecast

    # ---- sound ---------------------------------------------------------------------------------

    def resynthesize(
        self,
        audio: Any,
        pitch: float = 1.0,
        formant: float = 1.0,
        *,
        model: str = "wavehax-16k",
        seed: int = 0,
        **options: Any,
    ) -> Audio:
        """The same speech made anew, as `Vocoder.resynthesize` gives it, to 16 bits.

        Args:
            audio: a file, its bytes, or an `Audio`. options: `channel`, `level`, `nan` of the reader.

        Raises:
            InputError: the sound cannot be used, or a factor is no positive number.
        """
        from .sounds import heard, recording_of

        asked = {"model": model, "pitch": pitch, "formant": formant, "seed": seed, **_given(options)}
        headers = {"Content-Type": "audio/wav"}
        content = recording_of(audio)
        return heard(self._synthesize(asked, content, headers))

    def synthesize(
        self,
        mel: np.ndarray,
        f0: np.ndarray,
        *,
        model: str = "wavehax-16k",
        seed: int = 0,
        iterations: int | None = None,
    ) -> np.ndarray:
        """Samples float32 [S] of features, as `Vocoder.synthesize` gives them, to 16 bits.

        Args:
            mel: log-mel [frames, bands]. f0: Hz [frames], 0 where unvoiced.
        """
        from .sounds import features_of, heard

        asked = {"model": model, "seed": seed, **_given({"iterations": iterations})}
        headers = {"Content-Type": "application/x-npz"}
        return heard(self._synthesize(asked, features_of(mel, f0), headers)).samples

    def _synthesize(self, asked: dict[str, Any], content: bytes, headers: dict[str, str]) -> bytes:
        return self.connection.request(
            "POST", "/v1/synthesize", params=asked, content=content, headers=headers
        ).content

    # ---- crystals ------------------------------------------------------------------------------

    def generate(
        self,
        n: int,
        composition: str | None = None,
        elements: str | Iterable[str] | None = None,
        num_atoms: int | None = None,
        property: float | None = None,
        *,
        model: str = "perov-flow",
        novel: bool = False,
        seed: int = 0,
        steps: int = 50,
    ) -> GeneratedCrystals:
        """New crystals, as `CrystalGenerator.generate` gives them; many are for `generate_job`.

        Raises:
            InputError: a wish makes no sense or cannot be met, or it takes too long for one answer.
        """
        from .crystals import crystals_of

        wish = _wish(n, composition, elements, num_atoms, property, novel, seed, steps)
        headers = {"Accept": "application/zip"}
        answer = self.connection.request(
            "POST", "/v1/generate", json={"model": model, **wish}, headers=headers
        )
        return crystals_of(answer.content)

    def generate_job(
        self,
        n: int,
        composition: str | None = None,
        elements: str | Iterable[str] | None = None,
        num_atoms: int | None = None,
        property: float | None = None,
        *,
        model: str = "perov-flow",
        output: str | None = None,
        novel: bool = False,
        seed: int = 0,
        steps: int = 50,
    ) -> Job:
        """As `generate`, as a job: `download` gives the folder that `fourfold generate` writes."""
        wish = _wish(n, composition, elements, num_atoms, property, novel, seed, steps)
        return self._submit({"kind": "generate", "model": model, "output": output, **wish}, [])

    # ---- jobs ----------------------------------------------------------------------------------

    def finetune(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        model: str,
        output: str | None = None,
        graph: Any = None,
        steps: int | None = None,
        property: str | None = None,
        **options: Any,
    ) -> Job:
        """Train a model further on data of yours, or fit a method, as a job.

        Args:
            data: a table (a frame or file) for forecasters; a folder or list of recordings for a vocoder; a
                table with a column cif, or a folder or list of crystal files, for a crystal generator.
            horizon: steps that a forecaster is to forecast.
            output: name under which the model is served when it is done.
            graph: a file or frame of edges, or a `SensorGraph`, for networks on a graph.
            steps: of training, for a vocoder or generator. property: to be told from crystals.
            options: further settings, as the shell's flags say it (`id_col`, `missing`, `epochs` ...).

        Raises:
            InputError: model, data and wishes do not go together.
            ServiceError: no such model, the name is taken, or too many jobs wait.
        """
        asked = {"kind": "finetune", "model": model, "output": output, "horizon": horizon}
        asked |= {"steps": steps, "property": property, **options}
        from .tables import edges_part

        files = [("data", file) for file in _files(data)]
        if graph is not None:
            files.append(("graph", edges_part(graph).file()))
        return self._submit(asked, files)

    def job(self, id: str) -> Job:
        """A job that was begun earlier."""
        return Job(self.connection, {"id": id}).refresh()

    def jobs(self) -> list[Job]:
        """All jobs of the service, newest first."""
        return [Job(self.connection, facts) for facts in self.connection.json("GET", "/v1/jobs")["jobs"]]

    def _submit(self, asked: dict[str, Any], files: list[Any]) -> Job:
        try:
            request = json.dumps(_given(asked), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise InputError("request", f"cannot be sent ({error})", expected="plain values") from error
        # As a file of the form, so that the body is multipart with or without data.
        fields = {"request": request}
        return Job(
            self.connection, self.connection.json("POST", "/v1/jobs", data=fields, files=files or None)
        )

    def _kind(self, name: str) -> str | None:
        """Asked once for each name; an unknown one is left to the service to refuse."""
        if name not in self._kinds:
            self._kinds = {model["name"]: model["kind"] for model in self.models()}
        return self._kinds.get(name)


def _files(data: Any) -> Iterator[tuple[str, bytes | BinaryIO, str]]:
    """What is to be sent as `data`: a table, or every sound or crystal of a folder or list."""
    from .tables import part_of, read_file

    if isinstance(data, list | tuple):
        for number, path in enumerate(data):
            yield f"{number}{Path(path).suffix}", read_file(Path(path)), "application/octet-stream"
    elif isinstance(data, str | Path):
        path = Path(data).expanduser()
        if path.is_dir():
            yield "data.zip", _zipped(path), "application/zip"
        else:
            yield f"data{path.suffix}", read_file(path), "application/octet-stream"
    else:
        yield part_of("data", data).file()


def _zipped(folder: Path) -> bytes:
    import zipfile

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, path in enumerate(sorted(path for path in folder.rglob("*") if path.is_file())):
            if not path.name.startswith("."):
                archive.write(path, f"{number:06d}{path.suffix}")
    return content.getvalue()


def _wish(
    n: int,
    composition: str | None,
    elements: str | Iterable[str] | None,
    num_atoms: int | None,
    property: float | None,
    novel: bool,
    seed: int,
    steps: int,
) -> dict[str, Any]:
    wanted = elements if elements is None or isinstance(elements, str) else list(elements)
    return _given(
        {
            "n": n,
            "composition": composition,
            "elements": wanted,
            "num_atoms": num_atoms,
            "property": property,
            "novel": novel,
            "seed": seed,
            "steps": steps,
        }
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _fields(options: dict[str, Any]) -> dict[str, Any]:
    """Options as fields of a form."""
    told: dict[str, Any] = {}
    for name, value in _given(options).items():
        if isinstance(value, str):
            told[name] = value
        elif isinstance(value, Iterable):
            told[name] = [str(part) for part in value]
        else:
            told[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return told


def _listed(name: str, numbers: Sequence[float]) -> str:
    return ",".join(repr(float(number)) for number in numbers)
