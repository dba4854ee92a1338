// The view "Network": a graph and its signals in, a map of values and forecasts out.

import { parseCSV, writeCSV } from "../csv.js";
import { segments } from "../dom.js";
import { sample, takeFiles } from "../dropping.js";
import { fanChart } from "../forecast/fan_chart.js";
import { answerRows, requestForecast } from "../forecast/request.js";
import { longCSV, seriesOf } from "../forecast/series_table.js";
import { runJob } from "../jobs.js";
import { during, Message, UserError } from "../message.js";
import { chooseModel, modelNamed, refreshModels } from "../models.js";
import { save } from "../saving.js";
import { edgesCSV, edgesOf, kindOf, placed, placesOf } from "./graph.js";
import { NodeMap } from "./node_map.js";
import { simulated } from "./simulation.js";
import { TimeSlider } from "./time_slider.js";

const GROUPS = {
  "forecaster trained": "Ready to use, every node by itself",
  "graph-forecaster trained": "Trained networks",
  "forecaster fitted": "Fitted at once, every node by itself",
  "graph-forecaster fitted": "Networks, trained on your signals as a job",
};
const SAMPLES = ["net3-edges.csv", "net3-nodes.csv", "net3-signals.csv"];
const GRAPH_FREE = ["rnn", "fc-rnn", "stid"];

