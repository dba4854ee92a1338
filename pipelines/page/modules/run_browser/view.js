// The view "Runs": run folders with curves and report, and the jobs of this server.

import { ask, askJSON, token } from "../api.js";
import { element } from "../dom.js";
import { cancelJob } from "../jobs.js";
import { Message } from "../message.js";
import { save } from "../saving.js";
import { drawCurves } from "./curves.js";

const AGAIN = 3000;

export function startRuns(view) {
  const at = (selector) => view.querySelector(selector);
  const message = new Message(at(".message"));
  let chosen = null, timer = null;

  async function list() {
    try {
      const { runs } = await askJSON("v1/runs");
      at(".run-list").replaceChildren(...(runs.length ? runs.map(runItem) : [element("li", { class: "none" }, "No run yet: fourfold run forecast makes one.")]));
    } catch (error) { message.refuse(error); }
  }

  function runItem(run) {
    const about = [run.pipeline, day(run.modified), run.report && "report", run.metrics && "curves"].filter(Boolean).join(" · ");
    return element("li", {}, element("button", { type: "button", "aria-current": String(run.name === chosen), onclick: () => show(run) }, run.name, element("small", {}, about)));
  }

  async function show(run) {
    chosen = run.name;
    for (const button of at(".run-list").querySelectorAll("button")) button.setAttribute("aria-current", String(button.firstChild.textContent === run.name));
    at(".empty").hidden = true;
    at(".results").hidden = false;
    at(".run-name").textContent = run.name;
    const path = run.name.split("/").map(encodeURIComponent).join("/");
    const report = at(".report");
    report.hidden = !run.report;
    report.href = `v1/runs/${path}/report`;
    report.onclick = token() ? (event) => { event.preventDefault(); openReport(`v1/runs/${path}/report`); } : null;
    message.clear();
    at(".curves").replaceChildren();
    at(".results .facts").textContent = "";
    if (!run.metrics) { at(".curves").append(element("p", { class: "hint" }, "This run wrote no curves.")); return; }
    try {
      const { records } = await askJSON(`v1/runs/${path}/metrics`);
      const drawn = drawCurves(at(".curves"), records);
      at(".results .facts").textContent = `${records.length.toLocaleString("en")} records`;
      if (!drawn) at(".curves").append(element("p", { class: "hint" }, "Its records hold no curve yet."));
    } catch (error) { message.refuse(error); }
  }

  /** A link carries no token, so the server is asked for one that opens this report for a minute. */
  async function openReport(path) {
    const tab = window.open("about:blank"); // at once: later than the click it would be a pop-up
    if (tab) tab.opener = null;
    try {
      const { url } = await askJSON(`${path}/link`, { method: "POST" });
      if (tab) tab.location.replace(new URL(url, location.href).href);
      else location.assign(url);
    } catch (error) {
      tab?.close();
      message.refuse(error);
    }
  }

  async function jobs() {
    clearTimeout(timer);
    if (view.hidden) return;
    try {
      const found = await askJSON("v1/jobs");
      const each = found.jobs ?? found;
      at(".job-list").replaceChildren(...(each.length ? each.map(jobItem) : [element("li", { class: "none" }, "No job yet.")]));
      if (each.some(({ status }) => status === "queued" || status === "running")) timer = setTimeout(jobs, AGAIN);
    } catch (error) { message.refuse(error); }
  }

  function jobItem(job) {
    const running = job.status === "queued" || job.status === "running";
    const share = running && job.progress > 0 ? ` ${Math.round(100 * job.progress)} %` : "";
    const about = element("small", {}, [`${job.kind}, ${job.status}${share}`, job.message === job.status ? "" : job.message].filter(Boolean).join(" · "));
    const act = running
      ? element("button", { type: "button", class: "small", onclick: () => cancelJob(job.id).then(jobs, (error) => message.refuse(error)) }, "Cancel")
      : job.status === "done" ? element("button", { type: "button", class: "small", onclick: () => result(job) }, "Result") : null;
    return element("li", { class: "job" }, element("span", {}, job.output ?? job.id, about), act);
  }

  async function result(job) {
    try {
      save(await (await ask(`v1/jobs/${encodeURIComponent(job.id)}/result`)).blob(), `${job.output ?? job.id}.zip`);
    } catch (error) { message.refuse(error); }
  }

  at(".refresh").addEventListener("click", () => { list(); jobs(); });
  return { shown: () => { list(); jobs(); } };
}

function day(modified) {
  if (!modified) return "";
  const date = typeof modified === "number" ? new Date(modified * 1000) : new Date(modified);
  return date.toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}
