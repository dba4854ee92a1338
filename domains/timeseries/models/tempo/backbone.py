"""The sequence model over prompt and patch tokens: none, one attention layer, or GPT blocks."""

from __future__ import annotations

from torch import Tensor, nn

from .gpt import GPT
from .settings import TempoSettings


class SingleAttention(nn.Module):
    """One attention layer and norm: the ablation of Tan et al. (NeurIPS 2024)."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(settings.width, settings.heads, batch_first=True)
        self.norm = nn.LayerNorm(settings.width)

    def forward(self, tokens_BSD: Tensor) -> Tensor:
        mixed, _ = self.attention(tokens_BSD, tokens_BSD, tokens_BSD, need_weights=False)
        return self.norm(tokens_BSD + mixed)


def build_backbone(settings: TempoSettings) -> nn.Module:
    """The module named by `settings.backbone`; maps [B, S, D] to [B, S, D]."""
    if settings.backbone == "gpt":
        return GPT(settings)
    return SingleAttention(settings) if settings.backbone == "attention" else nn.Identity()
