"""Artefacts: a model as a folder of config.json, model.safetensors and README.md. No pickle anywhere."""

from .artifact import SCHEMA_VERSION as SCHEMA_VERSION
from .artifact import Artifact as Artifact
from .artifact import require_state as require_state
from .card import DataUse as DataUse
from .card import Measured as Measured
from .card import ModelCard as ModelCard
from .feature_spec import require_match as require_match
from .loading import find_artifact as find_artifact
from .loading import load_artifact as load_artifact
from .saving import save_artifact as save_artifact
from .shipped import list_shipped as list_shipped
