"""Crystals that a service made, as the local class."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from ...domains.materials.crystals.crystal import pack
from ...domains.materials.crystals.extxyz import read_extxyz
from ...domains.materials.generated import GeneratedCrystals
from ...shared.errors import InputError
from ..generated_files import EXTXYZ
from ..service.errors import ServiceError

PREDICTED, NOVEL = "predicted_", "novel"


def crystals_of(content: bytes) -> GeneratedCrystals:
    """The crystals in a zip of the folder that `fourfold generate` writes, with their predictions.

    Raises:
        ServiceError: there are none in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = archive.read(EXTXYZ).decode("utf-8")
        read = list(read_extxyz(text, "generated"))
        crystals = [one.crystal for one in read if not isinstance(one.crystal, InputError)]
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        raise ServiceError(502, "the answer holds no crystals") from error
    if len(crystals) != len(read):
        raise ServiceError(502, "the answer holds crystals that cannot be read")
    names = sorted({name for one in read for name in one.values if name.startswith(PREDICTED)})
    properties = {
        name.removeprefix(PREDICTED): np.array([float(one.values.get(name, np.nan)) for one in read])
        for name in names
    }
    novel = None
    if all(NOVEL in one.values for one in read):
        novel = np.array([float(one.values[NOVEL]) > 0 for one in read], bool)
    return GeneratedCrystals(pack(crystals, [one.name for one in read], properties), novel=novel)
