"""The same application under a local Ray: replicas answer as `fourfold serve` does, and share their jobs."""

import importlib.util
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from fourfold.pipelines.ray_service import RaySettings, _settings
from fourfold.shared.errors import InputError

HAS_RAY = importlib.util.find_spec("ray") is not None

SCRIPT = """
    import json, socket, sys, time
    import numpy as np, pandas as pd, ray
    from ray import serve
    from fourfold import Client, Forecaster
    from fourfold.pipelines.ray_service import app

    def free_port():
        with socket.socket() as opened:
            opened.bind(("127.0.0.1", 0))
            return opened.getsockname()[1]

    folder, port = sys.argv[1], free_port()
    ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False, configure_logging=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    arguments = {"replicas": "2", "cpus": "0.5", "folder": folder, "runs": folder, "preload": "false"}
    serve.run(app(arguments), name="fourfold", route_prefix="/")
    hours = np.arange(300)
    table = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2026-01-01", periods=300, freq="h"),
                          "y": np.sin(2 * np.pi * hours / 24)})
    local = Forecaster("linear").fit(table, 6).predict(table, 6, levels=(80,)).to_long()
    told = {}

    def check(model):
        for _ in range(4):
            remote = client.forecast(table, 6, model=model, levels=(80,))
            pd.testing.assert_frame_equal(remote.to_long(), local)

    with Client(f"http://127.0.0.1:{port}", timeout=120) as client:
        check("linear")
        told["models"] = len(client.models())
        job = client.finetune(table, 6, model="linear", output="mine")
        told["shares"] = [share for share, _ in job.progress()]
        told["status"] = job.wait().status
        time.sleep(2)  # every replica looks for finished models once a second
        check("mine")
    serve.shutdown()
    ray.shutdown()
    print(json.dumps(told))
"""


def test_settings_come_as_text_and_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = _settings({"models": "tempo-zero, wavehax-16k", "replicas": "3", "folder": "here"})
    assert settings.models == ("tempo-zero", "wavehax-16k") and settings.replicas == 3
    assert settings.folder == tmp_path / "here" and settings.runs.is_absolute()
    with pytest.raises(InputError, match="replicas"):
        _settings({"replicas": 0})
    with pytest.raises(InputError, match="unheard"):
        _settings({"unheard": 1})
    assert RaySettings().replicas == 1


@pytest.mark.slow
@pytest.mark.skipif(not HAS_RAY, reason="needs ray: pip install 'fourfold[ray]'")
def test_replicas_answer_as_the_local_classes(tmp_path: Path) -> None:
    """In a process of its own: Ray's warnings and threads are not the suite's."""
    began = time.monotonic()
    quiet = {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)],
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, (
        f"after {time.monotonic() - began:.0f} s\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["status"] == "done" and told["shares"][-1] == 1.0
    assert told["models"] > 20


@pytest.mark.skipif(HAS_RAY, reason="ray is installed")
def test_without_ray_it_says_what_to_install() -> None:
    from fourfold.pipelines.ray_service import app

    with pytest.raises(InputError, match=r"pip install 'fourfold\[ray\]'"):
        app({})
