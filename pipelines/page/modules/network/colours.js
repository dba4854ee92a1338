// Colours of values: viridis (perceptually even, fit for colour-blind eyes), and a diverging pair for changes.

const VIRIDIS = [[68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99], [170, 220, 50], [253, 231, 37]];
const CHANGE = [[33, 84, 168], [107, 158, 214], [205, 222, 238], [240, 240, 236], [246, 214, 190], [224, 139, 92], [172, 62, 22]];

export function colourOf(share, diverging = false) {
  const stops = diverging ? CHANGE : VIRIDIS;
  const at = Math.max(0, Math.min(0.9999, share)) * (stops.length - 1);
  const [low, high, part] = [stops[Math.floor(at)], stops[Math.floor(at) + 1], at % 1];
  return `rgb(${low.map((value, n) => Math.round(value + part * (high[n] - value))).join(" ")})`;
}

export function paintScale(canvas, diverging) {
  [canvas.width, canvas.height] = [160, 1];
  const brush = canvas.getContext("2d");
  for (let x = 0; x < canvas.width; x += 1) {
    brush.fillStyle = colourOf(x / (canvas.width - 1), diverging);
    brush.fillRect(x, 0, 1, 1);
  }
}

/** Bounds that a few wild nodes do not stretch: the 2nd and 98th percentile. */
export function boundsOf(numbers, diverging) {
  const known = numbers.filter((number) => Number.isFinite(number)).sort((a, b) => a - b);
  if (!known.length) return [0, 1];
  const at = (share) => known[Math.round(share * (known.length - 1))];
  const [low, high] = [at(0.02), at(0.98)];
  if (!diverging) return high > low ? [low, high] : [low - 0.5, high + 0.5];
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  return [-most, most];
}
