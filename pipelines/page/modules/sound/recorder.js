// The microphone, from press to press.

import { UserError } from "../message.js";

const LONGEST = 60_000;

export class Recorder {
  get running() {
    return this.media?.state === "recording";
  }

  /** Begin; the File comes by `finished` after stop(), or after a minute. */
  async start(finished) {
    if (!navigator.mediaDevices?.getUserMedia) throw new UserError("This browser gives no microphone to pages without https, other than on this machine.");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    } catch (error) {
      throw new UserError(error.name === "NotFoundError" ? "No microphone was found." : "The browser was not allowed to use the microphone.");
    }
    this.media = new MediaRecorder(stream);
    const parts = [];
    const limit = setTimeout(() => this.stop(), LONGEST);
    this.media.addEventListener("dataavailable", ({ data }) => parts.push(data));
    this.media.addEventListener("stop", () => {
      clearTimeout(limit);
      for (const track of stream.getTracks()) track.stop();
      finished(new File(parts, "recording.webm", { type: this.media.mimeType }));
    });
    this.media.start();
  }

  stop() {
    if (this.running) this.media.stop();
  }
}
