"""What can be set in a CDVAE: sizes, noise, losses, sampling; presets `paper` and `small`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..dimenet.settings import DimeNetSettings
from ..gemnet.settings import GemNetSettings


class LatentSettings(BaseModel):
    """Encoder, latent vector and the heads that read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: DimeNetSettings = DimeNetSettings()
    width: int = Field(default=256, ge=1)
    """Of the encoder's answer and of the latent vector."""
    hidden: int = Field(default=256, ge=1)
    """Of the heads' hidden layers."""
    hidden_layers: int = Field(default=1, ge=1)
    max_atoms: int = Field(default=20, ge=1)
    predict_property: bool = False


class LatentWeights(BaseModel):
    """Weights of what the latent vector is trained for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    num_atoms: float = Field(default=1.0, ge=0)
    lattice: float = Field(default=10.0, ge=0)
    composition: float = Field(default=1.0, ge=0)
    property: float = Field(default=1.0, ge=0)
    kl: float = Field(default=0.01, ge=0)


class NoiseSettings(BaseModel):
    """Geometric levels of noise, from the loudest to the faintest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: int = Field(default=50, ge=2)
    coordinates: tuple[float, float] = (10.0, 0.01)
    """Standard deviations in angstrom, first and last."""
    types: tuple[float, float] = (5.0, 0.01)
    """Weights of the predicted composition against the true element, first and last."""

    @model_validator(mode="after")
    def _falling(self) -> NoiseSettings:
        for name, (first, last) in (("coordinates", self.coordinates), ("types", self.types)):
            if not first > last > 0:
                raise ValueError(f"{name} must fall and stay above 0, got {first} to {last}")
        return self


class CdvaeSettings(BaseModel):
    """A whole CDVAE. The defaults are the paper's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latent: LatentSettings = LatentSettings()
    decoder: GemNetSettings = GemNetSettings()
    noise: NoiseSettings = NoiseSettings()

    @classmethod
    def preset(
        cls, name: Literal["paper", "small"], *, max_atoms: int = 20, predict_property: bool = False
    ) -> CdvaeSettings:
        """`paper`: the sizes of CDVAE, 4.9 M parameters. `small`: 0.6 M, which train on a processor."""
        if name == "paper":
            return cls(latent=LatentSettings(max_atoms=max_atoms, predict_property=predict_property))
        encoder = DimeNetSettings(
            width=64, blocks=2, inner=32, out_width=128, out_layers=1, num_spherical=4, max_neighbors=12
        )
        latent = LatentSettings(
            encoder=encoder, width=128, hidden=128, max_atoms=max_atoms, predict_property=predict_property
        )
        decoder = GemNetSettings(
            width=64, blocks=2, triplet=32, bilinear=32, num_spherical=4, num_radial=64, atom_layers=1,
            max_neighbors=12, energies=False,
        )  # fmt: skip
        return cls(latent=latent, decoder=decoder)


class CdvaeWeights(BaseModel):
    """Weights of the decoder's losses beside those of the latent vector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinates: float = Field(default=10.0, ge=0)
    types: float = Field(default=1.0, ge=0)
    latent: LatentWeights = LatentWeights()


class CdvaeRecipe(BaseModel):
    """How a CDVAE is trained, beside `FitSettings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: CdvaeWeights = CdvaeWeights()
    learning_rate: float = Field(default=1e-3, gt=0)
    betas: tuple[float, float] = (0.9, 0.999)
    clip_value: float | None = Field(default=0.5, gt=0)
    """Each gradient's element is held within +-clip_value; None: not at all."""
    teacher_forcing_steps: int | None = Field(default=None, ge=0)
    """Passes in which the decoder is given the true lattice; then it gets the predicted one. None: half of
    the training, as published for perov_5 and mp_20 (1,500 of 3,000 epochs, 500 of 1,000; of carbon_24 a
    quarter)."""

    def taught(self, steps: int) -> CdvaeRecipe:
        """The same with `teacher_forcing_steps` spelt out for a training of so many steps."""
        if self.teacher_forcing_steps is not None:
            return self
        return self.model_copy(update={"teacher_forcing_steps": steps // 2})


class LangevinSettings(BaseModel):
    """Defaults of the paper: with its 50 levels, 5,000 calls of the decoder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps_per_level: int = Field(default=100, ge=1)
    step_size: float = Field(default=1e-4, gt=0)
    """Squared angstrom at the faintest level; louder ones take (sigma / faintest)^2 as much."""
    min_sigma: float = Field(default=0.0, ge=0)
    """Angstrom; levels below it are left out."""
