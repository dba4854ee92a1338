"""`tempo-80m` forward against the same stack built on transformers' GPT2Model at equal sizes.

The peer differs in the backbone alone: GPT2Model (768 wide, 12 heads, 6 layers, transformers' own attention)
between the same decomposition, patches, prompts and heads. Both run in float32, in evaluation mode, on one
thread, in turns; weights of the blocks are equal, so the answers must be too.

Needs the `bench` extra. Run: `python -m benchmarks.tempo_forward`.
"""

from __future__ import annotations

import time

from benchmarks.measure import interleave, one_thread, ratio_summary, report, write_result

one_thread()

import torch  # noqa: E402 - after one_thread, which thread pools read at import
from fourfold.domains.timeseries.models.tempo.gpt import GPT  # noqa: E402
from fourfold.domains.timeseries.models.tempo.network import Tempo  # noqa: E402
from fourfold.domains.timeseries.models.tempo.settings import TEMPO_80M  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from transformers import GPT2Config, GPT2Model  # noqa: E402

WINDOWS = 8


class TransformersBackbone(nn.Module):
    """transformers' blocks in the place of ours, with our weights."""

    def __init__(self, gpt: GPT) -> None:
        super().__init__()
        s = TEMPO_80M
        config = GPT2Config(
            n_embd=s.width, n_head=s.heads, n_layer=s.layers, vocab_size=s.vocabulary, n_positions=s.positions
        )
        self.model = GPT2Model(config)
        state = {name: value for name, value in gpt.state_dict().items() if "lora" not in name}
        missing, unexpected = self.model.load_state_dict(state, strict=False)
        if unexpected or any(not name.endswith((".attn.bias", ".masked_bias")) for name in missing):
            raise SystemExit(f"weights do not fit: missing {missing}, unexpected {unexpected}")

    @property
    def wte(self) -> nn.Module:
        """Token table for the text prompts."""
        return self.model.wte

    def forward(self, tokens_BSD: Tensor) -> Tensor:
        return self.model(inputs_embeds=tokens_BSD, use_cache=False).last_hidden_state


def build() -> tuple[Tempo, Tempo]:
    """Ours, and the same stack on transformers; LoRA contributes zero in both."""
    torch.manual_seed(0)
    ours = Tempo(TEMPO_80M).eval()
    peer = Tempo(TEMPO_80M).eval()
    peer.load_state_dict(ours.state_dict())
    assert isinstance(ours.backbone, GPT)
    peer.backbone = TransformersBackbone(ours.backbone).eval()
    return ours, peer


def main() -> None:
    ours, peer = build()
    generator = torch.Generator().manual_seed(0)
    context = torch.randn(WINDOWS, TEMPO_80M.lookback, generator=generator).cumsum(1)
    observed = torch.ones_like(context, dtype=torch.bool)
    period = torch.full((WINDOWS,), 24)
    with torch.inference_mode():
        difference = (
            (ours(context, observed, period).point - peer(context, observed, period).point).abs().max()
        )
        times = interleave(
            {
                "ours": lambda: ours(context, observed, period),
                "peer": lambda: peer(context, observed, period),
            },
            repeats=9,
            clock=time.process_time,
        )
    summary = ratio_summary(times)
    print(report("tempo-80m forward", summary))
    payload = {
        "windows": WINDOWS,
        "largest_difference": float(difference),
        "target": "speedup of at least 1",
        **summary,
    }
    print("wrote", write_result("tempo_forward", payload))


if __name__ == "__main__":
    main()
