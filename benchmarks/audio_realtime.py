"""Time for a second of 24 kHz sound: HiFi-GAN V1 against Wavehax, features given, one thread, in turns.

Run: python -m benchmarks.audio_realtime [--all layers|compile]. Target: HiFi-GAN takes at least 8 times as
long. Ours is end to end: prior, transforms and network. HiFi-GAN is benchmarks/peers/hifi_gan.py (12,985,985
parameters), as PyTorch runs it. `--all` also times our other ways: eager layers and ONNX Runtime (onnx and
onnxruntime are needed), and torch.compile; benchmarks/audio_realtime.md tells what came of them.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import numpy as np  # noqa: E402 - after one_thread, which thread pools read at import
import torch  # noqa: E402
from fourfold.domains.audio.export.vocoder import export_vocoder  # noqa: E402
from fourfold.domains.audio.features.settings import PRESETS as FEATURES  # noqa: E402
from fourfold.domains.audio.mel_statistics import MelStatistics  # noqa: E402
from fourfold.domains.audio.wavehax import fused_backbone  # noqa: E402
from fourfold.domains.audio.wavehax.generator import Wavehax  # noqa: E402
from fourfold.domains.audio.wavehax.harmonic_prior import prior  # noqa: E402
from fourfold.domains.audio.wavehax.settings import PRESETS  # noqa: E402
from torch import Tensor  # noqa: E402

from benchmarks.peers.hifi_gan import V1_24K, V1_24K_PARAMETERS, HiFiGAN  # noqa: E402

RATE, HOP, SECONDS = 24_000, 240, 1
FRAMES = SECONDS * RATE // HOP
NAMES = ("wavehax-v1", "wavehax-v2")


class Ours:
    """Features to samples, by a generator whose backbone may be replaced."""

    def __init__(self, name: str) -> None:
        self.generator = Wavehax(PRESETS[name]).eval()

    def __call__(self, mel: Tensor, f0: Tensor, noise: Tensor) -> Tensor:
        return self.generator(mel, prior(f0, HOP, RATE, noise_BS=noise))

    def eager(self, *features: Tensor) -> Tensor:
        """By the layers of training."""
        with mock.patch.object(fused_backbone, "applies", lambda *_: False):
            return self(*features)


def compiled(ours: Ours) -> Callable[..., Tensor]:
    """The layers of training through torch.compile."""
    network = torch.compile(ours.generator.backbone.forward)  # before it is replaced below

    def call(*features: Tensor) -> Tensor:
        with mock.patch.object(ours.generator.backbone, "forward", lambda images, ends: network(images)):
            return ours(*features)

    return call


def exported(ours: Ours, folder: str) -> Callable[..., Tensor]:
    """The exported vocoder, prior and transforms in its graph, through ONNX Runtime."""
    import onnxruntime

    n_mels = V1_24K.n_mels
    statistics = MelStatistics(np.zeros(n_mels, np.float32), np.ones(n_mels, np.float32))
    path = export_vocoder(f"{folder}/ours.onnx", FEATURES[RATE], ours.generator, statistics)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def call(mel: Tensor, f0: Tensor, noise: Tensor) -> Tensor:
        inputs = {"mel": mel.transpose(1, 2).contiguous().numpy(), "f0": f0.numpy(), "noise": noise.numpy()}
        return torch.from_numpy(session.run(None, inputs)[0])

    return call


@torch.inference_mode()
def measured(everything: str | None, repeats: int) -> dict[str, Any]:
    """Ratios by name."""
    generator = torch.Generator().manual_seed(0)
    mel = torch.randn(1, V1_24K.n_mels, FRAMES, generator=generator)
    noise = torch.randn(1, FRAMES * HOP, generator=generator)
    features = (mel, torch.full((1, FRAMES), 150.0), noise)
    peer = HiFiGAN(V1_24K).eval()
    assert sum(p.numel() for p in peer.parameters()) == V1_24K_PARAMETERS
    ours = {name: Ours(name) for name in NAMES}
    ways: dict[str, Callable[..., Tensor]] = dict(ours)
    with TemporaryDirectory() as folder:
        if everything is not None:
            for name in NAMES:
                ways[f"{name}, eager layers"] = ours[name].eager
                ways[f"{name}, ONNX Runtime"] = exported(ours[name], folder)
                if everything == "compile":
                    ways[f"{name}, torch.compile"] = compiled(ours[name])
        wanted = {name: ours[name].eager(*features) for name in NAMES}
        calls = {name: lambda way=way: way(*features) for name, way in ways.items()}
        times = interleave({"peer": lambda: peer(mel), **calls}, repeats=repeats, clock=time.process_time)
        out = {}
        for name, way in ways.items():
            summary = ratio_summary({"ours": times[name], "peer": times["peer"]})
            difference = float((way(*features) - wanted[name.split(",")[0]]).abs().max())
            print(report(name, summary), f"largest difference {difference:.1e}", flush=True)
            out[name] = {"largest_difference_to_eager": difference, **summary}
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--all", choices=("layers", "compile"), help="our other ways too, or with torch.compile"
    )
    parser.add_argument("--repeats", type=int, default=9)
    chosen = parser.parse_args()
    payload = {
        "clock": "processor time",
        "seconds_of_sound": SECONDS,
        "load_average": os.getloadavg()[0],
        "target": "speedup of at least 8",
        "ways": measured(chosen.all, chosen.repeats),
    }
    print("wrote", write_result("audio_realtime", payload, ("onnxruntime",)))


if __name__ == "__main__":
    main()
