// Long work: sent as a job, followed by server-sent events.

import { ask, askJSON, events, Refusal } from "./api.js";

const ENDED = ["done", "failed", "cancelled"];

/** Start it; `files` are {data: File, graph: File}. */
export async function startJob(request, files = {}) {
  const form = new FormData();
  form.set("request", JSON.stringify(request));
  for (const [name, file] of Object.entries(files)) if (file) form.set(name, file, file.name);
  return askJSON("v1/jobs", { method: "POST", body: form });
}

/** Until it has ended; a broken stream is opened again, and a failed job is its sentence. */
export async function followJob(id, changed, signal) {
  let job = null, broken = 0;
  while (!job || !ENDED.includes(job.status)) {
    try {
      for await (const { data } of events(`v1/jobs/${encodeURIComponent(id)}`, signal)) {
        job = JSON.parse(data);
        broken = 0;
        changed(job);
      }
    } catch (error) {
      if (error.name === "AbortError" || (error.status && error.status !== 503)) throw error;
      broken += 1;
      if (broken > 10) throw error;
    }
    if (!job || !ENDED.includes(job.status)) await new Promise((wake) => setTimeout(wake, 500 + 500 * broken));
  }
  if (job.status === "failed") throw new Refusal(422, job.message || "The job failed.");
  return job;
}

/** Start, show and follow one job; `message.work` draws it, its button cancels it. */
export async function runJob(message, text, request, files = {}) {
  const show = message.work(text);
  const job = await startJob(request, files);
  const move = message.work(text, () => cancelJob(job.id).catch((error) => message.refuse(error)));
  show(0);
  const words = { queued: "waits for its turn", running: "", done: "done" };
  let furthest = 0;
  return followJob(job.id, ({ status, progress, message: said }) => {
    if (progress < furthest && !ENDED.includes(status)) return; // a later stage may count from its own start
    furthest = Math.max(furthest, status === "done" ? 1 : progress);
    move(furthest, [text, words[status] || said].filter(Boolean).join(": "));
  });
}

export function cancelJob(id) {
  return ask(`v1/jobs/${encodeURIComponent(id)}`, { method: "DELETE" });
}
