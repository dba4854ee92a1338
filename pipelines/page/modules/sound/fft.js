// The fast Fourier transform of real frames (Cooley and Tukey 1965, radix 2), for spectrograms.

/** A function that fills `power` [size / 2 + 1] from windowed samples [size]; size is a power of 2. */
export function fourier(size) {
  const bits = Math.log2(size);
  const order = Uint32Array.from({ length: size }, (_, at) => {
    let turned = 0;
    for (let bit = 0; bit < bits; bit += 1) turned |= ((at >> bit) & 1) << (bits - 1 - bit);
    return turned;
  });
  const cosine = Float64Array.from({ length: size / 2 }, (_, at) => Math.cos((2 * Math.PI * at) / size));
  const sine = Float64Array.from({ length: size / 2 }, (_, at) => -Math.sin((2 * Math.PI * at) / size));
  const re = new Float64Array(size), im = new Float64Array(size);

  return (samples, power) => {
    for (let at = 0; at < size; at += 1) { re[at] = samples[order[at]]; im[at] = 0; }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let n = 0; n < half; n += 1) {
          const [a, b, c, s] = [start + n, start + n + half, cosine[n * stride], sine[n * stride]];
          const x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
          re[b] = re[a] - x; im[b] = im[a] - y;
          re[a] += x; im[a] += y;
        }
      }
    }
    for (let at = 0; at <= size / 2; at += 1) power[at] = re[at] * re[at] + im[at] * im[at];
  };
}
