// The service, with refusals as sentences and the token where there is one.

const KEY = "fourfold-token";

/** What the service answered when it said no; `message` is its sentence. */
export class Refusal extends Error {
  constructor(status, sentence, errors = []) {
    super(sentence);
    this.status = status;
    this.errors = errors;
  }
}

export function token() {
  try { return sessionStorage.getItem(KEY) ?? ""; } catch { return ""; }
}

export function setToken(value) {
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch { /* no storage: asked for again after the next 401 */ }
}

export async function ask(path, options = {}) {
  const headers = new Headers(options.headers ?? {});
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, "The server cannot be reached. Is fourfold serve still running?");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response) {
  if (response.status === 401) document.dispatchEvent(new Event("tokenwanted"));
  let body = {};
  try { body = await response.json(); } catch { /* not ours: a proxy's page */ }
  let sentence = typeof body.detail === "string" && body.detail ? body.detail : `The server answered ${response.status} ${response.statusText}.`;
  const wait = response.headers.get("Retry-After");
  if (wait) sentence += ` Try again in ${wait} s.`;
  return new Refusal(response.status, sentence, body.errors ?? []);
}

export async function askJSON(path, options = {}) {
  return (await ask(path, options)).json();
}

export function sendJSON(path, content, options = {}) {
  const headers = { "Content-Type": "application/json", ...(options.headers ?? {}) };
  return ask(path, { method: "POST", ...options, headers, body: JSON.stringify(content) });
}

/** Server-sent events of one address, as {event, data}; read by fetch, since EventSource carries no token. */
export async function* events(path, signal) {
  const response = await ask(path, { headers: { Accept: "text/event-stream" }, signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  while (true) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + value).replaceAll("\r\n", "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const found = { event: "message", data: "" };
      for (const line of block.split("\n")) {
        const at = line.indexOf(":");
        const [name, content] = [line.slice(0, at), line.slice(at + 1).replace(/^ /, "")];
        if (name === "event") found.event = content;
        if (name === "data") found.data += (found.data ? "\n" : "") + content;
      }
      if (found.data) yield found;
    }
  }
}