export function startNetwork(view) {
  const at = (selector) => view.querySelector(selector);
  const message = new Message(at(".message"));
  const state = { edges: [], places: new Map(), series: [], signals: null, shown: null, simulated: false };
  const map = new NodeMap(at(".map"), { chosen: showNode, changed: () => told() });
  const slider = new TimeSlider(at(".map-foot"), at("#network-colour"), (fills) => map.paint(fills));
  const mode = segments(at(".map-card .segments"), ({ mode: wanted }) => setMode(wanted));

  async function load(files) {
    message.clear();
    for (const file of files) {
      const parsed = parseCSV(await file.text(), file.name);
      const kind = kindOf(parsed);
      if (kind === "edges") state.edges = edgesOf(parsed, file.name);
      else if (kind === "places") state.places = placesOf(parsed, file.name);
      else setSignals(seriesOf(parsed, file.name), file, false);
    }
    layOut();
    setMode("look");
    mode("look");
    told();
  }

  function setSignals(series, file, made) {
    Object.assign(state, { series, signals: file, simulated: made, shown: null });
    at(".node-card").hidden = true;
    at(".map-card .download").hidden = true;
  }

  /** Nodes are those of the signals and the edges; who has no place gets one. */
  function layOut() {
    const names = [...new Set([...state.series.map(({ name }) => name), ...state.edges.flatMap(({ from, to }) => [from, to])])];
    map.set((...room) => (names.length ? placed(names, state.edges, state.places, ...room) : []), state.edges);
    if (state.series.length) slider.show(state.series, null);
  }

  function told() {
    state.edges = map.edges;
    const said = [];
    if (map.nodes.length) said.push(`${map.nodes.length.toLocaleString("en")} nodes, ${map.edges.length.toLocaleString("en")} edges`);
    if (state.series.length) said.push(`${state.simulated ? "simulated signals" : "signals"} of ${state.series.length} nodes, ${state.series[0].cells.length.toLocaleString("en")} steps`);
    else if (map.nodes.length) said.push("no signals yet");
    at(".loaded").textContent = said.join("; ");
  }

  function setMode(wanted) {
    map.setMode(wanted);
    at(".draw-tools").hidden = wanted !== "draw";
  }

  /** Signals and graph that go together, or the sentence that says why not. */
  function ready() {
    if (!state.series.length) {
      if (!map.nodes.length) throw new UserError("Drop a graph and its signals first, try the sample, or draw a graph.");
      throw new UserError("The graph has no signals yet: drop a table with a column for each node, or simulate signals on it.");
    }
    const names = new Set(state.series.map(({ name }) => name));
    const bare = map.nodes.find(({ name }) => !names.has(name));
    if (bare) throw new UserError(`Node ${bare.name} has no signal: give the table a column ${bare.name}, remove the node, or simulate signals anew.`);
  }

  async function forecast() {
    ready();
    const horizon = Number(at("#network-horizon").value);
    if (!Number.isInteger(horizon) || horizon < 1) throw new UserError("Steps ahead must be a whole number above 0.");
    let model = at("#network-model").value;
    const data = longCSV(state.series);
    const chosen = modelNamed(model);
    const graph = chosen?.kind === "graph-forecaster" && state.edges.length && !GRAPH_FREE.includes(model) ? edgesCSV(state.edges) : null;
    const trained = chosen?.kind === "graph-forecaster" && chosen.trained === false;
    if (trained) model = await train(model, horizon, { data, graph });
    message.work(`${model} looks ${horizon} steps ahead at every node`);
    const found = await requestForecast({ model, horizon }, { data, graph: trained ? null : graph });
    message.note(...(found.answer.notes ?? []));
    state.shown = { ...found, model };
    at(".map-card .download").hidden = false;
    setMode("look");
    mode("look");
    slider.show(state.series, found.forecasts);
    map.pick(map.picked && typeof map.picked === "string" ? map.picked : state.series[0].name);
  }

  /** A network is trained by a job; its model is then served under the job's name. */
  async function train(network, horizon, files) {
    const output = `${network}-${Date.now().toString(36)}`;
    const epochs = Number(at("#network-epochs").value);
    const request = { kind: "finetune", model: network, output, horizon, epochs, scaling: "node" };
    const job = await runJob(message, `${network} learns from ${state.series.length} nodes`, request, files);
    if (job.status === "cancelled") throw new UserError("Training was cancelled.");
    await refreshModels();
    if (modelNamed(output)) at("#network-model").value = output;
    return output;
  }

  function showNode(name) {
    const history = state.series.find((one) => one.name === name);
    if (!history) return;
    at(".node-card").hidden = false;
    at(".node-card h2").textContent = `Node ${name}${state.simulated ? " (simulated)" : ""}`;
    fanChart(at(".node-card .fan"), at(".node-card .readout"), { history, forecast: state.shown?.forecasts.get(name) ?? null, actual: null, height: 280 });
  }

  function simulate() {
    if (map.nodes.length < 2) throw new UserError("Draw two nodes at least.");
    const parsed = simulated(map.nodes, map.edges);
    const file = new File([writeCSV(parsed.heads, parsed.rows)], "simulated-signals.csv", { type: "text/csv" });
    setSignals(seriesOf(parsed, file.name), file, true);
    slider.show(state.series, null);
    message.note("These signals are simulated in your browser: daily waves, pulled along the edges, with noise.");
    told();
  }

  const safely = (work) => () => during(at(".main"), message, async () => work());
  at(".sample").addEventListener("click", safely(async () => {
    await load(await Promise.all(SAMPLES.map((name) => sample(name))));
    await forecast();
  }));
  at(".draw-new").addEventListener("click", () => {
    Object.assign(state, { edges: [], places: new Map() });
    setSignals([], null, false);
    slider.hide();
    map.set(() => [], []);
    message.clear();
    setMode("draw");
    mode("draw");
    told();
    at(".map-card").scrollIntoView({ block: "nearest" });
  });
  at(".add-node").addEventListener("click", () => map.add());
  at(".remove").addEventListener("click", () => map.remove());
  at(".clear").addEventListener("click", () => { map.set(() => [], []); told(); });
  at(".simulate").addEventListener("click", safely(simulate));
  at(".map-card .download").addEventListener("click", () => {
    const { answer } = state.shown;
    save(writeCSV(answer.columns, answerRows(answer)), "network-forecast.csv", "text/csv");
  });
  at("form").addEventListener("submit", (event) => { event.preventDefault(); during(at(".main"), message, forecast); });
  takeFiles(view, at(".drop"), (files) => during(at(".main"), message, () => load(files)));
  chooseModel(view, "network", GROUPS, (model) => { at(".epochs").hidden = !(model.kind === "graph-forecaster" && !model.trained); });
  map.set(() => [], []);
  return {};
}
