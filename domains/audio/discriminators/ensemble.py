"""The discriminators of a recipe, as one module."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from .period import PeriodDiscriminator
from .resolution import ResolutionDiscriminator


class DiscriminatorSettings(BaseModel):
    """Which periods and resolutions listen, and how wide they are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    periods: tuple[int, ...] = (2, 3, 5, 7, 11)
    period_channels: tuple[int, ...] = (32, 128, 512, 1_024, 1_024)
    resolutions: tuple[tuple[int, int], ...] = ((1_024, 256), (2_048, 512), (512, 128))
    """Window and hop in samples."""
    resolution_channels: int = 32


PRESETS = {
    "full": DiscriminatorSettings(),
    "full-48k": DiscriminatorSettings(
        periods=(2, 3, 5, 7, 11, 13, 17), resolutions=((1_024, 256), (2_048, 512), (4_096, 1_024))
    ),
    "small": DiscriminatorSettings(
        periods=(2, 3, 5), period_channels=(16, 32, 64, 64, 64), resolution_channels=16
    ),
}
"""`full` is the paper's (41,389,936 parameters); `small` is for two CPU cores."""


class Discriminators(nn.Module):
    """All of them: samples [B, S] to a list of (score map, feature maps)."""

    def __init__(self, settings: DiscriminatorSettings) -> None:
        super().__init__()
        self.members = nn.ModuleList(
            [PeriodDiscriminator(period, settings.period_channels) for period in settings.periods]
            + [
                ResolutionDiscriminator(n_fft, hop, settings.resolution_channels)
                for n_fft, hop in settings.resolutions
            ]
        )

    def forward(self, x_BS: Tensor) -> list[tuple[Tensor, list[Tensor]]]:
        return [member(x_BS) for member in self.members]
