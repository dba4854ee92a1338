"""`image_search` and `nearest` on tensors: whole batches at once, no loop over crystals."""

from __future__ import annotations

import torch
from torch import Tensor

from .nearest import TIE


def triangular_cells(matrices_B33: Tensor) -> Tensor:
    """As `triangular_cell.triangular_cells`: a1, a2, a3, b2, b3, c3 [B, 6]."""
    a, b, c = matrices_B33.unbind(-2)
    across = torch.linalg.cross(b, c)
    area, length = across.norm(dim=-1), c.norm(dim=-1)
    e1, e3 = across / area[:, None], c / length[:, None]
    e2 = torch.linalg.cross(e3, e1)
    columns = [(a * e1).sum(-1).abs(), (a * e2).sum(-1), (a * e3).sum(-1), area / length]
    return torch.stack([*columns, (b * e3).sum(-1), length], dim=-1)


def expand(counts: Tensor) -> tuple[Tensor, Tensor]:
    """For every member of groups of these sizes: its group, and its place within the group."""
    rows = torch.arange(len(counts), device=counts.device)
    group = torch.repeat_interleave(rows, counts)
    starts = counts.cumsum(0) - counts
    return group, torch.arange(len(group), device=counts.device) - starts[group]


def _span(centre: Tensor, half: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
    """Smallest n with |centre + n step| <= half, and how many there are."""
    first = torch.ceil((-half - centre) / step).long()
    last = torch.floor((half - centre) / step).long()
    return first, (last - first + 1).clamp_min(0)


def image_search(
    cells_P6: Tensor, apart_P3: Tensor, radii_P: Tensor, same_P: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Images of P fractional differences inside their radii, in order of pair and image.

    Args:
        same_P: the two atoms are one, whose image (0, 0, 0) is no neighbour.

    Returns:
        Pair int64 [E], image int64 [E, 3], distance [E].
    """
    a1, a2, a3, b2, b3, c3 = cells_P6.unbind(-1)
    ua, ub, uc = apart_P3.unbind(-1)
    first, count = _span(ua * a1, radii_P, a1)
    pair, place = expand(count)
    na = first[pair] + place
    a_part = ua[pair] + na
    x = a_part * a1[pair]
    left = radii_P[pair].square() - x * x
    y0 = a_part * a2[pair] + (ub * b2)[pair]
    first, count = _span(y0, left.clamp_min(0).sqrt(), b2[pair])
    row, place = expand(count)
    pair, na, x, left, y0, a_part = (t[row] for t in (pair, na, x, left, y0, a_part))
    nb = first[row] + place
    y = y0 + nb * b2[pair]
    left = left - y * y
    z0 = a_part * a3[pair] + (ub[pair] + nb) * b3[pair] + (uc * c3)[pair]
    first, count = _span(z0, left.clamp_min(0).sqrt(), c3[pair])
    row, place = expand(count)
    nc = first[row] + place
    pair = pair[row]
    image = torch.stack([na[row], nb[row], nc], dim=-1)
    distance = torch.sqrt(x[row].square() + y[row].square() + (z0[row] + nc * c3[pair]).square())
    other = ~(same_P[pair] & (image == 0).all(-1))
    return pair[other], image[other], distance[other]


def nearest_mask(
    receiver: Tensor, image: Tensor, distance: Tensor, atoms: int, limit: int, whole_shells: bool
) -> Tensor:
    """The `limit` nearest of each receiver, as `nearest.keep_nearest`: bool [E]."""
    order = torch.argsort(distance, stable=True)
    order = order[torch.argsort(receiver[order], stable=True)]
    far, who = distance[order], receiver[order]
    starts = torch.ones_like(who, dtype=torch.bool)
    starts[1:] = (who[1:] != who[:-1]) | (far[1:] - far[:-1] > TIE)
    shell = torch.empty_like(order)
    shell[order] = starts.cumsum(0)
    # Edges come by sender within a receiver, and stable sorting keeps that as the last criterion.
    by_image = (image * image.new_tensor([2**34, 2**17, 1])).sum(-1)
    order = torch.argsort(by_image, stable=True)
    order = order[torch.argsort(shell[order], stable=True)]
    before = torch.bincount(receiver, minlength=atoms).cumsum(0)
    before = torch.nn.functional.pad(before, (1, 0))
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order), device=order.device)
    rank = place - before[receiver]
    if whole_shells:
        shells = int(shell.max()) + 1 if len(shell) else 1
        lowest = torch.full((shells,), len(rank), device=rank.device, dtype=rank.dtype)
        rank = lowest.scatter_reduce(0, shell, rank, "amin")[shell]
    return rank < limit


def mirror_positions(pair: Tensor, opposite: Tensor) -> Tensor:
    """Where the opposite of each edge is, int64 [E]: blocks of a pair list each other's images backwards.

    Args:
        pair: pair of each edge, ascending [E].
        opposite: for each pair, the pair with sender and receiver exchanged [P].
    """
    counts = torch.bincount(pair, minlength=len(opposite))
    starts = counts.cumsum(0) - counts
    other = opposite[pair]
    within = torch.arange(len(pair), device=pair.device) - starts[pair]
    return starts[other] + counts[other] - 1 - within
