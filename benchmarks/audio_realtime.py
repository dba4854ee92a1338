"""Time for a second of 24 kHz sound: HiFi-GAN V1 against Wavehax, features given, one thread, in turns.

Run: python -m benchmarks.audio_realtime [--all]. Target: HiFi-GAN takes at least 8 times as long. Ours is end
to end: prior, transforms and network. HiFi-GAN is benchmarks/peers/hifi_gan.py (12,985,985 parameters), as
PyTorch runs it. `--all` also times our other ways: eager layers, torch.compile and ONNX Runtime of the core
(which needs onnx and onnxruntime); benchmarks/audio_realtime.md tells what came of them. Processor time.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import torch  # noqa: E402 - after one_thread, which thread pools read at import
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
    network = torch.compile(ours.generator.backbone)

    def call(*features: Tensor) -> Tensor:
        with mock.patch.object(ours.generator.backbone, "forward", lambda images, ends: network(images)):
            return ours(*features)

    return call


def exported(ours: Ours, folder: str) -> Callable[..., Tensor]:
    """The backbone through ONNX Runtime."""
    import onnxruntime

    path = str(Path(folder) / "backbone.onnx")
    backbone = ours.generator.backbone
    images = torch.zeros(1, 5, ours.generator.settings.n_fft // 2 + 1, FRAMES)
    with mock.patch.object(fused_backbone, "applies", lambda *_: False):
        torch.onnx.export(backbone, (images,), path, input_names=["x"], dynamo=False, opset_version=17)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(images: Tensor, ends: object) -> Tensor:
        return torch.from_numpy(session.run(None, {"x": images.numpy()})[0])

    def call(*features: Tensor) -> Tensor:
        with mock.patch.object(backbone, "forward", run):
            return ours(*features)

    return call


@torch.inference_mode()
def measured(everything: bool, repeats: int) -> dict[str, Any]:
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
        if everything:
            for name in NAMES:
                ways[f"{name}, eager layers"] = ours[name].eager
                ways[f"{name}, torch.compile"] = compiled(ours[name])
                ways[f"{name}, ONNX Runtime"] = exported(ours[name], folder)
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
    parser.add_argument("--all", action="store_true", help="our other ways too")
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
