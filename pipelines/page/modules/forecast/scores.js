// How far a forecast was from what then happened.

import { seasonOf } from "../times.js";

/** MASE against the seasonal naive error of the history, MAE, and how often the 80 % interval held. */
export function scoresOf({ times, values, step }, actual, forecast) {
  const when = new Map(forecast.times.map((time, at) => [time, at]));
  const errors = [];
  let inside = 0, judged = 0;
  const band = forecast.bands.find(({ level }) => level === 80);
  actual.times.forEach((time, n) => {
    const at = when.get(time);
    if (at === undefined || actual.values[n] === null) return;
    errors.push(Math.abs(actual.values[n] - forecast.point[at]));
    if (!band) return;
    judged += 1;
    if (actual.values[n] >= band.low[at] && actual.values[n] <= band.high[at]) inside += 1;
  });
  const mae = mean(errors);
  const season = seasonOf(step);
  return { mae, mase: mae / naiveError(times, values, season), season, coverage: judged ? inside / judged : Number.NaN, steps: errors.length };
}

function naiveError(times, values, season) {
  const gaps = [];
  for (let at = season; at < values.length; at += 1) {
    if (values[at] !== null && values[at - season] !== null) gaps.push(Math.abs(values[at] - values[at - season]));
  }
  return mean(gaps);
}

export function mean(numbers) {
  const known = numbers.filter((number) => Number.isFinite(number));
  return known.length ? known.reduce((sum, number) => sum + number, 0) / known.length : Number.NaN;
}
