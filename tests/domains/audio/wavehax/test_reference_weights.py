"""Weights in the authors' layout make the same generator: their layers, written out, say what ours say."""

import pytest
import torch
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.multi_stream import MultiStreamWavehax
from fourfold.domains.audio.wavehax.reference_weights import load_reference, read_reference, reference_names
from fourfold.domains.audio.wavehax.settings import PRESETS
from fourfold.shared.errors import InputError
from torch.nn import functional

HOP, N_FFT = 20, 40


def reference_state(channels, expansion, kernel, blocks, bins, mels, streams, projection=7, taps=63):
    """Random weights with the names and shapes of the authors' modules."""
    draws = torch.Generator().manual_seed(0)
    images, outputs = (5, 2) if streams == 1 else (3 * streams, 2 * streams)
    shapes = {
        "cond_proj.weight": (streams * bins, mels, projection),
        "cond_proj.bias": (streams * bins,),
        "input_proj.weight": (channels, images, 1, 1),
        "output_proj.weight": (outputs, channels, 1, 1),
        "output_proj.bias": (outputs,),
    }
    for norm in ("input_norm", "output_norm"):
        shapes |= {f"{norm}.gamma": (channels,), f"{norm}.beta": (channels,)}
    if streams == 1:
        shapes |= {"prior_proj.weight": (bins, bins, projection), "prior_proj.bias": (bins,)}
    else:
        shapes["decomposer.conv_analysis.weight"] = (streams, 1, taps)
        shapes["decomposer.conv_synthesis.weight"] = (1, streams, taps)
    for n in range(blocks):
        shapes |= {
            f"blocks.{n}.dwconv.weight": (channels, 1, *kernel),
            f"blocks.{n}.norm.gamma": (channels,),
            f"blocks.{n}.norm.beta": (channels,),
            f"blocks.{n}.pwconv1.weight": (channels * expansion, channels, 1, 1),
            f"blocks.{n}.pwconv1.bias": (channels * expansion,),
            f"blocks.{n}.pwconv2.weight": (channels, channels * expansion, 1, 1),
            f"blocks.{n}.pwconv2.bias": (channels,),
            f"blocks.{n}.gamma": (1, channels, 1, 1),
        }
    state = {name: 0.3 * torch.randn(*shape, generator=draws) for name, shape in shapes.items()}
    if streams > 1:
        state["decomposer.updown_filter"] = torch.zeros(streams, streams, streams)
    return state


def reflected(x, half):
    return functional.pad(x, (half, half), mode="reflect")


def norm(x, gamma, beta, framewise):
    axes = (1, 2) if framewise else (1, 2, 3)
    mean, variance = x.mean(axes, keepdim=True), x.var(axes, keepdim=True, correction=0)
    y = (x - mean) / (variance + 1e-6).sqrt()
    return y * gamma.view(1, -1, 1, 1) + beta.view(1, -1, 1, 1)


