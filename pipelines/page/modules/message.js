// What a view says between its form and its results: work in progress, notes, refusals.

import { element } from "./dom.js";

export class Message {
  constructor(place) {
    this.place = place;
    this.timer = null;
  }

  clear() {
    clearInterval(this.timer);
    this.place.replaceChildren();
  }

  /** A refusal or any other error, as the sentences it brought. */
  refuse(error) {
    this.clear();
    if (error.name === "AbortError") return;
    const lines = String(error.message || error).split("\n").filter(Boolean);
    this.place.append(element("div", { class: "notice bad", role: "alert" }, ...lines.map((line) => element("p", {}, line))));
    this.place.scrollIntoView({ block: "nearest" });
  }

  /** What the service noticed; nothing at all where it noticed nothing. */
  note(...lines) {
    this.clear();
    if (!lines.length) return;
    this.place.append(element("div", { class: "notice", role: "status" }, ...lines.map((line) => element("p", {}, line))));
  }

  /** A running clock, or a bar where progress is known; returns how to move it. */
  work(text, cancel = null) {
    this.clear();
    const began = Date.now();
    const line = element("p", { role: "status" }, text);
    const bar = element("span");
    const track = element("div", { class: "track unknown", role: "progressbar", "aria-label": text }, bar);
    const button = cancel ? element("button", { type: "button", class: "small", onclick: cancel }, "Cancel") : null;
    const clock = element("span", { class: "hint", "aria-hidden": "true" }, button ?? "");
    this.place.append(element("div", { class: "working" }, line, clock, track));
    const said = { text };
    this.timer = setInterval(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      if (seconds > 1) line.textContent = `${said.text} · ${seconds} s`;
    }, 1000);
    this.place.scrollIntoView({ block: "nearest" });
    return (progress, now = said.text) => {
      said.text = now;
      line.textContent = now;
      if (!(progress > 0)) return;
      track.classList.remove("unknown");
      track.setAttribute("aria-valuenow", String(Math.round(100 * progress)));
      track.setAttribute("aria-valuemin", "0");
      track.setAttribute("aria-valuemax", "100");
      bar.style.width = `${100 * Math.min(1, progress)}%`;
    };
  }
}

/** Run `work`; while it does, the button rests, and what goes wrong becomes a sentence. */
export async function during(button, message, work) {
  if (button.disabled) return;
  button.disabled = true;
  try {
    await work();
    reveal(message.place.closest(".stage"));
  } catch (error) {
    if (!error.status && error.name !== "AbortError" && !(error instanceof UserError)) console.warn(error);
    message.refuse(error);
  } finally {
    button.disabled = false;
  }
}

/** On narrow screens results lie below the form: go there. */
function reveal(stage) {
  if (stage && stage.getBoundingClientRect().top > 0.6 * innerHeight) stage.scrollIntoView({ block: "start", behavior: "smooth" });
}

/** Something the page itself cannot do with what it was given. */
export class UserError extends Error {}
