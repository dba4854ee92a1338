// Trend, season and residual of one series, under each other.

import { askJSON } from "../api.js";
import { element } from "../dom.js";
import { axes, plot, utc } from "../plot.js";
import { seconds } from "../times.js";
import { longCSV } from "./series_table.js";

const PARTS = ["trend", "season", "residual"];

/** Ask the service to take the series apart, and draw what it finds. */
export async function showParts(place, series, missing) {
  const form = new FormData();
  form.set("data", longCSV([series]));
  form.set("missing", missing);
  const { data } = await askJSON("v1/decompose", { method: "POST", body: form });
  const times = data.ds.map(seconds);
  place.replaceChildren();
  for (const part of PARTS) {
    const canvas = element("div", { class: "plot", role: "img", "aria-label": `${part} of ${series.name}` });
    place.append(element("div", { class: "part" }, element("h3", {}, part), canvas));
    plot(canvas, 110, (ink) => ({
      data: [times, data[part]],
      options: {
        ...utc,
        axes: axes(ink),
        cursor: { show: false },
        series: [{}, { stroke: ink(part === "residual" ? "soft" : "accent"), width: part === "residual" ? 1 : 1.8, points: { show: false } }],
      },
    }));
  }
}
