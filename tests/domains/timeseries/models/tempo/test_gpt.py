"""The GPT blocks against GPT-2's definition, and its weights from a folder."""

from pathlib import Path

import pytest
import torch
from fourfold.domains.timeseries.models.tempo.gpt import GPT
from fourfold.domains.timeseries.models.tempo.gpt_weights import load_gpt2
from fourfold.domains.timeseries.models.tempo.settings import TempoSettings
from fourfold.shared.errors import InputError
from safetensors.torch import save_file
from torch.nn import functional

SIZES = TempoSettings(width=24, heads=3, layers=2, vocabulary=11, positions=40, dropout=0.0)


def reference(gpt: GPT, tokens: torch.Tensor) -> torch.Tensor:
    """GPT-2 written out in float64, one head and one step at a time."""
    weights = {n: p.detach().double() for n, p in gpt.named_parameters()}
    x = tokens.double() + weights["wpe.weight"][: tokens.shape[1]]
    _, steps, width = x.shape
    size = width // SIZES.heads
    for layer in range(SIZES.layers):
        w = {n.removeprefix(f"h.{layer}."): v for n, v in weights.items() if n.startswith(f"h.{layer}.")}
        y = functional.layer_norm(x, (width,), w["ln_1.weight"], w["ln_1.bias"])
        joint = y @ w["attn.c_attn.weight"] + w["attn.c_attn.bias"]
        mixed = torch.zeros_like(x)
        for head in range(SIZES.heads):
            q, k, v = (joint[..., part * width + head * size :][..., :size] for part in range(3))
            for step in range(steps):
                scores = (q[:, step : step + 1] * k[:, : step + 1]).sum(-1) / size**0.5
                share = scores.softmax(-1)[..., None]
                mixed[:, step, head * size : (head + 1) * size] = (share * v[:, : step + 1]).sum(1)
        x = x + mixed @ w["attn.c_proj.weight"] + w["attn.c_proj.bias"]
        y = functional.layer_norm(x, (width,), w["ln_2.weight"], w["ln_2.bias"])
        y = y @ w["mlp.c_fc.weight"] + w["mlp.c_fc.bias"]
        y = 0.5 * y * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (y + 0.044715 * y**3)))
        x = x + y @ w["mlp.c_proj.weight"] + w["mlp.c_proj.bias"]
    return functional.layer_norm(x, (width,), weights["ln_f.weight"], weights["ln_f.bias"])


def test_equals_the_written_out_reference() -> None:
    torch.manual_seed(0)
    gpt = GPT(SIZES).eval()
    with torch.no_grad():
        for parameter in gpt.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    tokens = torch.randn(2, 7, 24)
    torch.testing.assert_close(gpt(tokens).double(), reference(gpt, tokens), atol=2e-5, rtol=1e-4)


def test_weights_load_by_their_public_names(tmp_path: Path) -> None:
    torch.manual_seed(0)
    stored = GPT(SIZES.model_copy(update={"layers": 3}))
    state = {f"transformer.{n}": p.detach().clone() for n, p in stored.named_parameters()}
    save_file(state, tmp_path / "model.safetensors")
    gpt = GPT(SIZES.model_copy(update={"lora_rank": 2}))
    load_gpt2(gpt, tmp_path)
    for name, parameter in gpt.named_parameters():
        if "lora" not in name:
            assert torch.equal(parameter, state[f"transformer.{name}"]), name


def test_wrong_folders_are_told(tmp_path: Path) -> None:
    gpt = GPT(SIZES)
    with pytest.raises(InputError, match="safetensors"):
        load_gpt2(gpt, tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(InputError, match="not a safetensors file"):
        load_gpt2(gpt, tmp_path)
    state = {n: p.detach().clone() for n, p in GPT(SIZES.model_copy(update={"width": 48})).named_parameters()}
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match="shape"):
        load_gpt2(gpt, tmp_path)
    state = {n: p.detach().clone() for n, p in gpt.named_parameters() if n != "wpe.weight"}
    save_file(state, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"wpe\.weight is missing"):
        load_gpt2(gpt, tmp_path)
