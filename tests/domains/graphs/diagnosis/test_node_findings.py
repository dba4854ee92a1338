"""What is found at nodes: sizes that chance reaches among so many of them are not named."""

import numpy as np
import pytest
from fourfold.domains.graphs.diagnosis.node_findings import ALIKE, GOING_ON, NOTHING, node_findings
from fourfold.domains.graphs.diagnosis.whiteness_maps import WhitenessMap


@pytest.mark.parametrize(("count", "said"), [(1, f"{ALIKE}; {GOING_ON}"), (100, NOTHING)])
def test_among_more_nodes_a_finding_must_be_larger(count, said):
    same = WhitenessMap(np.full(count, 3.0), np.ones(count), np.full(count, 50))
    found = node_findings([str(node) for node in range(count)], same, same, same)
    assert set(found["finding"]) == {said}
