// A forecast as the service tells it, by series.

import { seconds } from "../times.js";

/** Map of series name to {times, point, bands: [{level, low, high}]}, widest band first. */
export function forecastsOf({ columns, data }) {
  const lows = columns.map((name) => /^(.*)-lo-([\d.]+)$/.exec(name)).filter(Boolean);
  const point = lows.length ? lows[0][1] : columns.at(-1);
  const [id, time] = columns.indexOf(point) > 1 ? columns : [null, columns[0]];
  const levels = lows.map(([, , level]) => level).sort((a, b) => b - a);
  const found = new Map();
  data[time].forEach((text, at) => {
    const name = id ? String(data[id][at]) : "";
    if (!found.has(name)) {
      found.set(name, { times: [], point: [], bands: levels.map((level) => ({ level: Number(level), low: [], high: [] })) });
    }
    const one = found.get(name);
    one.times.push(seconds(text));
    one.point.push(data[point][at]);
    one.bands.forEach((band, n) => {
      band.low.push(data[`${point}-lo-${levels[n]}`][at]);
      band.high.push(data[`${point}-hi-${levels[n]}`][at]);
    });
  });
  return found;
}
