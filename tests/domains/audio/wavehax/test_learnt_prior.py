"""The learnt prior starts as the harmonic one, and learns its envelope."""

import pytest
import torch
from fourfold.domains.audio.wavehax.generator import Wavehax
from fourfold.domains.audio.wavehax.harmonic_prior import prior
from fourfold.domains.audio.wavehax.learnt_prior import LearntPrior
from fourfold.domains.audio.wavehax.row_ends import RowEnds
from fourfold.domains.audio.wavehax.settings import PRESETS, WavehaxSettings
from fourfold.domains.audio.wavehax.streamed import streamed

SIZES = {"n_mels": 8, "hop": 20, "n_fft": 40, "channels": 4, "blocks": 2, "framewise_norm": True}
RATE = 2_000


def excited(frames=12, seed=0):
    generator = torch.Generator().manual_seed(seed)
    f0 = torch.linspace(90, 200, frames)[None]
    f0[:, 3:5] = 0
    noise = torch.randn(1, 20 * frames, generator=generator)
    return torch.randn(1, 8, frames, generator=generator), f0, noise


def test_untrained_it_is_the_harmonic_prior():
    plain = Wavehax(WavehaxSettings(**SIZES))
    learnt = Wavehax(WavehaxSettings(**SIZES, prior="ddsp"))
    missing, unexpected = learnt.load_state_dict(plain.state_dict(), strict=False)
    assert unexpected == []
    assert all(name.startswith("learnt_prior.") for name in missing)
    condition, f0, noise = excited()
    wanted = plain(condition, prior(f0, 20, RATE, noise_BS=noise))
    found = learnt(condition, prior(f0, 20, RATE, kind="ddsp", noise_BS=noise), noise)
    torch.testing.assert_close(found, wanted, atol=1e-6, rtol=1e-4)


def test_it_learns_an_envelope():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        shaper = LearntPrior(8, 21)
    shaper.start()
    condition, harmonics, noise = torch.ones(1, 8, 5), torch.ones(1, 21, 5), torch.ones(1, 21, 5)
    wanted = torch.linspace(0.2, 1.8, 21)[:, None].expand(-1, 5)
    optimiser = torch.optim.Adam(shaper.parameters(), lr=0.03)
    for _ in range(200):
        optimiser.zero_grad()
        (shaper(condition, harmonics, 0 * noise)[0] - wanted).square().mean().backward()
        optimiser.step()
    torch.testing.assert_close(shaper.gains(condition)[0][0].detach(), wanted, atol=0.05, rtol=0)
    # The noise has a filter of its own.
    torch.testing.assert_close(shaper.gains(condition)[1], torch.full((1, 21, 5), 0.1), atol=1e-5, rtol=0)


def test_every_filter_gets_a_gradient():
    network = Wavehax(WavehaxSettings(**SIZES, prior="ddsp"))
    condition, f0, noise = excited()
    network(condition, prior(f0, 20, RATE, kind="ddsp"), noise).square().sum().backward()
    assert network.learnt_prior is not None
    last = network.learnt_prior.layers[-1]
    assert last.weight.grad.abs().sum(1).gt(0).all()


def test_pieces_and_padded_rows_are_those_of_the_whole():
    network = Wavehax(WavehaxSettings(**SIZES, prior="ddsp")).eval()
    condition, f0, noise = excited(20)
    excitation = prior(f0, 20, RATE, kind="ddsp")
    with torch.no_grad():
        whole = network(condition, excitation, noise)
        stream = streamed(network)
        pieces = []
        for start in range(0, 20, 5):
            part, samples = slice(start, start + 5), slice(20 * start, 20 * start + 100)
            pieces.append(
                stream.push(condition[..., part], excitation[:, samples], noise[:, samples], start == 15)
            )
        torch.testing.assert_close(
            torch.cat([p for p in pieces if p is not None], 1), whole, atol=1e-6, rtol=1e-4
        )
        ends = RowEnds(torch.tensor([12]))
        padded = network(condition, excitation, noise, ends)[:, :240]
        alone = network(condition[..., :12], excitation[:, :240], noise[:, :240])
        torch.testing.assert_close(padded, alone, atol=1e-6, rtol=1e-4)


def test_settings():
    names = "n_mels hop n_fft channels expansion kernel blocks projection_kernel framewise_norm streams"
    names += " stream_taps causal envelope noise_image prior"
    assert list(PRESETS["wavehax-v1"].model_dump()) == names.split()
    assert {settings.prior for settings in PRESETS.values()} == {"harmonic"}
    with pytest.raises(ValueError, match="several streams"):
        WavehaxSettings(channels=64, n_fft=120, streams=4, framewise_norm=True, prior="ddsp")
    with pytest.raises(ValueError, match="needs noise"):
        Wavehax(WavehaxSettings(**SIZES, prior="ddsp"))(torch.zeros(1, 8, 6), torch.zeros(1, 120))
