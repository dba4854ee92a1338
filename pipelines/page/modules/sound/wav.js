// Sound in and out of the browser: any format it can decode, and WAV with 16 bits.

import { UserError } from "../message.js";

const AS_THEY_ARE = /\.(wav|flac)$/i;

/** {samples (one channel), rate} of a file. */
export async function decoded(file) {
  const context = new OfflineAudioContext(1, 1, await rateOf(file));
  let buffer;
  try {
    buffer = await context.decodeAudioData(await file.arrayBuffer());
  } catch {
    throw new UserError(`${file.name} holds no sound that this browser can decode; WAV, FLAC, MP3, OGG and M4A usually are.`);
  }
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const one = buffer.getChannelData(channel);
    for (let at = 0; at < samples.length; at += 1) samples[at] += one[at] / buffer.numberOfChannels;
  }
  return { samples, rate: buffer.sampleRate, seconds: buffer.duration };
}

/** What the service can read: WAV and FLAC as they are, the rest as WAV. */
export function readable(file, { samples, rate }) {
  return AS_THEY_ARE.test(file.name) ? file : wavFile(samples, rate, file.name.replace(/\.\w*$/, ".wav"));
}

export function wavFile(samples, rate, name) {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, at) => view.setInt16(44 + 2 * at, Math.max(-32768, Math.min(32767, Math.round(32767 * sample))), true));
  return new File([view], name, { type: "audio/wav" });
}

/** The rate in a WAV's header, so that decoding does not resample; else what speech needs. */
async function rateOf(file) {
  const head = new DataView(await file.slice(0, 64).arrayBuffer());
  const isWav = head.byteLength >= 28 && head.getUint32(0) === 0x52494646;
  const rate = isWav ? head.getUint32(24, true) : 44_100;
  return rate >= 8000 && rate <= 96_000 ? rate : 44_100;
}
