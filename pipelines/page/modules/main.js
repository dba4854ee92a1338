// Starts the page: colours, token, models, tabs and their views.

import { setToken, token } from "./api.js";
import { startCrystals } from "./crystals/view.js";
import { startForecast } from "./forecast/view.js";
import { refreshModels } from "./models.js";
import { startNetwork } from "./network/view.js";
import { startRuns } from "./run_browser/view.js";
import { startSound } from "./sound/view.js";
import { startTabs } from "./tabs.js";
import { startTheme } from "./theme.js";

const STARTS = { forecast: startForecast, network: startNetwork, sound: startSound, crystals: startCrystals, runs: startRuns };
const state = document.getElementById("server-state");
const tokenForm = document.getElementById("token-form");
const tokenField = document.getElementById("token");
const views = {};

async function greet() {
  try {
    const models = await refreshModels();
    const loading = models.filter((model) => model.loading).length;
    state.className = "state ready";
    state.textContent = loading ? `${loading} of ${models.length} models load` : "ready";
    if (loading) setTimeout(greet, 2000);
    if (token()) tokenForm.hidden = false;
  } catch (error) {
    state.className = "state off";
    state.textContent = error.status === 401 ? "token needed" : error.status ? "not ready" : "no server";
    state.title = error.message;
    if (error.status !== 401) setTimeout(greet, 3000);
  }
}

document.addEventListener("tokenwanted", () => {
  if (!tokenForm.hidden) return;
  tokenForm.hidden = false;
  tokenField.focus();
});
tokenForm.addEventListener("submit", (event) => {
  event.preventDefault();
  setToken(tokenField.value.trim());
  greet().then(() => views[document.body.dataset.view]?.shown?.());
});
tokenField.value = token();

startTheme(document.getElementById("theme"));
startTabs(document.querySelector('[role="tablist"]'), (name) => {
  views[name] ??= STARTS[name](document.getElementById(name)) ?? {};
  views[name].shown?.();
});
greet();
