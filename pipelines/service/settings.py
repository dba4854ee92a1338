"""What `fourfold serve` can be told: address, models and limits."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ServiceSettings(BaseModel):
    """Address, models, folders and limits of one server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: tuple[str, ...] = ()
    """Shipped names or artefact folders to serve; empty: every shipped model."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    token_file: Path | None = None
    """Its first line is the bearer token that every request but the health checks must carry."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which requests may reach the server; empty: any."""
    preload: bool = True
    """Load the models at the start; else each when it is first asked."""
    threads: int = Field(default=1, ge=1)
    """Threads of one model's arithmetic."""
    folder: Path = Path("runs/service")
    """Jobs, their uploads and results live here."""
    runs: Path = Path("runs")
    """Run folders shown by the run browser."""
    max_body_mb: float = Field(default=64, gt=0)
    """Largest request body, in MB (10^6 bytes)."""
    max_queue: int = Field(default=64, ge=1)
    """Requests that may wait for one model; more are answered 503."""
    batch_window_ms: float = Field(default=5, ge=0)
    """How long a forecast waits for others to share its batch."""
    max_batch: int = Field(default=64, ge=1)
    """Requests in one batch; 1 answers one by one."""
    timeout_s: float = Field(default=120, gt=0)
    """A request that waits or computes longer is answered 504."""
    max_series: int = Field(default=10_000, ge=1)
    max_points: int = Field(default=5_000_000, ge=1)
    max_horizon: int = Field(default=10_000, ge=1)
    max_audio_s: float = Field(default=600, gt=0)
    max_crystals: int = Field(default=1_000, ge=1)
    """Crystals of one direct answer; more are made by a job."""
    max_job_crystals: int = Field(default=100_000, ge=1)
    max_jobs: int = Field(default=100, ge=1)
    """Jobs that may wait; more are answered 503."""
    jobs_at_once: int = Field(default=1, ge=1)
    """Jobs that run at the same time, each in a process of its own."""
