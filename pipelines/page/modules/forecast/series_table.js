// A table of measurements as series: long (a row a series and time) or wide (a column a series).

import { writeCSV } from "../csv.js";
import { UserError } from "../message.js";
import { seconds, stepOf } from "../times.js";

const TIMES = ["ds", "time", "date", "datetime", "timestamp", "date_time", "valid_time", "month", "day", "hour", "year"];
const IDS = ["unique_id", "id", "series", "series_id", "item_id", "name", "node", "station", "sensor"];
const VALUES = ["y", "value", "target", "measurement", "values"];

/** Series by name, in the order of the file: {name, cells: [[ds, y]], times, values}, sorted by time. */
export function seriesOf({ heads, rows }, file) {
  const small = heads.map((head) => head.toLowerCase());
  const first = (words) => words.map((word) => small.indexOf(word)).find((at) => at >= 0) ?? -1;
  let time = first(TIMES);
  if (time < 0) time = heads.findIndex((_, at) => !Number.isNaN(seconds(rows[0][at])));
  if (time < 0) throw new UserError(`${file} has no column of times: name one ds and write times as 2026-01-31 13:00.`);
  const id = first(IDS);
  const value = first(VALUES);
  const found = new Map();
  const put = (name, at, cell) => {
    if (!found.has(name)) found.set(name, []);
    found.get(name).push([rows[at][time], cell]);
  };
  if (value >= 0 && value !== time) {
    rows.forEach((row, at) => put(id >= 0 ? row[id] : heads[value], at, row[value]));
  } else {
    const columns = heads.map((_, at) => at).filter((at) => at !== time && at !== id && rows.some((row) => isNumber(row[at])));
    if (!columns.length) throw new UserError(`${file} has no column of numbers beside its times.`);
    for (const column of columns) rows.forEach((row, at) => put(heads[column], at, row[column]));
  }
  return [...found].map(([name, cells]) => sorted(name, cells, file));
}

function isNumber(cell) {
  return cell.trim() !== "" && Number.isFinite(Number(cell));
}

function sorted(name, cells, file) {
  const keyed = cells.map((cell) => [seconds(cell[0]), cell]);
  const bad = keyed.find(([time]) => Number.isNaN(time));
  if (bad) throw new UserError(`${file}: "${bad[1][0]}" of ${name} is no time that can be read; write times as 2026-01-31 13:00.`);
  keyed.sort((a, b) => a[0] - b[0]);
  const ordered = keyed.map(([, cell]) => cell);
  const times = keyed.map(([time]) => time);
  return { name, cells: ordered, times, values: ordered.map(([, y]) => (isNumber(y) ? Number(y) : null)), step: stepOf(times.slice(-500)) };
}

/** The last `held` rows of each series apart. */
export function heldBack(series, held) {
  return series.map((one) => ({
    ...one,
    cells: one.cells.slice(0, one.cells.length - held),
    times: one.times.slice(0, one.times.length - held),
    values: one.values.slice(0, one.values.length - held),
    actual: { times: one.times.slice(-held), values: one.values.slice(-held) },
  }));
}

/** What the service reads: unique_id, ds, y. */
export function longCSV(series) {
  const rows = series.flatMap(({ name, cells }) => cells.map(([ds, y]) => [name, ds, y]));
  return new File([writeCSV(["unique_id", "ds", "y"], rows)], "data.csv", { type: "text/csv" });
}
