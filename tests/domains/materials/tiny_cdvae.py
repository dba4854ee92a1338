"""A CDVAE small enough to run in milliseconds, and crystals to show it."""

import numpy as np
from fourfold.domains.materials.cdvae.settings import CdvaeSettings, LatentSettings
from fourfold.domains.materials.crystals.crystals import Crystals
from fourfold.domains.materials.dimenet.settings import DimeNetSettings
from fourfold.domains.materials.gemnet.settings import GemNetSettings

ENCODER = DimeNetSettings(
    width=12,
    blocks=1,
    inner=6,
    basis=4,
    out_width=10,
    out_layers=1,
    num_spherical=3,
    num_radial=4,
    cutoff=5.0,
    max_neighbors=8,
)
DECODER = GemNetSettings(
    width=12,
    blocks=1,
    triplet=6,
    radial=5,
    circular=4,
    bilinear=7,
    num_spherical=3,
    num_radial=8,
    atom_layers=1,
    cutoff=5.0,
    max_neighbors=8,
    energies=False,
)


def tiny_settings(predict_property=True):
    latent = LatentSettings(
        encoder=ENCODER, width=8, hidden=8, max_atoms=6, predict_property=predict_property
    )
    return CdvaeSettings(latent=latent, decoder=DECODER)


def random_crystals(seed, rows=8):
    """Skewed cells of 1 to 6 atoms with a property `energy`."""
    draw = np.random.default_rng(seed)
    counts = draw.integers(1, 7, rows)
    return Crystals(
        draw.random((counts.sum(), 3)),
        draw.integers(1, 101, counts.sum()).astype(np.int32),
        np.cbrt(20 * counts)[:, None] * draw.uniform(0.8, 1.25, (rows, 3)),
        draw.uniform(70, 110, (rows, 3)),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        tuple(f"made-{i}" for i in range(rows)),
        {"energy": draw.normal(-1, 2, rows)},
    )
