// The view "Sound": a recording in, its copy out, higher or lower.

import { ask } from "../api.js";
import { readable as number } from "../dom.js";
import { sample, takeFiles } from "../dropping.js";
import { during, Message, UserError } from "../message.js";
import { chooseModel } from "../models.js";
import { fileName, save } from "../saving.js";
import { Recorder } from "./recorder.js";
import { Take } from "./take.js";
import { decoded, readable } from "./wav.js";

export function startSound(view) {
  const at = (selector) => view.querySelector(selector);
  const message = new Message(at(".message"));
  const [original, copy] = [new Take(at(".original")), new Take(at(".copy"))];
  const recorder = new Recorder();
  const pitch = () => 2 ** (Number(at("#sound-pitch").value) / 12);
  const formant = () => 1 + Number(at("#sound-formant").value) / 100;
  let source = null;

  async function load(file, made = "") {
    message.clear();
    const sound = await decoded(file);
    source = readable(file, sound);
    at(".empty").hidden = true;
    at(".results").hidden = false;
    at(".copy").hidden = true;
    copy.pause();
    at(".loaded").textContent = `${file.name}: ${number(sound.seconds)} s${made}`;
    await original.show(source, sound);
  }

  async function synthesize() {
    if (!source) throw new UserError("Choose or record a sound first, or try the sample.");
    const model = at("#sound-model").value;
    const query = new URLSearchParams({ model, pitch: pitch().toFixed(4), formant: formant().toFixed(2) });
    message.work(`${model} says it again`);
    const began = performance.now();
    const headers = { "Content-Type": source.name.toLowerCase().endsWith(".flac") ? "audio/flac" : "audio/wav" };
    const response = await ask(`v1/synthesize?${query}`, { method: "POST", headers, body: source });
    const blob = await response.blob();
    const took = (performance.now() - began) / 1000;
    message.note(...JSON.parse(response.headers.get("X-Notes") ?? "[]"));
    const name = `${fileName(source.name.replace(/\.\w+$/, ""))}-copy.wav`;
    const file = new File([blob], name, { type: "audio/wav" });
    const sound = await decoded(file);
    await copy.show(file, sound);
    at(".copy .facts").textContent += `, made in ${number(took)} s${factors()}`;
  }

  function factors() {
    const said = [];
    if (pitch() !== 1) said.push(`pitch × ${pitch().toFixed(2)}`);
    if (formant() !== 1) said.push(`formants × ${formant().toFixed(2)}`);
    return said.length ? `, ${said.join(", ")}` : "";
  }

  function slide(id, words) {
    const slider = at(`#sound-${id}`);
    const told = at(`output[for="sound-${id}"]`);
    const tell = () => { told.textContent = words(Number(slider.value)); slider.setAttribute("aria-valuetext", told.textContent); };
    slider.addEventListener("input", tell);
    tell();
  }

  async function record() {
    if (recorder.running) { recorder.stop(); return; }
    const button = at(".record");
    await recorder.start((file) => {
      button.setAttribute("aria-pressed", "false");
      button.querySelector(".text").textContent = "Record";
      during(at(".main"), message, () => load(file));
    });
    button.setAttribute("aria-pressed", "true");
    button.querySelector(".text").textContent = "Stop";
  }

  slide("pitch", (steps) => (steps ? `${steps > 0 ? "+" : "−"}${Math.abs(steps)} semitones (× ${(2 ** (steps / 12)).toFixed(2)})` : "unchanged"));
  slide("formant", (percent) => (percent ? `× ${(1 + percent / 100).toFixed(2)}, ${percent > 0 ? "shorter" : "longer"} throat` : "unchanged"));
  at(".record").addEventListener("click", () => record().catch((error) => message.refuse(error)));
  at(".sample").addEventListener("click", () => during(at(".main"), message, async () => {
    await load(await sample("synthetic-voice.wav", "audio/wav"), ", a synthetic voice: no person speaks");
    await synthesize();
  }));
  at(".copy .download").addEventListener("click", () => save(copy.file, copy.file.name));
  at("form").addEventListener("submit", (event) => { event.preventDefault(); during(at(".main"), message, synthesize); });
  takeFiles(view, at(".drop"), ([file]) => during(at(".main"), message, () => load(file)));
  chooseModel(view, "sound", { "vocoder trained": "" });
  return {};
}
