"""Multi-period discriminator: 2-D convolutions over samples folded by prime periods.

Kong et al., "HiFi-GAN" (2020), section 2.3; here as in Wavehax's recipe.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

SLOPE = 0.1
"""Of the leaky rectifier."""


class PeriodDiscriminator(nn.Module):
    """One period: [B, S] to a map of scores and the five feature maps before it.

    Args:
        period: samples of a row.
        channels: widths of the five layers; the published ones are (32, 128, 512, 1024, 1024).
    """

    def __init__(self, period: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.period = period
        widths = (1, *channels)
        strides = (3,) * (len(channels) - 1) + (1,)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(widths[i], widths[i + 1], (5, 1), (strides[i], 1), (2, 0)))
            for i in range(len(channels))
        )
        self.score = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, x_BS: Tensor) -> tuple[Tensor, list[Tensor]]:
        missing = -x_BS.shape[1] % self.period
        if missing:
            x_BS = functional.pad(x_BS[:, None], (0, missing), mode="reflect")[:, 0]
        x = x_BS.reshape(len(x_BS), 1, -1, self.period)
        features = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), SLOPE)
            features.append(x)
        return self.score(x), features
