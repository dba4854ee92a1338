// The view "Crystals": a wish in, cells to turn out.

import { ask, sendJSON } from "../api.js";
import { parseCSV } from "../csv.js";
import { element, readable, segments } from "../dom.js";
import { runJob } from "../jobs.js";
import { during, Message, UserError } from "../message.js";
import { chooseModel, modelNamed } from "../models.js";
import { fileName, save } from "../saving.js";
import { parseCIF } from "./cif.js";
import { crystalTable, withUnit, written } from "./table.js";
import { CellViewer } from "./viewer.js";
import { unzipped, zipOf } from "./zip.js";

const SAMPLE_MODEL = "perov-flow"; // it knows perovskites better than anything else
const MOST_SHOWN = 200, MOST_PICTURES = 24;

export function startCrystals(view) {
  const at = (selector) => view.querySelector(selector);
  const message = new Message(at(".message"));
  const viewer = new CellViewer(at(".cell"));
  const state = { crystals: [], chosen: 0, cells: 1, property: null, list: null };

  /** What the form wishes; empty fields wish nothing. */
  function wish() {
    const text = (name) => at(`#crystals-${name}`).value.trim() || null;
    const number = (name, what, whole = true) => {
      const field = at(`#crystals-${name}`);
      if (field.validity.badInput) throw new UserError(`${what} must be a number.`);
      if (field.value === "") return null;
      const value = Number(field.value);
      if (whole && !Number.isInteger(value)) throw new UserError(`${what} must be a whole number.`);
      return value;
    };
    return {
      model: at("#crystals-model").value,
      n: number("count", "How many") ?? 8,
      composition: text("formula"),
      elements: text("elements"),
      num_atoms: number("atoms", "Atoms a cell"),
      property: number("property", "The property", false),
      seed: number("seed", "Seed") ?? 0,
      novel: at("#crystals-novel").checked,
    };
  }

  async function generate() {
    const wanted = wish();
    const asked = at("#crystals-job").checked ? generateByJob : generateNow;
    const { crystals, property, notes = [] } = await asked(wanted);
    if (!crystals.length) throw new UserError("No crystal came back.");
    Object.assign(state, { crystals, property, model: wanted.model });
    // The viewer takes the size that its place has, so this is shown first.
    at(".empty").hidden = true;
    at(".results").hidden = false;
    await viewer.start();
    message.note(...notes);
    show();
  }

  async function generateNow(wanted) {
    message.work(`${wanted.model} builds ${wanted.n} crystals`);
    const answer = await (await sendJSON("v1/generate", wanted)).json();
    return { crystals: answer.crystals, property: answer.property_name ?? null, notes: answer.notes };
  }

  /** The job's folder comes as an archive: its table, and a CIF file for each row. */
  async function generateByJob({ n, ...wanted }) {
    const output = `crystals-${Date.now().toString(36)}`;
    const job = await runJob(message, `${wanted.model} builds ${n} crystals`, { kind: "generate", output, n, ...wanted });
    if (job.status === "cancelled") throw new UserError("The job was cancelled.");
    message.work("The crystals are fetched");
    const archive = await (await ask(`v1/jobs/${encodeURIComponent(job.id)}/result`)).blob();
    const files = await unzipped(archive, (name) => name.endsWith(".csv") || name.endsWith(".cif"));
    const [, rows] = [...files].find(([name]) => name.endsWith("crystals.csv"));
    const cifs = new Map([...files].map(([name, text]) => [name.split("/").at(-1), text]));
    const parsed = parseCSV(rows, "crystals.csv");
    const crystals = parsed.rows.slice(0, MOST_SHOWN).map((row) => {
      const one = Object.fromEntries(parsed.heads.map((head, column) => [head, typed(row[column])]));
      return { ...one, cif: cifs.get(String(one.file).split("/").at(-1)) };
    });
    const predicted = parsed.heads.find((head) => head.startsWith("predicted_"));
    return { crystals, property: predicted?.slice("predicted_".length) ?? null };
  }

  function show() {
    const valid = state.crystals.filter((crystal) => crystal.valid).length;
    at(".count").textContent = `${state.crystals.length} crystals, ${valid} valid`;
    state.list = crystalTable(at(".crystals-table"), state.crystals, { property: state.property, unit: modelNamed(state.model)?.property_unit, chosen: showOne, download });
    state.list.choose(0);
    pictures(state.list, state.crystals.slice(0, MOST_PICTURES));
  }

  /** Small pictures for the list, one after each frame so that the page stays awake. */
  function pictures(list, crystals, at = 0) {
    if (at >= crystals.length || list !== state.list) return;
    list.picture(at, viewer.picture(parseCIF(crystals[at].cif)));
    requestAnimationFrame(() => setTimeout(() => pictures(list, crystals, at + 1)));
  }

  function showOne(number) {
    state.chosen = number;
    const crystal = state.crystals[number];
    const cell = parseCIF(crystal.cif);
    at(".formula").replaceChildren(written(crystal.formula));
    viewer.show(cell, state.cells);
    const elements = [...new Set(cell.sites.map((site) => site.element))];
    at(".elements").replaceChildren(...elements.map((symbol) => {
      const dot = element("i");
      dot.style.background = viewer.colourOf(symbol);
      return element("span", {}, dot, symbol);
    }));
    const [a, b, c] = cell.lengths.map((length) => length.toFixed(2));
    const angles = cell.angles.map((angle) => `${angle.toFixed(1)}°`).join(", ");
    at(".facts").textContent = `a ${a} Å, b ${b} Å, c ${c} Å; angles ${angles}; ${cell.sites.length} atoms; density ${readable(crystal.density_g_cm3)} g/cm³`;
  }

  function download(number) {
    const { formula, cif } = state.crystals[number];
    save(cif, `${fileName(String(formula))}-${number + 1}.cif`, "chemical/x-cif");
  }

  segments(at(".segments"), ({ cells }) => { state.cells = Number(cells); showOne(state.chosen); });
  at(".spin").addEventListener("click", ({ currentTarget: button }) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    viewer.spin(on);
  });
  at(".download").addEventListener("click", () => download(state.chosen));
  at(".download-all").addEventListener("click", () => {
    const files = state.crystals.map(({ formula, cif }, n) => ({ name: `${String(n + 1).padStart(3, "0")}-${fileName(String(formula))}.cif`, text: cif }));
    save(zipOf(files), "crystals.zip");
  });
  at(".sample").addEventListener("click", () => {
    for (const [name, value] of Object.entries({ formula: "SrTiO3", elements: "", count: "8", atoms: "", property: "", seed: "0" })) at(`#crystals-${name}`).value = value;
    at("#crystals-novel").checked = false;
    if (modelNamed(SAMPLE_MODEL)) {
      at("#crystals-model").value = SAMPLE_MODEL;
      at("#crystals-model").dispatchEvent(new Event("change"));
    }
    during(at(".main"), message, generate);
  });
  at("form").addEventListener("submit", (event) => { event.preventDefault(); during(at(".main"), message, generate); });
  chooseModel(view, "crystals", { "crystal-generator trained": "" }, (model) => {
    const { property = null, property_unit: unit = null, max_atoms: most = null } = modelNamed(model.name) ?? {};
    at(".property-label").textContent = withUnit(property, unit) ?? "Property";
    at("#crystals-property").disabled = property === null && model.ready;
    if (most) at("#crystals-atoms").max = most;
  });
  return {};
}

/** A cell of the table as a truth, a number or text. */
function typed(text) {
  if (text === "True" || text === "False") return text === "True";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
