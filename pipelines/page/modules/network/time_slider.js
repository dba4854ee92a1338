// The map's moment: a slider over the last measurements and the steps ahead, and the colours it gives.

import { element, readable } from "../dom.js";
import { words } from "../times.js";
import { boundsOf, colourOf, paintScale } from "./colours.js";

const BEFORE = 48;

/** Ties slider, legend and map together; `show(series, forecasts)` sets what is painted. */
export class TimeSlider {
  constructor(foot, select, paint) {
    Object.assign(this, { foot, select, paint, slider: foot.querySelector("input"), told: foot.querySelector("output") });
    this.scale = element("canvas", { "aria-hidden": "true" });
    [this.low, this.high] = [element("span"), element("span")];
    foot.querySelector(".legend").append(this.low, this.scale, this.high);
    this.slider.addEventListener("input", () => this.#draw());
    select.addEventListener("change", () => { this.#bounds(); this.#draw(); });
  }

  show(series, forecasts) {
    const { times, step } = series[0];
    this.step = step;
    const past = times.slice(-BEFORE);
    const ahead = forecasts ? [...forecasts.values()][0].times : [];
    this.times = [...past, ...ahead];
    this.now = past.length - 1;
    this.values = new Map(series.map(({ name, values }) => [name, [...values.slice(-BEFORE), ...(forecasts?.get(name)?.point ?? [])]]));
    this.slider.max = this.times.length - 1;
    this.slider.value = forecasts ? this.now + 1 : this.now;
    this.foot.hidden = false;
    this.#bounds();
    this.#draw();
  }

  hide() {
    this.foot.hidden = true;
  }

  get #changes() {
    return this.select.value === "change";
  }

  #value(values, at) {
    return this.#changes ? values[at] - values[this.now] : values[at];
  }

  #bounds() {
    if (!this.values) return;
    const all = [...this.values.values()].flatMap((values) => values.map((_, at) => this.#value(values, at)));
    this.bounds = boundsOf(all, this.#changes);
    this.low.textContent = readable(this.bounds[0]);
    this.high.textContent = readable(this.bounds[1]);
    paintScale(this.scale, this.#changes);
  }

  #draw() {
    if (!this.values) return;
    const at = Number(this.slider.value);
    const ahead = at - this.now;
    this.told.textContent = `${words(this.times[at], this.step)} · ${ahead > 0 ? `forecast, step ${ahead}` : ahead === 0 ? "now" : "measured"}`;
    this.slider.setAttribute("aria-valuetext", this.told.textContent);
    const [low, high] = this.bounds;
    this.paint(new Map([...this.values].map(([name, values]) => {
      const value = this.#value(values, at);
      if (!Number.isFinite(value)) return [name, { said: "no value" }];
      return [name, { fill: colourOf((value - low) / (high - low), this.#changes), said: readable(value) }];
    })));
  }
}
