// History, what was held back, and the fan of quantiles, in one plot.

import { element, readable } from "../dom.js";
import { axes, plot, utc } from "../plot.js";
import { stepOf, words } from "../times.js";

const RECENT = 4;

/**
 * Draw the fan; the line below tells what lies under the pointer.
 *
 * history {times, values}, forecast {times, point, bands} or null, actual {times, values} or null.
 */
export function fanChart(place, readout, { history, forecast, actual, span = "recent", height = 340 }) {
  const { data, bands } = columnsOf(history, forecast, actual);
  const step = stepOf(history.times.slice(-200));
  const rest = () => keys(readout, { forecast, actual });
  rest();
  return plot(place, Math.min(height, Math.max(220, innerHeight * 0.42)), (ink) => ({
    data,
    options: {
      ...utc,
      scales: { x: { time: true, ...rangeOf(history, forecast, span) } },
      axes: axes(ink),
      cursor: { points: { size: 7 }, drag: { x: true, y: false }, y: false },
      series: seriesOf(ink, bands),
      bands: bands.map((_, n) => ({ series: [3 + 2 * n + 2, 3 + 2 * n + 1], fill: ink("accent", 0.13 + 0.08 * n) })),
      hooks: { setCursor: [(chart) => tell(chart, readout, data, bands, step) || rest()] },
    },
  }));
}

/** uPlot's columns on one row of times; the fan starts at the last measurement. */
function columnsOf(history, forecast, actual) {
  const times = [...new Set([...history.times, ...(forecast?.times ?? []), ...(actual?.times ?? [])])].sort((a, b) => a - b);
  const place = new Map(times.map((time, at) => [time, at]));
  const column = (from, values) => {
    const whole = new Array(times.length).fill(null);
    from.forEach((time, at) => { whole[place.get(time)] = values[at]; });
    return whole;
  };
  const last = history.times.length - 1;
  const joined = forecast && history.values[last] !== null && forecast.times[0] > history.times[last];
  const ahead = (values) => (joined ? column([history.times[last], ...forecast.times], [history.values[last], ...values]) : column(forecast.times, values));
  const bands = forecast?.bands ?? [];
  const data = [times, column(history.times, history.values), actual ? column(actual.times, actual.values) : column([], []), forecast ? ahead(forecast.point) : column([], [])];
  for (const { low, high } of bands) data.push(ahead(low), ahead(high));
  return { data, bands };
}

function seriesOf(ink, bands) {
  const hidden = { stroke: "transparent", width: 0, points: { show: false } };
  const line = { width: 1.8, points: { show: false }, spanGaps: false };
  return [
    {},
    { ...line, stroke: ink("measured") },
    { ...line, stroke: ink("measured"), dash: [4, 4] },
    { ...line, width: 2.2, stroke: ink("accent") },
    ...bands.flatMap(() => [hidden, hidden]),
  ];
}

function rangeOf(history, forecast, span) {
  if (span === "all" || !forecast) return {};
  const from = history.times[Math.max(0, history.times.length - RECENT * forecast.times.length)];
  return { min: from, max: forecast.times.at(-1) };
}

function tell(chart, readout, data, bands, step) {
  const at = chart.cursor.idx;
  if (at === null || at === undefined) return false;
  const said = [words(data[0][at], step)];
  if (data[1][at] !== null) said.push(`measured ${readable(data[1][at])}`);
  if (data[2][at] !== null) said.push(`held back ${readable(data[2][at])}`);
  if (data[3][at] !== null && data[1][at] === null) {
    said.push(`forecast ${readable(data[3][at])}`);
    bands.forEach(({ level }, n) => said.push(`${level} %: ${readable(data[4 + 2 * n][at])} to ${readable(data[5 + 2 * n][at])}`));
  }
  readout.textContent = said.join(" · ");
  return true;
}

/** What the lines mean, while the pointer is elsewhere. */
function keys(readout, { forecast, actual }) {
  const key = (look, text) => element("span", { class: "keyline" }, element("i", { class: look }), text);
  const bands = forecast?.bands.map(({ level }) => level).reverse() ?? [];
  const said = [key("", "measured")];
  if (actual) said.push(key("dash", "held back"));
  if (forecast) said.push(key("accent", "forecast"));
  if (bands.length) said.push(key("band", `${bands.join(", ")} % bands`));
  readout.replaceChildren(...said);
}
