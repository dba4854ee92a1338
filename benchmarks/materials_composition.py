"""Compositional validity by pymatgen's tables against SMACT's, on the crystals of perov_5.

Run: python -m benchmarks.materials_composition, with smact installed (`pip install smact`; it is in no extra,
for it brings much) and $FOURFOLD_DATA set. Target: the shares that pass agree to one point with SMACT's
states "smact14", which CDVAE's evaluation used.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from importlib.metadata import version
from typing import Any

from benchmarks.measure import one_thread, write_result

one_thread()

from fourfold.domains.materials.datasets import load_crystals  # noqa: E402 - after one_thread
from fourfold.domains.materials.formulas import formula_texts  # noqa: E402
from fourfold.domains.materials.metrics.composition_validity import composition_is_valid  # noqa: E402


def compared(formulas: list[str]) -> dict[str, Any]:
    """Shares of crystals that pass, and of those judged alike."""
    from smact.screening import smact_validity

    count = Counter(formulas)
    ours = {formula: composition_is_valid(formula) for formula in count}
    theirs = {formula: bool(smact_validity(formula, oxidation_states_set="smact14")) for formula in count}

    def share(chosen: list[str]) -> float:
        return sum(count[formula] for formula in chosen) / len(formulas)

    return {
        "crystals": len(formulas),
        "formulas": len(count),
        "ours_pass": share([f for f in count if ours[f]]),
        "smact_pass": share([f for f in count if theirs[f]]),
        "alike": share([f for f in count if ours[f] == theirs[f]]),
        "ours_alone_pass": share([f for f in count if ours[f] and not theirs[f]]),
    }


def main() -> None:
    """Measure, print and keep."""
    if "FOURFOLD_DATA" not in os.environ:
        sys.exit("set FOURFOLD_DATA to the folder of benchmark sets (docs/data.md)")
    parts = {
        part: list(formula_texts(load_crystals("perov_5", part))) for part in ("train", "validation", "test")
    }
    payload: dict[str, Any] = {"smact": version("smact")}
    for name, formulas in {**parts, "all": [f for part in parts.values() for f in part]}.items():
        payload[name] = compared(formulas)
        print(name, payload[name], flush=True)
    print("wrote", write_result("materials_composition", payload))


if __name__ == "__main__":
    main()
