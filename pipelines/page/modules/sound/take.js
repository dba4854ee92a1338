// One sound on the page: its wave, its player and its spectrogram.

import { readable as number } from "../dom.js";
import { colour } from "../theme.js";
import WaveSurfer from "../../vendor/wavesurfer/wavesurfer.esm.js";
import { drawSpectrogram } from "./spectrogram.js";

const NONCE = document.querySelector('meta[name="style-nonce"]').content;

export class Take {
  constructor(card) {
    this.card = card;
    this.button = card.querySelector(".play");
    this.button.addEventListener("click", () => this.wave?.playPause());
    document.addEventListener("themechange", () => this.wave?.setOptions(this.#colours()));
  }

  /** Show a file whose samples are known. */
  async show(file, { samples, rate, seconds }) {
    Object.assign(this, { file, samples, rate });
    this.card.hidden = false;
    this.card.querySelector(".facts").textContent = `${number(seconds)} s, ${rate.toLocaleString("en")} Hz`;
    this.wave?.destroy();
    this.wave = WaveSurfer.create({ container: this.card.querySelector(".wave"), height: 72, barWidth: 2, barGap: 1, barRadius: 2, normalize: true, cspNonce: NONCE, ...this.#colours() });
    for (const [event, text] of [["play", "Pause"], ["pause", "Play"], ["finish", "Play"]]) {
      this.wave.on(event, () => { this.button.textContent = text; });
    }
    drawSpectrogram(this.card.querySelector(".spectrogram"), samples, rate);
    await this.wave.loadBlob(file, [samples], seconds);
  }

  pause() {
    this.wave?.pause();
  }

  #colours() {
    return { waveColor: colour("accent", 0.45), progressColor: colour("accent"), cursorColor: colour("ink") };
  }
}
