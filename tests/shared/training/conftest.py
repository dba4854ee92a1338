"""The toy objectives, and a way to run them in a process of their own."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).with_name("toy_run.py")


@pytest.fixture(scope="session")
def toy():
    spec = importlib.util.spec_from_file_location("training_toys", _PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_toy():
    """Train the toy regression in another process; returns the finished process."""

    def run(folder, settings, *options, launcher=()):
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        command = [
            sys.executable,
            *launcher,
            str(_PROGRAM),
            str(folder),
            settings.model_dump_json(),
            *options,
        ]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)

    return run
