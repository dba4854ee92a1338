// What the server can do, told to every view that asks.

import { askJSON } from "./api.js";
import { fillSelect } from "./dom.js";

/** Central intervals of every fan, in percent. */
export const LEVELS = [50, 80, 95];

const listeners = [];
let known = null;

/** Hear of the models now and whenever they change. */
export function onModels(heard) {
  listeners.push(heard);
  if (known) heard(known);
}

export async function refreshModels() {
  known = (await askJSON("v1/models")).models;
  for (const heard of listeners) heard(known);
  return known;
}

export function modelNamed(name) {
  return known?.find((model) => model.name === name) ?? null;
}

/**
 * Keep a view's list of models filled.
 *
 * groups names what is offered: {"forecaster trained": "Ready to use", "vocoder trained": "", …};
 * changed(model) hears of the chosen one.
 */
export function chooseModel(view, prefix, groups, changed = () => {}) {
  const select = view.querySelector(`#${prefix}-model`);
  const hint = view.querySelector(".model-note");
  const told = () => {
    const model = modelNamed(select.value);
    if (hint) hint.textContent = model?.summary ?? "";
    if (model) changed(model);
  };
  onModels((models) => {
    const options = Object.entries(groups).flatMap(([what, group]) => {
      const [kind, state] = what.split(" ");
      return models.filter((model) => model.kind === kind && model.trained === (state === "trained")).map(({ name }) => ({ value: name, group }));
    });
    fillSelect(select, options);
    told();
  });
  select.addEventListener("change", told);
}
