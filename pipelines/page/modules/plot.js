// uPlot in the page's colours; drawn anew when they change, fitted to the width it has.

import { readable } from "./dom.js";
import { colour } from "./theme.js";

const plots = new Map();

/** Draw into `place`; `make(colour)` gives uPlot's options and data. A second call replaces the first. */
export function plot(place, height, make) {
  plots.get(place)?.end();
  let chart = null;
  const draw = () => {
    chart?.destroy();
    if (!place.clientWidth) { chart = null; return; }
    const { options, data } = make(colour);
    chart = new uPlot({ width: place.clientWidth, height, legend: { show: false }, ...options }, data, place);
  };
  const watch = new ResizeObserver(() => {
    if (!place.isConnected) return;
    if (!chart) draw();
    else if (place.clientWidth && place.clientWidth !== chart.width) chart.setSize({ width: place.clientWidth, height });
  });
  document.addEventListener("themechange", draw);
  plots.set(place, {
    end: () => { chart?.destroy(); watch.disconnect(); document.removeEventListener("themechange", draw); },
  });
  draw();
  watch.observe(place);
  return { chart: () => chart, draw };
}

export function axes(ink, { time = true, left = 58, y = {} } = {}) {
  const usual = { stroke: ink("soft"), grid: { stroke: ink("line"), width: 1 }, ticks: { show: false }, font: '12px system-ui, "Noto Sans", sans-serif' };
  return [
    { ...usual, grid: { show: false }, size: 36, gap: 9, space: 76, ...(time ? { values: dates } : { values: (_, ticks) => ticks.map(short) }) },
    { ...usual, size: left, values: (_, ticks) => ticks.map((tick) => exact(tick, ticks)), ...y },
  ];
}

export const utc = { tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC") };

/** As many decimals as tell neighbours apart. */
function exact(tick, ticks) {
  const gap = Math.abs((ticks.at(-1) - ticks[0]) / Math.max(1, ticks.length - 1)) || Math.abs(tick) || 1;
  const size = Math.max(...ticks.map(Math.abs));
  if (size >= 1e6 || gap < 1e-4) return tick === 0 ? "0" : tick.toExponential(Math.max(0, Math.min(3, Math.floor(Math.log10(Math.abs(tick))) - Math.floor(Math.log10(gap)))));
  return tick.toLocaleString("en", { maximumFractionDigits: Math.max(0, Math.ceil(-Math.log10(gap) - 1e-9) + 1) });
}

function short(tick) {
  return Math.abs(tick) >= 10_000 ? `${readable(tick / 1000)}k` : readable(tick);
}

/** Day and month at midnight, hours between; month and year where steps are long. */
function dates(_, ticks, __, ___, gap) {
  const say = (tick, options) => new Date(tick * 1000).toLocaleString("en-GB", { timeZone: "UTC", ...options });
  return ticks.map((tick) => {
    if (gap >= 360 * 86_400) return say(tick, { year: "numeric" });
    if (gap >= 27 * 86_400) return say(tick, { month: "short", year: "numeric" });
    if (tick % 86_400 === 0) return say(tick, { day: "numeric", month: "short" });
    return say(tick, { hour: "2-digit", minute: "2-digit", hour12: false });
  });
}
