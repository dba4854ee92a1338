// Signals for a drawn graph, so that there is something to forecast: simulated, and said to be.

const STEPS = 24 * 14, DAY = 24;

/** Hourly values for two weeks: daily waves that differ by node, pulled along the edges, and noise. */
export function simulated(nodes, edges) {
  const noise = normal(seedOf(nodes, edges));
  const at = new Map(nodes.map(({ name }, n) => [name, n]));
  const inputs = nodes.map(() => []);
  for (const { from, to, weight } of edges) inputs[at.get(to)].push([at.get(from), Math.abs(weight)]);
  const phase = nodes.map(({ x }) => (x / 900) * Math.PI);
  const level = nodes.map(({ y }) => 40 - y / 20);
  let state = nodes.map(() => noise());
  const start = Date.UTC(2026, 0, 5) / 1000;
  const rows = [];
  for (let step = 0; step < STEPS; step += 1) {
    const before = state;
    state = before.map((own, n) => {
      const total = inputs[n].reduce((sum, [, weight]) => sum + weight, 0);
      const near = total ? inputs[n].reduce((sum, [from, weight]) => sum + weight * before[from], 0) / total : own;
      return 0.35 * own + 0.5 * near + 0.8 * noise();
    });
    const wave = (n) => 6 * Math.sin((2 * Math.PI * step) / DAY + phase[n]) + 2 * Math.cos((4 * Math.PI * step) / DAY);
    const stamp = new Date((start + 3600 * step) * 1000).toISOString().slice(0, 16).replace("T", " ");
    rows.push([stamp, ...state.map((value, n) => (level[n] + wave(n) + value).toFixed(3))]);
  }
  return { heads: ["ds", ...nodes.map(({ name }) => name)], rows };
}

function seedOf(nodes, edges) {
  return nodes.length * 7919 + edges.length * 104729 + 17;
}

/** Normal draws (mulberry32 and Box-Muller), the same for the same graph. */
function normal(seed) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
