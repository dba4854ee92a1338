"""The ONNX file says what the vocoder says, for any length and batch, with real numbers only."""

import builtins
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from fourfold import Vocoder
from fourfold.domains.audio.features.settings import PRESETS as FEATURES
from fourfold.domains.audio.mel_statistics import MelStatistics
from fourfold.domains.audio.wavehax.settings import PRESETS, WavehaxSettings
from fourfold.shared.errors import InputError

KINDS = {
    "published form": {},
    "light": {"framewise_norm": True, "envelope": True, "noise_image": True},
    "causal": {"framewise_norm": True, "causal": True, "n_fft": 320},
    "streams": {"streams": 4, "n_fft": 40, "framewise_norm": True},
    "causal streams": {"streams": 4, "n_fft": 40, "framewise_norm": True, "causal": True},
    "sine": {"prior": "sine"},
    "noise": {"prior": "noise"},
}


def vocoder_of(features, **changes):
    network = WavehaxSettings(
        **{"n_mels": 20, "hop": 80, "n_fft": 160, "channels": 4, "blocks": 2, **changes}
    )
    statistics = MelStatistics(np.full(20, -4, np.float32), np.linspace(0.5, 2, 20, dtype=np.float32))
    vocoder = Vocoder.untrained(features, network, statistics)
    with torch.no_grad():
        draws = torch.Generator().manual_seed(1)
        for parameter in vocoder.generator.parameters():
            parameter += 0.2 * torch.randn(parameter.shape, generator=draws)
    return vocoder


def spoken(frames, bands, seed=0):
    draws = np.random.default_rng(seed)
    f0 = np.where(np.arange(frames) % 11 < 8, draws.uniform(80, 400, frames), 0)
    return draws.normal(-4, 1, (frames, bands)).astype(np.float32), f0.astype(np.float32)


def session(path):
    return pytest.importorskip("onnxruntime", reason="runs the file").InferenceSession(str(path))


def heard(run, mel, f0, hop, seed):
    noise = np.random.default_rng(seed).standard_normal((1, len(f0) * hop), dtype=np.float32)
    return run.run(None, {"mel": mel[None], "f0": f0[None], "noise": noise})[0][0]


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_says_the_same_at_any_length(small_features, tmp_path, kind):
    pytest.importorskip("onnx", reason="writes the file")
    vocoder = vocoder_of(small_features, **KINDS[kind])
    run = session(vocoder.export(tmp_path / "voice.onnx"))
    for frames in (16, 41, 130):
        mel, f0 = spoken(frames, 20, frames)
        wanted = vocoder.synthesize(mel, f0, iterations=0, seed=frames)
        assert np.abs(wanted).max() > 0.05
        np.testing.assert_allclose(heard(run, mel, f0, 80, frames), wanted, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_short_sounds_are_lengthened_in_the_file(small_features, tmp_path, monkeypatch, kind):
    pytest.importorskip("onnx", reason="writes the file")
    vocoder = vocoder_of(small_features, **KINDS[kind])
    run = session(vocoder.export(tmp_path / "voice.onnx"))
    for frames in (1, 5, 15):
        given = np.random.default_rng(frames).standard_normal((1, frames * 80), dtype=np.float32)
        endless = np.tile(given, (1, 16))[:, : 16 * 80]
        draws = SimpleNamespace(standard_normal=lambda size, dtype, noise=endless: noise[:, : size[1]])
        monkeypatch.setattr(np.random, "default_rng", lambda _, draws=draws: draws)
        mel, f0 = np.full((frames, 20), -4, np.float32), np.full(frames, 200, np.float32)
        mel += np.linspace(0, 1, frames, dtype=np.float32)[:, None]
        wanted = vocoder.synthesize(mel, f0, iterations=0)
        monkeypatch.undo()
        made = run.run(None, {"mel": mel[None], "f0": f0[None], "noise": given})[0][0]
        assert made.shape == (frames * 80,)
        np.testing.assert_allclose(made, wanted, atol=1e-5)


def test_a_batch_and_what_the_file_tells(small_features, tmp_path):
    onnx = pytest.importorskip("onnx", reason="writes the file")
    vocoder = vocoder_of(small_features, **KINDS["light"])
    path = vocoder.export(tmp_path / "new" / "voice.onnx")
    run = session(path)
    mels, tracks = zip(*(spoken(30, 20, n) for n in range(3)), strict=True)
    noise = np.random.default_rng(0).standard_normal((1, 2_400), dtype=np.float32).repeat(3, 0)
    answer = run.run(None, {"mel": np.stack(mels), "f0": np.stack(tracks), "noise": noise})[0]
    for row, audio in zip(answer, vocoder.synthesize(list(mels), list(tracks), iterations=0), strict=True):
        np.testing.assert_allclose(row, audio, atol=1e-5)
    facts = run.get_modelmeta().custom_metadata_map
    assert json.loads(facts["features"]) == small_features.model_dump(mode="json")
    assert facts["features_digest"] == small_features.digest()
    complex_types = {onnx.TensorProto.COMPLEX64, onnx.TensorProto.COMPLEX128}
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    assert not complex_types & {value.type.tensor_type.elem_type for value in model.graph.value_info}
    assert not {"DFT", "STFT"} & {node.op_type for node in model.graph.node}
    assert [entry.name for entry in path.parent.iterdir()] == ["voice.onnx"]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "rate"), [("wavehax-v1", 24_000), ("wavehax-ms-causal", 24_000)])
def test_published_sizes_for_three_seconds(tmp_path, name, rate):
    pytest.importorskip("onnx", reason="writes the file")
    bands = np.zeros(100, np.float32)
    vocoder = Vocoder.untrained(FEATURES[rate], PRESETS[name], MelStatistics(bands - 4, bands + 1))
    run = session(vocoder.export(tmp_path / "voice.onnx"))
    mel, f0 = spoken(300, 100)
    wanted = vocoder.synthesize(mel, f0, iterations=0)
    np.testing.assert_allclose(
        heard(run, mel, f0, 240, 0), wanted, atol=1e-4 * max(np.abs(wanted).max(), 1e-3)
    )


@pytest.mark.parametrize("prior", ["harmonic-decay", "sawtooth"])
def test_priors_without_a_graph_are_refused(small_features, tmp_path, prior):
    pytest.importorskip("onnx", reason="writes the file")
    with pytest.raises(InputError, match=prior):
        vocoder_of(small_features, prior=prior).export(tmp_path / "voice.onnx")
    assert not list(tmp_path.iterdir())


def test_other_suffixes_and_a_missing_package_are_told(small_features, tmp_path, monkeypatch):
    vocoder = vocoder_of(small_features)
    with pytest.raises(InputError, match=r"expected \.onnx"):
        vocoder.export(tmp_path / "voice.pt")
    usual = builtins.__import__

    def without_onnx(name, *rest, **named):
        if name == "onnx":
            raise ImportError("No module named 'onnx'")
        return usual(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_onnx)
    with pytest.raises(InputError, match=r"fourfold\[onnx\]"):
        vocoder.export(tmp_path / "voice.onnx")
