"""Killed at any moment of a save, the artefact before or the one after is there, whole."""

import subprocess
import sys
import time

import numpy as np
import pytest
from fourfold.shared.artifact import load_artifact

SAVER = """
import sys
import numpy as np
from fourfold.shared.artifact import ModelCard, save_artifact

card = ModelCard(title="counted", summary="", command="")
number = 0
while True:
    number += 1
    save_artifact(sys.argv[1], "x", {"number": number}, {"a": np.full(300_000, number)}, card)
    print(number, flush=True)
"""


@pytest.mark.slow
def test_kill_while_saving_leaves_a_whole_artifact(tmp_path):
    folder = tmp_path / "model"
    delays = np.random.default_rng(0).uniform(0, 0.1, 3)
    for delay in delays:
        saver = subprocess.Popen([sys.executable, "-c", SAVER, folder], stdout=subprocess.PIPE, text=True)
        with saver:
            try:
                assert saver.stdout.readline() == "1\n"
                time.sleep(delay)
            finally:
                saver.kill()
        artifact = load_artifact(folder)
        assert (artifact.arrays()["a"] == artifact.config["number"]).all()
