// A cell as people draw it: atoms on its borders stand on every border, cells repeat, neighbours are bonded.

import { radiusOf } from "./radii.js";

const NEAR = 0.3;

/** Rows are a, b, c in angstrom, a along x and b in the x-y plane. */
export function latticeOf({ lengths: [a, b, c], angles }) {
  const [ca, cb, cg] = angles.map((angle) => Math.cos((angle * Math.PI) / 180));
  const sg = Math.sqrt(1 - cg * cg);
  const cy = (c * (ca - cb * cg)) / sg;
  return [[a, 0, 0], [b * cg, b * sg, 0], [c * cb, cy, Math.sqrt(Math.max(0, c * c - (c * cb) ** 2 - cy * cy))]];
}

export function cartesian(lattice, frac) {
  return [0, 1, 2].map((axis) => frac[0] * lattice[0][axis] + frac[1] * lattice[1][axis] + frac[2] * lattice[2][axis]);
}

/**
 * Atoms {element, x, y, z} of `cells` cells each way, with those that borders share drawn on all of them.
 *
 * A crystal has no origin of its own: its largest atom is put there. Angstrom; NEAR is how far from a border counts.
 */
export function fullCell({ sites, ...cell }, cells = 1) {
  const lattice = latticeOf(cell);
  const atoms = [];
  const largest = sites.reduce((best, site) => (radiusOf(site.element) > radiusOf(best.element) ? site : best));
  const near = cell.lengths.map((length) => NEAR / length);
  for (const { element, frac } of sites) {
    const inside = frac.map((part, axis) => {
      const moved = part - largest.frac[axis];
      const wrapped = moved - Math.floor(moved);
      return 1 - wrapped < near[axis] ? wrapped - 1 : wrapped;
    });
    const shifts = inside.map((part, axis) => Array.from({ length: cells + (part < near[axis] ? 1 : 0) }, (_, shift) => part + shift));
    for (const u of shifts[0]) for (const v of shifts[1]) for (const w of shifts[2]) {
      const [x, y, z] = cartesian(lattice, [u, v, w]);
      atoms.push({ element, x, y, z });
    }
  }
  return { atoms, lattice };
}

/** Pairs of atoms nearer than 1.05 times the sum of their radii; metals only with non-metals where there are some. */
export function bondsOf(atoms) {
  const mixed = atoms.some(({ element }) => ANIONS.has(element)) && atoms.some(({ element }) => !ANIONS.has(element));
  const pairs = [];
  for (let a = 0; a < atoms.length; a += 1) for (let b = 0; b < a; b += 1) {
    const [one, other] = [atoms[a], atoms[b]];
    if (mixed && ANIONS.has(one.element) === ANIONS.has(other.element)) continue;
    const far = Math.hypot(one.x - other.x, one.y - other.y, one.z - other.z);
    if (far > 0.4 && far < 1.05 * (radiusOf(one.element) + radiusOf(other.element))) pairs.push([one, other]);
  }
  return pairs;
}

const ANIONS = new Set(["N", "O", "F", "P", "S", "Cl", "As", "Se", "Br", "Te", "I", "C", "H"]);

/** The twelve edges of every cell. */
export function cellEdges(lattice, cells) {
  const edges = [];
  const steps = Array.from({ length: cells + 1 }, (_, n) => n);
  for (const u of steps) for (const v of steps) {
    for (const [from, to] of [[[0, u, v], [cells, u, v]], [[u, 0, v], [u, cells, v]], [[u, v, 0], [u, v, cells]]]) edges.push([cartesian(lattice, from), cartesian(lattice, to)]);
  }
  return edges;
}
