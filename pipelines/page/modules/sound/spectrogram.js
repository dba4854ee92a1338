// A spectrogram on a canvas: decibels below the loudest, time to the right, mel-like height.

import { fourier } from "./fft.js";

const SIZE = 1024, RANGE = 75, TOP = 8000;
// Inferno (van der Walt and Smith 2015), a few of its colours.
const STOPS = [[0, 0, 4], [31, 12, 72], [85, 15, 109], [136, 34, 106], [186, 54, 85], [227, 89, 51], [249, 140, 10], [249, 201, 50], [252, 255, 164]];
const PALETTE = Array.from({ length: 256 }, (_, level) => {
  const at = Math.min((level / 255) * (STOPS.length - 1), STOPS.length - 1.001);
  const [low, high] = [STOPS[Math.floor(at)], STOPS[Math.floor(at) + 1]];
  return low.map((value, n) => value + (at % 1) * (high[n] - value));
});

export function drawSpectrogram(canvas, samples, rate) {
  const width = Math.min(1600, Math.max(300, Math.round(canvas.clientWidth * devicePixelRatio) || 800));
  const height = 220;
  const { columns, loudest } = spectrum(samples, width);
  const bins = rowsOf(height, Math.min(TOP, rate / 2), rate);
  [canvas.width, canvas.height] = [width, height];
  const brush = canvas.getContext("2d");
  const image = brush.createImageData(width, height);
  for (let x = 0; x < width; x += 1) {
    for (let y = 0; y < height; y += 1) {
      const at = bins[y], low = Math.floor(at);
      const power = columns[x][low] + (at - low) * ((columns[x][low + 1] ?? 0) - columns[x][low]);
      const level = 1 + (10 * Math.log10(power / loudest + 1e-12)) / RANGE;
      const [r, g, b] = PALETTE[Math.max(0, Math.min(255, Math.round(255 * level)))];
      image.data.set([r, g, b, 255], 4 * (y * width + x));
    }
  }
  brush.putImageData(image, 0, 0);
}

/** Power of one Hann-windowed frame for each column of the picture. */
function spectrum(samples, width) {
  const transform = fourier(SIZE);
  const shape = Float64Array.from({ length: SIZE }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / SIZE));
  const frame = new Float64Array(SIZE);
  let loudest = 1e-12;
  const columns = Array.from({ length: width }, (_, x) => {
    const start = Math.round(((x + 0.5) / width) * samples.length - SIZE / 2);
    for (let at = 0; at < SIZE; at += 1) frame[at] = (samples[start + at] ?? 0) * shape[at];
    const power = new Float32Array(SIZE / 2 + 1);
    transform(frame, power);
    for (const value of power) if (value > loudest) loudest = value;
    return power;
  });
  return { columns, loudest };
}

/** Bin of each row: even steps of mel, so that voices have room. */
function rowsOf(height, top, rate) {
  const mel = (hertz) => 2595 * Math.log10(1 + hertz / 700);
  return Float64Array.from({ length: height }, (_, y) => {
    const hertz = 700 * (10 ** ((mel(top) * (height - 1 - y)) / (height - 1) / 2595) - 1);
    return Math.min(SIZE / 2, (hertz / rate) * SIZE);
  });
}
