"""The TEMPO network: window to forecast.

Shapes: B windows, L steps of context, H steps of horizon, P patches, K prompt tokens, D width, Q quantiles.
Source: Cao et al., "TEMPO: Prompt-based Generative Pre-trained Transformer for Time Series Forecasting",
ICLR 2024 (arXiv 2310.04948), section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .backbone import build_backbone
from .context import context_facts, extend_back
from .continuation import STARTS, ContinuationHead, continuations
from .decomposition import LearnedDecomposition, Parts, stl_parts
from .heads import LinearHead, QuantileSpread
from .normalization import RevIN
from .patches import PatchEmbedding
from .prompts import COMPONENTS, Prompted, PromptPool, SoftPrompt, TextPrompt
from .settings import TempoSettings


@dataclass(frozen=True)
class TempoOutput:
    """Forecast on the data's scale, and what the losses need."""

    point: Tensor
    """[B, H]."""
    quantiles: Tensor | None
    """[B, H, Q]; the 0.5 level equals `point`."""
    components: dict[str, Tensor]
    """Trend, season, residual [B, H], adding up to `point`; the trend carries the level."""
    window: Tensor
    """Normalised context [B, L]."""
    parts: Parts
    """Its decomposition."""
    mismatch: Tensor
    """How badly the chosen prompt keys fit; 0 without a pool."""


class Tempo(nn.Module):
    """Decompose, normalise, patch, prompt, attend, and forecast each component; the forecast is their sum."""

    def __init__(self, settings: TempoSettings) -> None:
        super().__init__()
        self.settings = s = settings
        # A fixed decomposition has nothing to gain from a trained scale, and needs no gradient of the window.
        self.normalization = RevIN(affine=s.decomposition == "learned")
        self.decomposition = LearnedDecomposition(s.lookback) if s.decomposition == "learned" else None
        self.embeddings = nn.ModuleDict({c: PatchEmbedding(s.patch, s.stride, s.width) for c in COMPONENTS})
        self.prompts = self._build_prompts(s)
        self.context_token = nn.Linear(6, s.width) if s.context_token else None
        self.backbone = build_backbone(s)
        corrected = s.head == "continuation"
        self.heads = nn.ModuleDict(
            {c: LinearHead(s.patches, s.width, s.horizon, zero=corrected) for c in COMPONENTS}
        )
        self.continued = (
            nn.ModuleDict({c: ContinuationHead(s.width, s.horizon, STARTS[c]) for c in COMPONENTS})
            if corrected
            else None
        )
        self.spread = QuantileSpread(s.width, s.horizon, s.quantiles) if s.quantiles else None

    @staticmethod
    def _build_prompts(s: TempoSettings) -> nn.ModuleDict:
        if s.prompt == "pool":
            length = max(1, s.prompt_length // s.pool_top)
            return nn.ModuleDict({"shared": PromptPool(s.pool_size, s.pool_top, length, s.patches, s.width)})
        if s.prompt == "text":
            return nn.ModuleDict({c: TextPrompt(c, s.width) for c in COMPONENTS})
        return nn.ModuleDict({c: SoftPrompt(s.prompt_length, s.width) for c in COMPONENTS})

    def forward(self, context_BL: Tensor, observed_BL: Tensor, period_B: Tensor) -> TempoOutput:
        """Forecast from contexts with gaps filled [B, L], observed marks [B, L] and int64 periods [B]."""
        filled = extend_back(context_BL, observed_BL, period_B)
        scale = self.normalization.statistics(filled, torch.ones_like(observed_BL))
        window = self.normalization.normalize(filled, scale)
        parts = stl_parts(window, period_B) if self.decomposition is None else self.decomposition(window)
        facts = context_facts(window, observed_BL, period_B) if self.context_token is not None else None
        tokens, mismatch = self._tokens(parts, facts)
        normalised = self._component_forecasts(tokens, parts, period_B)
        median = sum(normalised.values(), torch.zeros_like(normalised["trend"]))
        denormalize = self.normalization.denormalize
        point = denormalize(median, scale)
        quantiles = None
        if self.spread is not None:
            features = torch.cat([tokens[c].mean(1) for c in COMPONENTS], dim=-1)
            quantiles = denormalize(self.spread(features, median), scale)
        unit = scale.spread / self.normalization.weight
        components = {c: normalised[c] * unit for c in ("season", "residual")}
        components["trend"] = point - components["season"] - components["residual"]
        return TempoOutput(point, quantiles, components, window, parts, mismatch)

    def _tokens(self, parts: Parts, facts_BF: Tensor | None) -> tuple[dict[str, Tensor], Tensor]:
        """Backbone output of each component's patches [B, P, D], prompts and their positions dropped."""
        patches = {c: self.embeddings[c](part) for c, part in zip(COMPONENTS, parts, strict=True)}
        pieces: list[Tensor] = []
        mismatches: list[Tensor] = []
        ends: dict[str, int] = {}
        length = 0
        for component, embedded in patches.items():
            prompted = self._prompt(component, embedded)
            mismatches.append(prompted.mismatch)
            pieces.append(prompted.tokens)
            if self.context_token is not None and facts_BF is not None:
                pieces.append(self.context_token(facts_BF)[:, None])
            pieces.append(embedded)
            length += sum(piece.shape[1] for piece in pieces) - length
            ends[component] = length
        mixed = self.backbone(torch.cat(pieces, dim=1))
        count = self.settings.patches
        return (
            {c: mixed[:, end - count : end] for c, end in ends.items()},
            torch.stack(mismatches).mean(),
        )

    def _prompt(self, component: str, patches_BPD: Tensor) -> Prompted:
        if self.settings.prompt == "pool":
            return self.prompts["shared"](patches_BPD)
        if self.settings.prompt == "text":
            return self.prompts[component](patches_BPD, self.backbone.wte)
        return self.prompts[component](patches_BPD)

    def _component_forecasts(
        self, tokens: dict[str, Tensor], parts: Parts, period_B: Tensor
    ) -> dict[str, Tensor]:
        forecasts = {c: self.heads[c](tokens[c]) for c in COMPONENTS}
        if self.continued is None:
            return forecasts
        candidates = continuations(parts, period_B, self.settings.horizon)
        return {
            c: forecasts[c] + self.continued[c](tokens[c], candidate)
            for c, candidate in zip(COMPONENTS, candidates, strict=True)
        }

    def freeze_for_lora(self) -> None:
        """Freeze the token table and the GPT maps; LoRA, norms, positions and `c_attn` biases stay trainable.

        These are the parts that the paper's recipe trains (its released code re-freezes some by accident).
        """
        for name, parameter in self.backbone.named_parameters():
            kept = "lora" in name or "ln_" in name or "wpe" in name or name.endswith("c_attn.bias")
            parameter.requires_grad_(kept)
