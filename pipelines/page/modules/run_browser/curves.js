// What a run wrote step by step, as curves: one plot for each quantity, its phases in one plot.

import { element } from "../dom.js";
import { axes, plot } from "../plot.js";

const STEPS = ["step", "steps", "epoch"];
const NOT_SHOWN = new Set([...STEPS, "time", "timestamp", "wall_s", "elapsed", "seed"]);
const COLOURS = ["blue", "amber", "teal", "violet", "slate", "ink"];

/** Numbers by name: {name: {x, y}}; nested records are joined by dots. */
export function quantitiesOf(records) {
  const found = new Map();
  records.forEach((record, number) => {
    const flat = flattened(record);
    const key = STEPS.find((name) => typeof flat[name] === "number");
    for (const [name, value] of Object.entries(flat)) {
      if (NOT_SHOWN.has(name) || typeof value !== "number") continue;
      if (!found.has(name)) found.set(name, { x: [], y: [] });
      found.get(name).x.push(key ? flat[key] : number);
      found.get(name).y.push(value);
    }
  });
  return found;
}

function flattened(record, before = "") {
  return Object.fromEntries(Object.entries(record).flatMap(([name, value]) => (
    value && typeof value === "object" && !Array.isArray(value) ? Object.entries(flattened(value, `${before}${name}.`)) : [[before + name, value]]
  )));
}

export function drawCurves(place, records) {
  const groups = new Map();
  for (const [name, curve] of quantitiesOf(records)) {
    if (new Set(curve.y).size < 2) continue;
    const last = name.split(/[./]/).at(-1);
    if (!groups.has(last)) groups.set(last, []);
    groups.get(last).push([name, curve]);
  }
  place.replaceChildren();
  for (const [title, curves] of groups) place.append(drawGroup(title, curves));
  return groups.size;
}

function drawGroup(title, curves) {
  const canvas = element("div", { class: "plot", role: "img", "aria-label": `Curve of ${title}` });
  const keys = element("div", { class: "keys" });
  const card = element("div", { class: "curve" }, element("h3", {}, curves.length === 1 ? curves[0][0] : title), canvas, keys);
  const steps = [...new Set(curves.flatMap(([, { x }]) => x))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, at) => [step, at]));
  const columns = curves.map(([, { x, y }]) => {
    const whole = new Array(steps.length).fill(null);
    x.forEach((step, at) => { whole[place.get(step)] = y[at]; });
    return whole;
  });
  // A plot measures its place, so it is drawn once the card is on the page.
  requestAnimationFrame(() => plot(canvas, 190, (ink) => {
    if (curves.length > 1) {
      keys.replaceChildren(...curves.map(([name], n) => {
        const line = element("i");
        line.style.background = ink(COLOURS[n % COLOURS.length]);
        return element("span", {}, line, name);
      }));
    }
    return {
      data: [steps, ...columns],
      options: {
        scales: { x: { time: false } },
        axes: axes(ink, { time: false }),
        cursor: { show: false },
        series: [{}, ...curves.map(([name], n) => ({ label: name, stroke: ink(COLOURS[n % COLOURS.length]), width: 1.6, spanGaps: true, points: { show: steps.length < 30, size: 4 } }))],
      },
    };
  }));
  return card;
}
