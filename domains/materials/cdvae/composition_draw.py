"""Elements for atoms whose number and proportions are known."""

from __future__ import annotations

import torch
from torch import Tensor


def draw_composition(
    probabilities_B100: Tensor, counts_B: Tensor, generator: torch.Generator | None = None
) -> Tensor:
    """Atomic numbers [A]: each element as often as its probability says, in random order.

    Whole parts of probability times number of atoms, rounded, are given first; what is then missing is drawn
    from the remainders, and what is too much (several halves rounded up) is left out at random.

    Args:
        probabilities_B100: of the elements, column Z - 1.
        generator: on the processor.
    """
    drawn = []
    for share, count in zip(probabilities_B100.double().cpu(), counts_B.tolist(), strict=True):
        wanted = share * count
        whole = wanted.round()
        numbers = torch.repeat_interleave(torch.arange(1, len(share) + 1), whole.long())
        missing = count - len(numbers)
        if missing > 0:
            rest = (wanted - whole).clamp_min(0)
            rest = rest if rest.sum() > 0 else share
            more = torch.multinomial(rest, missing, replacement=True, generator=generator) + 1
            numbers = torch.cat([numbers, more])
        drawn.append(numbers[torch.randperm(len(numbers), generator=generator)][:count])
    return torch.cat(drawn).to(probabilities_B100.device)
