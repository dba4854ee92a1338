"""MatText: crystals as text, text as crystals, and whether a model that reads such text sees the geometry."""

from .geometry_probe import GeometryProbe, geometry_probe
from .hypothetical_potential import HypotheticalPotential, hypothetical_potential
from .mat_text import REPRESENTATIONS, MatText
from .perturbations import (
    permute_structure,
    perturb_structure,
    shuffle_coordinates,
    translate_single_atom,
    translate_structure,
)

__all__ = [
    "REPRESENTATIONS",
    "GeometryProbe",
    "HypotheticalPotential",
    "MatText",
    "geometry_probe",
    "hypothetical_potential",
    "permute_structure",
    "perturb_structure",
    "shuffle_coordinates",
    "translate_single_atom",
    "translate_structure",
]
