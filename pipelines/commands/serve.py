"""`fourfold serve`: forecasts, speech and crystals over HTTP, and a page to try them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .whole_number import WHOLE


@Parameter(name="*")
@dataclass(frozen=True)
class ServiceLimits:
    """What the server takes and how long it works.

    Parameters
    ----------
    max_body_mb
        Largest request body, in MB.
    max_queue
        Requests that may wait for one model; more are answered 503.
    batch_window_ms
        How long a forecast waits for others to share its batch.
    max_batch
        Requests answered at once; 1 answers one by one.
    timeout_s
        A request that waits or computes longer is answered 504.
    max_series
        Series of one request.
    max_points
        Values of one request.
    max_horizon
        Steps of one forecast.
    max_audio_s
        Seconds of one recording.
    max_crystals
        Crystals of one direct answer; more are made by a job.
    max_job_crystals
        Crystals of one job.
    max_jobs
        Jobs that may wait.
    jobs_at_once
        Jobs that run at the same time.
    """

    max_body_mb: float = 64
    max_queue: Annotated[int, WHOLE] = 64
    batch_window_ms: float = 5
    max_batch: Annotated[int, WHOLE] = 64
    timeout_s: float = 120
    max_series: Annotated[int, WHOLE] = 10_000
    max_points: Annotated[int, WHOLE] = 5_000_000
    max_horizon: Annotated[int, WHOLE] = 10_000
    max_audio_s: float = 600
    max_crystals: Annotated[int, WHOLE] = 1_000
    max_job_crystals: Annotated[int, WHOLE] = 100_000
    max_jobs: Annotated[int, WHOLE] = 100
    jobs_at_once: Annotated[int, WHOLE] = 1


USUAL = ServiceLimits()


def serve(
    *,
    model: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    host: str = "127.0.0.1",
    port: Annotated[int, WHOLE] = 8000,
    token_file: Path | None = None,
    without_token: Annotated[bool, Parameter(negative="")] = False,
    allowed_host: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    folder: Path = Path("runs/service"),
    runs: Path = Path("runs"),
    lazy: Annotated[bool, Parameter(negative="")] = False,
    threads: Annotated[int, WHOLE] = 1,
    limits: ServiceLimits = USUAL,
) -> int:
    """Serve models over HTTP until Ctrl-C: POST /v1/forecast, /v1/synthesize, /v1/generate, and a page at /.

    Parameters
    ----------
    model
        A shipped model, or a folder that finetune or run wrote; repeat for more. All shipped ones if none.
    host
        Address to listen on; at the usual one nobody but this machine reaches the server.
    port
        0 takes a free one.
    token_file
        File whose first line every request must carry: Authorization: Bearer TOKEN.
    without_token
        Let everyone in who can reach --host, without a token.
    allowed_host
        Name under which requests may come, as behind a proxy; repeat for more.
    folder
        Where jobs, their uploads and their results are kept.
    runs
        Folder of runs that the page shows.
    lazy
        Load each model when it is first asked, not at the start.
    threads
        Threads of one model's arithmetic.
    limits
        See below.
    """
    from ..service.listening import listen

    told = {"models": model, "allowed_hosts": allowed_host, "preload": not lazy, **asdict(limits)}
    return listen(
        host=host,
        port=port,
        token_file=token_file,
        folder=folder,
        runs=runs,
        threads=threads,
        without_token=without_token,
        **told,
    )
