// One forecast asked of the service.

import { ask } from "../api.js";
import { LEVELS } from "../models.js";
import { forecastsOf } from "./answer.js";

/** {name: forecast} and the answer itself; `files` are {data: File, graph: File}. */
export async function requestForecast(settings, files) {
  const form = new FormData();
  for (const [name, value] of Object.entries(settings)) if (value !== null && value !== "") form.set(name, String(value));
  for (const level of LEVELS) form.append("levels", String(level));
  for (const [name, file] of Object.entries(files)) if (file) form.set(name, file, file.name);
  const answer = await (await ask("v1/forecast", { method: "POST", body: form })).json();
  return { answer, forecasts: forecastsOf(answer) };
}

/** The answer as the table that the service would write. */
export function answerRows({ columns, data }) {
  return data[columns[0]].map((_, at) => columns.map((name) => data[name][at]));
}
