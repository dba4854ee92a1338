// A graph with places: nodes {name, x, y}, edges {from, to, weight}; from tables, or drawn.

import { writeCSV } from "../csv.js";
import { UserError } from "../message.js";

const FROM = ["from", "source", "src", "sender", "i"];
const TO = ["to", "target", "dst", "destination", "receiver", "j"];
const NODE = ["node", "name", "id", "node_id", "sensor_id", "sensor"];
const X = ["x", "lon", "lng", "long", "longitude"];
const Y = ["y", "lat", "latitude"];

const column = (heads, words) => words.map((word) => heads.findIndex((head) => head.toLowerCase() === word)).find((at) => at >= 0) ?? -1;

/** "edges", "places" or "signals", by the names of the columns. */
export function kindOf({ heads }) {
  if (column(heads, FROM) >= 0 && column(heads, TO) >= 0) return "edges";
  if (heads.length <= 5 && column(heads, NODE) >= 0 && column(heads, X) >= 0 && column(heads, Y) >= 0) return "places";
  return "signals";
}

export function edgesOf({ heads, rows }, file) {
  const [from, to] = [column(heads, FROM), column(heads, TO)];
  const weight = column(heads, ["weight", "w", "value", "cost", "distance"]);
  return rows.map((row, at) => {
    const number = weight >= 0 ? Number(row[weight]) : 1;
    if (!Number.isFinite(number)) throw new UserError(`${file}, line ${at + 2}: the weight "${row[weight]}" is no number.`);
    return { from: row[from], to: row[to], weight: number };
  });
}

export function placesOf({ heads, rows }, file) {
  const [node, x, y] = [column(heads, NODE), column(heads, X), column(heads, Y)];
  return new Map(rows.map((row, at) => {
    const place = { x: Number(row[x]), y: Number(row[y]) };
    if (!Number.isFinite(place.x + place.y)) throw new UserError(`${file}, line ${at + 2}: the place of ${row[node]} is no pair of numbers.`);
    return [row[node], place];
  }));
}

export function edgesCSV(edges) {
  return new File([writeCSV(["from", "to", "weight"], edges.map(({ from, to, weight }) => [from, to, weight]))], "edges.csv", { type: "text/csv" });
}

/** Places of all nodes: those given (y upwards) fitted to the map, or springs between neighbours. */
export function placed(names, edges, places, width, height) {
  const given = names.every((name) => places.has(name));
  const found = given ? names.map((name) => ({ name, x: places.get(name).x, y: -places.get(name).y })) : springs(names, edges);
  return fitted(found, width, height);
}

function fitted(nodes, width, height, margin = 28) {
  const span = (key) => [Math.min(...nodes.map((node) => node[key])), Math.max(...nodes.map((node) => node[key]))];
  const [[left, right], [top, bottom]] = [span("x"), span("y")];
  const scale = Math.min((width - 2 * margin) / (right - left || 1), (height - 2 * margin) / (bottom - top || 1));
  const [shiftX, shiftY] = [(width - scale * (right - left)) / 2, (height - scale * (bottom - top)) / 2];
  return nodes.map(({ name, x, y }) => ({ name, x: shiftX + scale * (x - left), y: shiftY + scale * (y - top) }));
}

/** Force-directed places (Fruchterman and Reingold 1991), from a circle, the same each time. */
function springs(names, edges, rounds = names.length > 300 ? 60 : 250) {
  const turn = (2 * Math.PI) / names.length;
  const nodes = names.map((name, at) => ({ name, x: Math.cos(turn * at), y: Math.sin(turn * at) }));
  const place = new Map(names.map((name, at) => [name, at]));
  const links = edges.map(({ from, to }) => [place.get(from), place.get(to)]).filter(([a, b]) => a !== b && a !== undefined && b !== undefined);
  const ideal = 1.6 / Math.sqrt(names.length);
  for (let round = 0; round < rounds; round += 1) {
    const push = nodes.map(() => [0, 0]);
    const pull = (a, b, strength) => {
      const [dx, dy] = [nodes[a].x - nodes[b].x, nodes[a].y - nodes[b].y];
      const far = Math.hypot(dx, dy) || 1e-6;
      const force = strength(far) / far;
      push[a][0] += dx * force; push[a][1] += dy * force;
      push[b][0] -= dx * force; push[b][1] -= dy * force;
    };
    for (let a = 0; a < nodes.length; a += 1) for (let b = 0; b < a; b += 1) pull(a, b, (far) => (ideal * ideal) / far);
    for (const [a, b] of links) pull(a, b, (far) => -(far * far) / ideal);
    const heat = 0.15 * (1 - round / rounds);
    nodes.forEach((node, at) => {
      const far = Math.hypot(...push[at]) || 1e-9;
      node.x += (push[at][0] / far) * Math.min(far, heat);
      node.y += (push[at][1] / far) * Math.min(far, heat);
    });
  }
  return nodes;
}
