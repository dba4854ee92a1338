"""Calculi of qualitative relations, worked out from definitions: 13 between intervals, 8 between regions.

A composition table says what may hold between x and z when r holds between x and y, and s between y and z.
Neither table here is typed in: that of the intervals comes from all orders of six end points (Allen 1983),
that of the regions (RCC-8, Randell, Cui and Cohn 1992) from deciding which triples three regions can have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement, product

import numpy as np

from ....shared.errors import InputError


@dataclass(frozen=True)
class RelationAlgebra:
    """R base relations, of which exactly one holds between any two things."""

    names: tuple[str, ...]
    composition: np.ndarray
    """bool [R, R, R]: [r, s, t] tells whether t may hold where r and then s do."""
    converse: np.ndarray
    """int64 [R], the same relation seen from the other end."""
    identity: int
    """The relation of everything to itself."""

    def __post_init__(self) -> None:
        count, table = len(self.names), self.composition
        if table.shape != (count, count, count) or self.converse.shape != (count,):
            raise InputError("composition", f"has shape {table.shape}", expected=f"{(count,) * 3}")
        same, back = np.eye(count, dtype=bool), self.converse
        laws = {
            "the converse of the converse is another": same[back[back]] != same,
            "the identity changes what it is composed with": (table[self.identity] != same)
            | (table[:, self.identity] != same),
            "the converse of a composition is not the composition of the converses": table
            != table[back][:, back][:, :, back].transpose(1, 0, 2),
            "a triangle of relations holds or not depending on where it begins": table
            != table[:, back].transpose(2, 1, 0),
        }
        for law, broken in laws.items():
            if broken.any():
                place = np.argwhere(broken)[0]
                names = ", ".join(self.names[index] for index in place)
                raise InputError("composition", law, where=names, expected="a relation algebra's table")

    @property
    def n_relations(self) -> int:
        """R."""
        return len(self.names)

    def compose(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """What may hold after one of `first` and then one of `second`: sets of relations, bool [R]."""
        return np.asarray(self.composition[np.ix_(first, second)].any(axis=(0, 1)))

    def entailed(self, path: Iterable[int]) -> np.ndarray:
        """What may hold between the ends of a path of relations, bool [R]; of no relation, the identity."""
        held = np.zeros(self.n_relations, dtype=bool)
        held[self.identity] = True
        for relation in path:
            held = self.composition[held, relation].any(axis=0)
        return held


INTERVAL_NAMES = (
    "equals", "before", "after", "meets", "met-by", "overlaps", "overlapped-by",
    "starts", "started-by", "during", "contains", "finishes", "finished-by",
)  # fmt: skip
REGION_NAMES = ("EQ", "DC", "EC", "PO", "TPP", "NTPP", "TPPi", "NTPPi")


def interval_algebra() -> RelationAlgebra:
    """Allen's 13 relations between intervals of a line. Three intervals have six end points, so ends among
    0 to 5 realise every order of theirs, and the table is complete."""
    place = {
        interval_relation(one, other): INTERVAL_NAMES.index(interval_relation(one, other))
        for one in combinations(range(4), 2)
        for other in combinations(range(4), 2)
    }
    intervals = list(combinations(range(6), 2))
    holds = np.array([[place[interval_relation(x, y)] for y in intervals] for x in intervals])
    count = len(INTERVAL_NAMES)
    table = np.zeros((count,) * 3, dtype=bool)
    table[holds[:, :, None], holds[None], holds[:, None]] = True
    converse = np.zeros(count, dtype=np.int64)
    converse[holds] = holds.T
    return RelationAlgebra(INTERVAL_NAMES, table, converse, identity=0)


def interval_relation(one: Sequence[float], other: Sequence[float]) -> str:
    """Name of the relation between two intervals (start, end)."""
    (a, b), (c, d) = one, other
    if (a, b) == (c, d):
        return "equals"
    if b <= c:
        return "meets" if b == c else "before"
    if d <= a:
        return "met-by" if d == a else "after"
    if a == c:
        return "starts" if b < d else "started-by"
    if b == d:
        return "finishes" if a > c else "finished-by"
    if a < c:
        return "overlaps" if b < d else "contains"
    return "during" if b < d else "overlapped-by"


def region_algebra() -> RelationAlgebra:
    """RCC-8, the 8 relations between regions: regular closed sets, not empty, not necessarily connected.

    What holds between two regions depends on which *corners* there are: two cells of the plane that touch (or
    one cell, touching itself), each within some of the regions and outside the others. Every relation says of
    kinds of corners that there is one or that there is none. A triple of relations is possible if all corners
    that none of the three forbids together supply those that they demand: corners can be put side by side.
    """
    cells = list(product((False, True), repeat=3))
    corners = list(combinations_with_replacement(cells, 2))
    count = len(REGION_NAMES)
    table = np.zeros((count,) * 3, dtype=bool)
    nobody_empty = [np.array([a[x] or b[x] for a, b in corners]) for x in range(3)]
    between = {pair: _region_rules(corners, *pair) for pair in ((0, 1), (1, 2), (0, 2))}
    for triple in product(range(count), repeat=3):
        rules = [between[pair][r] for pair, r in zip(between, triple, strict=True)]
        allowed = ~np.any([kind for _, forbidden in rules for kind in forbidden], axis=0)
        demanded = [*nobody_empty, *(kind for wanted, _ in rules for kind in wanted)]
        table[triple] = all((kind & allowed).any() for kind in demanded)
    converse = np.array([REGION_NAMES.index(_mirrored(name)) for name in REGION_NAMES])
    return RelationAlgebra(REGION_NAMES, table, converse, identity=0)


def _mirrored(name: str) -> str:
    if not name.endswith("TPP") and not name.endswith("TPPi"):
        return name
    return name[:-1] if name.endswith("i") else f"{name}i"


Corner = tuple[tuple[bool, ...], tuple[bool, ...]]


def _region_rules(corners: list[Corner], x: int, y: int) -> list[tuple[list[np.ndarray], list[np.ndarray]]]:
    """For each of the 8 relations of region x to region y: kinds of corners (bool [corners]) that must be
    there, and kinds that must not."""

    def kind(in_x: bool, in_y: bool, one_cell: bool = False) -> np.ndarray:
        """Corners with a cell inside x (or outside, as `in_x` says) and a cell inside y (or outside)."""
        found = []
        for a, b in corners:
            pairs = [(a, a), (b, b)] if one_cell else [(a, a), (b, b), (a, b), (b, a)]
            found.append(any(p[x] == in_x and q[y] == in_y for p, q in pairs))
        return np.array(found)

    touch, share = kind(True, True), kind(True, True, one_cell=True)
    x_alone, y_alone = kind(True, False, one_cell=True), kind(False, True, one_cell=True)
    x_at_rim, y_at_rim = kind(True, False), kind(False, True)
    return [
        ([], [x_alone, y_alone]),  # EQ
        ([], [touch]),  # DC
        ([touch], [share]),  # EC
        ([share, x_alone, y_alone], []),  # PO
        ([y_alone, x_at_rim], [x_alone]),  # TPP
        ([y_alone], [x_at_rim]),  # NTPP
        ([x_alone, y_at_rim], [y_alone]),  # TPPi
        ([x_alone], [y_at_rim]),  # NTPPi
    ]
