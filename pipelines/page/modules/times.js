// Times of tables: seconds since 1970 in UTC, as uPlot wants them, and back to words.

const DATE = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** Seconds, or NaN where the text is no time in year-month-day order. */
export function seconds(text) {
  const found = DATE.exec(String(text).trim());
  if (!found) return /^\d{4}$/.test(text) ? Date.UTC(Number(text), 0) / 1000 : Number.NaN;
  const [, year, month, day = "1", hour = "0", minute = "0", second = "0", zone] = found;
  const local = Date.UTC(year, month - 1, day, hour, minute) / 1000 + Number(second);
  if (!zone || zone === "Z") return local;
  const shift = Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60;
  return zone[0] === "-" ? local + shift : local - shift;
}

/** Usual seconds between neighbours. */
export function stepOf(times) {
  const gaps = times.slice(1).map((time, at) => time - times[at]).filter((gap) => gap > 0).sort((a, b) => a - b);
  return gaps.length ? gaps[Math.floor(gaps.length / 2)] : 1;
}

/** Steps in the main season: of a day, a week or a year, as the step suggests; 1 where none is usual. */
export function seasonOf(step) {
  const day = 86_400;
  if (step < 0.9 * day) return Math.max(1, Math.round(day / step));
  if (step < 1.5 * day) return 7;
  if (step < 8 * day) return 52;
  if (step < 32 * day) return 12;
  return step < 100 * day ? 4 : 1;
}

export function words(time, step = 3600) {
  const options = { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" };
  if (step < 86_400) Object.assign(options, { weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false, year: undefined });
  if (step >= 27 * 86_400) delete options.day;
  return new Date(time * 1000).toLocaleString("en-GB", options);
}

export function stamp(time) {
  return new Date(time * 1000).toISOString().slice(0, 19).replace("T", " ");
}
