"""GPT-2 blocks (Radford et al., 2019) with Hugging Face's parameter names, and LoRA on the attention map."""

from __future__ import annotations

import torch
import torch.nn.functional as functional
from torch import Tensor, nn

from .lora import LoRA
from .settings import TempoSettings


class Conv1D(nn.Module):
    """GPT-2's linear map, whose weight is stored [inputs, outputs]."""

    def __init__(self, inputs: int, outputs: int, std: float = 0.02) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) * std)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight.T, self.bias)


class Attention(nn.Module):
    """Causal multi-head attention; the joint query-key-value map `c_attn` may carry LoRA."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        width = settings.width
        self.heads = settings.heads
        self.c_attn = Conv1D(width, 3 * width)
        self.c_proj = Conv1D(width, width, std=0.02 / (2 * settings.layers) ** 0.5)
        self.resid_dropout = nn.Dropout(settings.dropout)
        self.lora = (
            LoRA(width, 3 * width, settings.lora_rank, settings.lora_alpha, settings.lora_dropout)
            if settings.lora_rank
            else None
        )

    def forward(self, x_BSD: Tensor) -> Tensor:
        joint = self.c_attn(x_BSD)
        if self.lora is not None:
            joint = joint + self.lora(x_BSD)
        batch, steps, width = x_BSD.shape
        query, key, value = (
            part.view(batch, steps, self.heads, width // self.heads).transpose(1, 2)
            for part in joint.split(width, dim=2)
        )
        # No dropout on the attention weights: it costs ten times the rest of the layer on a CPU.
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.resid_dropout(self.c_proj(mixed.transpose(1, 2).reshape(batch, steps, width)))


class FeedForward(nn.Module):
    """Two maps with the tanh-approximated GELU that GPT-2 was trained with."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        self.c_fc = Conv1D(settings.width, 4 * settings.width)
        self.c_proj = Conv1D(4 * settings.width, settings.width, std=0.02 / (2 * settings.layers) ** 0.5)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh")))


class Block(nn.Module):
    """Pre-norm attention and feed-forward, each with a residual path."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(settings.width)
        self.attn = Attention(settings)
        self.ln_2 = nn.LayerNorm(settings.width)
        self.mlp = FeedForward(settings)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """Position table, blocks and the final norm over token embeddings [B, S, D]."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        self.wte = nn.Embedding(settings.vocabulary, settings.width) if settings.vocabulary else None
        self.wpe = nn.Embedding(settings.positions, settings.width)
        nn.init.normal_(self.wpe.weight, std=0.01)
        self.drop = nn.Dropout(settings.dropout)
        self.h = nn.ModuleList(Block(settings) for _ in range(settings.layers))
        self.ln_f = nn.LayerNorm(settings.width)

    def forward(self, tokens_BSD: Tensor) -> Tensor:
        x = self.drop(tokens_BSD + self.wpe.weight[: tokens_BSD.shape[1]])
        for block in self.h:
            x = block(x)
        return self.ln_f(x)
