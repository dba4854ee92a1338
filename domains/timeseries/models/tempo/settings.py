"""Settings of `Tempo` and its presets."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

DECILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class TempoSettings(BaseModel):
    """Sizes and switches of one `Tempo` network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lookback: int = Field(default=336, ge=32)
    horizon: int = Field(default=96, ge=1)
    width: int = Field(default=64, ge=8)
    heads: int = Field(default=4, ge=1)
    layers: int = Field(default=2, ge=1)
    patch: int = Field(default=16, ge=1)
    stride: int = Field(default=8, ge=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    backbone: Literal["none", "attention", "gpt"] = "gpt"
    decomposition: Literal["learned", "stl"] = "learned"
    """`learned`: trained maps pulled towards STL by a loss (paper); `stl`: the linear STL operator itself."""
    period: int = Field(default=24, ge=1)
    """Season of the STL targets; with `stl`, only the default for windows that name none."""
    prompt: Literal["text", "soft", "pool"] = "soft"
    """`text`: GPT-2 embeddings of a sentence, mapped; `soft`: free vectors; `pool`: chosen by key."""
    prompt_length: int = Field(default=9, ge=0)
    pool_size: int = Field(default=30, ge=1)
    pool_top: int = Field(default=3, ge=1)
    vocabulary: int = Field(default=0, ge=0)
    """Rows of the token table (50,257 for GPT-2); needed by the `text` prompt only."""
    positions: int = Field(default=1024, ge=1)
    lora_rank: int = Field(default=0, ge=0)
    """0 trains the whole network; above 0 the GPT blocks are frozen but for LoRA and layer norms."""
    lora_alpha: float = 16.0
    lora_dropout: float = Field(default=0.1, ge=0, lt=1)
    head: Literal["linear", "continuation"] = "linear"
    """`linear`: flatten and project (paper); `continuation`: closed-form continuations of each part,
    weighted by the backbone, plus a linear correction."""
    context_token: bool = False
    """One more prompt token that tells period, noise level and share of observed steps."""
    quantiles: tuple[float, ...] = ()
    loss: Literal["mse", "pinball"] = "mse"
    """What the point forecast is trained for: the mean (`mse`) or the median (`pinball`)."""
    decomposition_weight: float = Field(default=0.001, ge=0)
    pool_weight: float = Field(default=0.1, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> TempoSettings:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} is not a multiple of heads {self.heads}")
        if self.patch > self.lookback:
            raise ValueError(f"patch {self.patch} is longer than lookback {self.lookback}")
        if self.prompt == "text" and (self.backbone != "gpt" or not self.vocabulary):
            raise ValueError("prompt 'text' needs the token table of backbone 'gpt': set vocabulary=50257")
        if list(self.quantiles) != sorted(set(self.quantiles)):
            raise ValueError(f"quantiles {self.quantiles} are not strictly increasing")
        if self.loss == "pinball" and not self.quantiles:
            raise ValueError("loss 'pinball' needs quantiles")
        if self.quantiles and (
            0.5 not in self.quantiles or self.quantiles[0] <= 0 or self.quantiles[-1] >= 1
        ):
            raise ValueError("quantiles lie inside (0, 1) and include 0.5, the point forecast")
        return self

    @property
    def patches(self) -> int:
        """Patches per component; the window is first extended by one stride at its end."""
        return (self.lookback + self.stride - self.patch) // self.stride + 1


TEMPO_80M = TempoSettings(
    width=768,
    heads=12,
    layers=6,
    prompt="text",
    vocabulary=50257,
    lora_rank=16,
)
"""The paper's sizes: GPT-2's first six blocks at full width (needs GPT-2 weights to make sense)."""

TEMPO_SMALL = TempoSettings(
    width=32,
    heads=4,
    layers=2,
    patch=24,
    stride=24,
    dropout=0.2,
    decomposition="stl",
    prompt_length=3,
    context_token=True,
    head="continuation",
    quantiles=DECILES,
)
"""Trains on two CPU cores in minutes."""

TEMPO_NANO = TempoSettings(lookback=96, horizon=24, width=16, heads=2, layers=1, quantiles=DECILES)
"""For tests and first looks."""

TEMPO_ZERO = TempoSettings(
    lookback=512,
    horizon=96,
    width=64,
    heads=4,
    layers=3,
    patch=32,
    stride=32,
    dropout=0.0,
    decomposition="stl",
    prompt="soft",
    prompt_length=3,
    context_token=True,
    head="continuation",
    loss="pinball",
    quantiles=DECILES,
    positions=128,
)
"""The zero-shot model shipped as `tempo-zero`."""

PRESETS = {
    "tempo-80m": TEMPO_80M,
    "tempo-small": TEMPO_SMALL,
    "tempo-nano": TEMPO_NANO,
    "tempo-zero": TEMPO_ZERO,
}