def network(x, state, blocks, framewise):
    """Input projection to output projection, [B, images, F, T]."""
    x = functional.conv2d(x, state["input_proj.weight"])
    x = norm(x, state["input_norm.gamma"], state["input_norm.beta"], framewise)
    for n in range(blocks):
        w = {
            name.removeprefix(f"blocks.{n}."): v
            for name, v in state.items()
            if name.startswith(f"blocks.{n}.")
        }
        rows, columns = (size // 2 for size in w["dwconv.weight"].shape[2:])
        y = functional.pad(x, (columns, columns, rows, rows), mode="reflect")
        y = functional.conv2d(y, w["dwconv.weight"], groups=x.shape[1])
        y = norm(y, w["norm.gamma"], w["norm.beta"], framewise)
        y = functional.gelu(functional.conv2d(y, w["pwconv1.weight"], w["pwconv1.bias"]))
        x = x + w["gamma"] * functional.conv2d(y, w["pwconv2.weight"], w["pwconv2.bias"])
    x = norm(x, state["output_norm.gamma"], state["output_norm.beta"], framewise)
    return functional.conv2d(x, state["output_proj.weight"], state["output_proj.bias"])


def full_band(state, generator, condition, prior):
    """The authors' order of things for one stream."""
    spectrum = generator.stft(prior)
    parts = [spectrum.real, spectrum.imag]
    project = [
        functional.conv1d(reflected(x, 3), state["prior_proj.weight"], state["prior_proj.bias"])
        for x in parts
    ]
    mel = functional.conv1d(reflected(condition, 3), state["cond_proj.weight"], state["cond_proj.bias"])
    y = network(torch.stack([*parts, *project, mel], 1), state, 2, framewise=False)
    return generator.stft.inverse(torch.complex(y[:, 0], y[:, 1]))


def several_streams(state, generator, condition, prior, streams):
    """The same for several streams: real and imaginary part of each stream lie together."""
    half = state["decomposer.conv_analysis.weight"].shape[2] // 2
    split = functional.conv1d(reflected(prior[:, None], half), state["decomposer.conv_analysis.weight"])
    spectra = [generator.stft(split[:, n, ::streams].contiguous()) for n in range(streams)]
    images = [part for spectrum in spectra for part in (spectrum.real, spectrum.imag)]
    mel = functional.conv1d(reflected(condition, 3), state["cond_proj.weight"], state["cond_proj.bias"])
    mel = mel.unflatten(1, (streams, -1))
    y = network(torch.cat([mel, torch.stack(images, 1)], 1), state, 2, framewise=True)
    spread = torch.zeros(len(prior), streams, prior.shape[1])
    for n in range(streams):
        spread[:, n, ::streams] = streams * generator.stft.inverse(
            torch.complex(y[:, 2 * n], y[:, 2 * n + 1])
        )
    return functional.conv1d(reflected(spread, half), state["decomposer.conv_synthesis.weight"])[:, 0]


def test_one_stream_says_what_the_reference_says(small_generator, small_inputs):
    generator = small_generator("plain", kernel=(5, 7))
    state = reference_state(4, 2, (5, 7), 2, N_FFT // 2 + 1, 8, 1)
    load_reference(generator, state)
    condition, prior, _ = small_inputs(2, 12)
    with torch.no_grad():
        wanted = full_band(state, generator, condition, prior)
        torch.testing.assert_close(generator(condition, prior), wanted, atol=1e-5, rtol=1e-5)


def test_several_streams_say_what_the_reference_says(small_generator, small_inputs):
    generator = small_generator("streams", stream_taps=63)
    state = reference_state(4, 2, (7, 7), 2, 11, 8, 2)
    load_reference(generator, state)
    condition, prior, _ = small_inputs(2, 12)
    with torch.no_grad():
        wanted = several_streams(state, generator, condition, prior, 2)
        torch.testing.assert_close(generator(condition, prior), wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("preset", "sizes"),
    [
        ("wavehax-v1", (32, 2, (7, 7), 8, 241, 100, 1)),
        ("wavehax-v2", (16, 3, (13, 7), 8, 241, 100, 1)),
        ("wavehax-48k", (32, 2, (15, 7), 8, 481, 100, 1)),
        ("wavehax-ms", (64, 2, (7, 7), 8, 61, 100, 4)),
    ],
)
def test_published_sizes_fit_name_by_name(preset, sizes):
    settings = PRESETS[preset]
    generator = (Wavehax if settings.streams == 1 else MultiStreamWavehax)(settings)
    state = reference_state(*sizes)
    trained = {name: value for name, value in state.items() if name != "decomposer.updown_filter"}
    assert sum(x.numel() for x in trained.values()) == sum(x.numel() for x in generator.parameters())
    assert set(reference_names(generator).values()) == set(trained)
    load_reference(generator, state)
    ours = generator.state_dict()
    for name, theirs in reference_names(generator).items():
        assert torch.equal(ours[name].sort(0)[0].flatten().sort()[0], trained[theirs].flatten().sort()[0])


def test_a_checkpoint_of_the_training_code_is_read(small_generator, tmp_path):
    state = reference_state(4, 2, (7, 7), 2, 21, 8, 1)
    torch.save({"model": {"generator": state, "discriminator": {}}, "steps": 5}, tmp_path / "c.pkl")
    torch.save(state, tmp_path / "alone.pt")
    for name in ("c.pkl", "alone.pt"):
        found = read_reference(tmp_path / name)
        assert found.keys() == state.keys()
        load_reference(small_generator("plain"), found)


def test_other_sizes_names_and_files_are_refused(small_generator, tmp_path):
    generator = small_generator("plain")
    before = generator.state_dict()["backbone.enter.weight"].clone()
    state = reference_state(4, 2, (7, 7), 2, 21, 8, 1)
    with pytest.raises(InputError, match="shape"):
        load_reference(generator, state | {"cond_proj.weight": torch.zeros(21, 9, 7)})
    with pytest.raises(InputError, match="unknown"):
        load_reference(generator, state | {"extra.weight": torch.zeros(2)})
    with pytest.raises(InputError, match="missing"):
        load_reference(generator, {k: v for k, v in state.items() if k != "input_norm.beta"})
    assert torch.equal(generator.state_dict()["backbone.enter.weight"], before)
    (tmp_path / "no.pkl").write_bytes(b"nothing")
    with pytest.raises(InputError, match="no checkpoint"):
        read_reference(tmp_path / "no.pkl")
    torch.save({"model": 3}, tmp_path / "three.pkl")
    with pytest.raises(InputError, match="no generator"):
        read_reference(tmp_path / "three.pkl")
