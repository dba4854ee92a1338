"""Node classifiers as artefacts: settings, feature spec, classes and weights in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ... import __version__
from ...shared.artifact.artifact import require_state
from ...shared.artifact.card import ModelCard
from ...shared.artifact.loading import load_artifact
from ...shared.artifact.saving import save_artifact
from ...shared.errors import InputError
from .classification.feature_scaling import FeatureScaling

if TYPE_CHECKING:
    from .node_classifier import NodeClassifier

KIND = "node-classifier"


def save_classifier(classifier: NodeClassifier, folder: str | Path, card: ModelCard | None) -> Path:
    """Write the artefact; `card` None writes a plain one.

    Raises:
        InputError: the classifier is not fitted, or the folder cannot be written.
    """
    if classifier.scaling is None:
        raise InputError("model", f"{classifier.method.name} is not fitted", remedy="Call fit first")
    config = {
        "model": {
            "name": classifier.method.name,
            "settings": classifier.method.settings.model_dump(mode="json"),
        },
        "settings": classifier.settings.model_dump(mode="json"),
        "classes": list(classifier.classes),
        "features": classifier.spec,
        "scaling": classifier.scaling.facts(),
    }
    return save_artifact(folder, KIND, config, classifier.method.state(), card or plain_card(classifier))


def load_classifier(kind: type[NodeClassifier], name_or_folder: str | Path) -> NodeClassifier:
    """Read the artefact into a classifier of class `kind`."""
    artifact = load_artifact(name_or_folder).require_kind(KIND)
    config = artifact.config
    loaded = kind(config["model"]["name"], model_settings=config["model"]["settings"], **config["settings"])
    loaded.classes = tuple(config["classes"])
    loaded.spec, loaded.scaling = config["features"], FeatureScaling.from_facts(config["scaling"])
    modules = loaded.method.build(config["features"]["features"], len(loaded.classes))
    wanted = {
        f"{place}.{name}": value for place, m in modules.items() for name, value in m.state_dict().items()
    }
    require_state(artifact.state, wanted, str(artifact.folder))
    for place, module in modules.items():
        names = module.state_dict().keys()
        module.load_state_dict({name: artifact.state[f"{place}.{name}"] for name in names})
        module.eval()
    loaded.method.modules = modules
    return loaded


def plain_card(classifier: NodeClassifier) -> ModelCard:
    """A card with what the classifier itself knows."""
    features = (classifier.spec or {}).get("features")
    return ModelCard(
        title=f"{classifier.method.name} node classifier",
        summary=f"{classifier.method.name}, {features} features to the classes "
        f"{', '.join(classifier.classes)}. Its data and accuracy were not recorded.",
        license="other",
        tags=("node-classification", "graphs"),
        command=f"NodeClassifier({classifier.method.name!r}).fit(...).save(...)  # fourfold {__version__}",
    )
