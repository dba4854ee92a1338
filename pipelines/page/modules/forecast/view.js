// The view "Forecast": a table in, a fan of quantiles out.

import { parseCSV, writeCSV } from "../csv.js";
import { fillSelect, readable, segments, table, tile } from "../dom.js";
import { sample, takeFiles } from "../dropping.js";
import { runJob } from "../jobs.js";
import { during, Message, UserError } from "../message.js";
import { chooseModel, modelNamed, refreshModels } from "../models.js";
import { fileName, save } from "../saving.js";
import { words } from "../times.js";
import { answerRows, requestForecast } from "./request.js";
import { fanChart } from "./fan_chart.js";
import { showParts } from "./parts.js";
import { mean, scoresOf } from "./scores.js";
import { heldBack, longCSV, seriesOf } from "./series_table.js";

const GROUPS = { "forecaster trained": "Ready to use", "forecaster fitted": "Fitted on your table" };

export function startForecast(view) {
  const at = (selector) => view.querySelector(selector);
  const message = new Message(at(".message"));
  const partMessage = new Message(at(".part-message"));
  const state = { file: "", series: [], shown: null, span: "recent", tried: [] };

  function take([file]) {
    during(at(".main"), message, async () => {
      message.clear();
      load(file.name, await file.text());
    });
  }

  function load(name, text) {
    const series = seriesOf(parseCSV(text, name), name);
    Object.assign(state, { file: name, series, tried: [] });
    const rows = series.reduce((sum, one) => sum + one.cells.length, 0);
    const [first, last] = [Math.min(...series.map((one) => one.times[0])), Math.max(...series.map((one) => one.times.at(-1)))];
    const count = series.length === 1 ? "1 series" : `${series.length.toLocaleString("en")} series`;
    at(".loaded").textContent = `${name}: ${count}, ${rows.toLocaleString("en")} rows, ${words(first, 86_400)} to ${words(last, 86_400)}`;
  }

  /** What is asked: steps ahead, and the series without what is held back. */
  function asked() {
    if (!state.series.length) throw new UserError("Choose a table first, or try the sample.");
    const horizon = Number(at("#forecast-horizon").value);
    if (!Number.isInteger(horizon) || horizon < 1) throw new UserError("Steps ahead must be a whole number above 0.");
    const held = at("#forecast-hold").checked;
    const short = state.series.find((one) => held && one.cells.length <= horizon);
    if (short) throw new UserError(`${short.name} has ${short.cells.length} rows; holding back ${horizon} leaves nothing to forecast from.`);
    return { horizon, held, series: held ? heldBack(state.series, horizon) : state.series };
  }

  async function forecast() {
    const { horizon, held, series } = asked();
    const model = at("#forecast-model").value;
    message.work(`${model} looks ${horizon} steps ahead`);
    const began = performance.now();
    const settings = { model, horizon, missing: at("#forecast-missing").value };
    const { answer, forecasts } = await requestForecast(settings, { data: longCSV(series) });
    message.note(...(answer.notes ?? []));
    const seconds = (performance.now() - began) / 1000;
    state.shown = { series, answer, forecasts, held, model, horizon, seconds };
    show();
  }

  /** The chosen model learns, by a job, from what is not held back; what it becomes is chosen and asked. */
  async function finetune() {
    const { horizon, series } = asked();
    const model = at("#forecast-model").value;
    const output = `${model}-${Date.now().toString(36)}`;
    const request = { kind: "finetune", model, output, horizon, missing: at("#forecast-missing").value };
    const job = await runJob(message, `${model} learns from ${state.file}`, request, { data: longCSV(series) });
    if (job.status === "cancelled") throw new UserError("Fine-tuning was cancelled.");
    await refreshModels();
    at("#forecast-model").value = output;
    await forecast();
  }

  function show() {
    at(".empty").hidden = true;
    at(".results").hidden = false;
    fillSelect(at("#forecast-series"), state.shown.series.map(({ name }) => ({ value: name })));
    note();
    showSeries();
  }

  /** The mean scores of this model, beside those tried before. */
  function note() {
    const { series, forecasts, held, model, horizon, seconds } = state.shown;
    at(".tried").hidden = !held;
    if (!held) return;
    const each = series.filter(({ name }) => forecasts.has(name)).map((one) => scoresOf(one, one.actual, forecasts.get(one.name)));
    const row = { model, horizon, seconds, mase: mean(each.map(({ mase }) => mase)), mae: mean(each.map(({ mae }) => mae)), coverage: mean(each.map(({ coverage }) => coverage)) };
    state.tried = [...state.tried.filter((one) => one.model !== model || one.horizon !== horizon), row].sort((a, b) => a.horizon - b.horizon || a.mase - b.mase);
    const number = (value) => ({ text: readable(value), number: true });
    const heads = [{ text: "Model" }, ...["Steps", "MASE", "MAE", "80 % held", "Seconds"].map((text) => ({ text, number: true }))];
    table(at(".tried table"), heads, state.tried.map((one) => [
      { text: one.model }, number(one.horizon), number(one.mase), number(one.mae), { text: percent(one.coverage), number: true }, number(one.seconds),
    ]));
  }

  function showSeries() {
    const { series, forecasts, held, seconds } = state.shown;
    const one = series.find(({ name }) => name === at("#forecast-series").value) ?? series[0];
    const found = forecasts.get(one.name) ?? forecasts.get("");
    if (!found) { partMessage.note(`${one.name} got no forecast: it is too short for this model.`); return; }
    draw(one, found, held);
    const scores = held ? scoresOf(one, one.actual, found) : null;
    const tiles = scores
      ? [tile(readable(scores.mase), scores.season > 1 ? `MASE of this series, season of ${scores.season}` : "MASE of this series"), tile(readable(scores.mae), "its mean absolute error"), tile(percent(scores.coverage), "inside the 80 % band")]
      : [tile(readable(found.point[0]), "next step"), tile(readable(found.point.at(-1)), "last step")];
    at(".tiles").replaceChildren(...tiles, tile(`${readable(seconds)} s`, "until the answer"));
    at(".parts .plots").replaceChildren();
    partMessage.work("The series is taken apart");
    showParts(at(".parts .plots"), one, at("#forecast-missing").value)
      .then(() => partMessage.clear(), (error) => partMessage.note(...error.message.split("\n")));
  }

  function draw(one, found, held) {
    fanChart(at(".fan"), at(".readout"), { history: one, forecast: found, actual: held ? one.actual : null, span: state.span });
  }

  segments(at(".segments"), ({ span }) => {
    state.span = span;
    const { series, forecasts, held } = state.shown;
    const one = series.find(({ name }) => name === at("#forecast-series").value);
    draw(one, forecasts.get(one.name) ?? forecasts.get(""), held);
  });
  at("#forecast-series").addEventListener("change", showSeries);
  at(".download").addEventListener("click", () => {
    const { answer } = state.shown;
    save(writeCSV(answer.columns, answerRows(answer)), `${fileName(state.file.replace(/\.\w+$/, ""))}-forecast.csv`, "text/csv");
  });
  at(".sample").addEventListener("click", () => during(at(".main"), message, async () => {
    message.clear();
    const file = await sample("weather.csv");
    load(file.name, await file.text());
    await forecast();
  }));
  at(".finetune").addEventListener("click", () => during(at(".main"), message, finetune));
  at("form").addEventListener("submit", (event) => { event.preventDefault(); during(at(".main"), message, forecast); });
  takeFiles(view, at(".drop"), take);
  chooseModel(view, "forecast", GROUPS, ({ trained }) => { at(".finetune").hidden = !trained; });
  return {};
}

function percent(share) {
  return Number.isFinite(share) ? `${Math.round(100 * share)} %` : "–";
}
