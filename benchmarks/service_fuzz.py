"""2,000 requests out of the OpenAPI document, right and wrong ones: none may be answered with a fault.

    python -m benchmarks.service_fuzz [--cases 2000] [--seed 0]

schemathesis draws them for every route of the whole application, in this process (tests/pipelines/service/
fuzzing.py says how); small models answer. A fault is a status of 500 or more, but for 503 with Retry-After,
or a refusal without a reason. The exit code is 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import one_thread, write_result

one_thread()
TESTS = Path(__file__).resolve().parents[1] / "tests" / "pipelines" / "service"
sys.path.insert(0, str(TESTS))

import torch  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.pipelines.service.app import create_app  # noqa: E402
from fourfold.pipelines.service.settings import ServiceSettings  # noqa: E402
from fuzzing import FUZZED, LIMITS, fuzz  # noqa: E402
from tiny_media import tiny_generator, tiny_vocoder  # noqa: E402
from tiny_tables import tiny_linear  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """Fuzz, tell and keep the result; 1 where there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        folder = Path(scratch)
        models = (
            tiny_vocoder().save(folder / "voice"),
            tiny_generator("volume_per_atom").save(folder / "crystals"),
            tiny_linear().save(folder / "hours"),
        )
        settings = ServiceSettings(
            models=tuple(map(str, models)),
            preload=False,
            folder=folder / "jobs",
            runs=folder / "runs",
            **LIMITS,
        )
        report = fuzz(create_app(settings), FUZZED, asked.cases, asked.seed)
    told = report.as_dict()
    print(json.dumps(told["statuses"], indent=2))
    for fault in told["faults"][:20]:
        print(f"FAULT {fault:.1000}")
    print(f"{report.cases:,} requests in {report.seconds:.0f} s: {len(report.faults)} faults")
    write_result("service_fuzz", {"seed": asked.seed, **told}, ("schemathesis", "fastapi", "starlette"))
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
