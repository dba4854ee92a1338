// Comma-separated values (RFC 4180), with ; and tab where a file has those.

import { UserError } from "./message.js";

/** {heads, rows}: strings as they stand; rows are as long as the head. */
export function parseCSV(text, name = "The file") {
  const source = text.replace(/^\uFEFF/, "");
  const first = source.slice(0, source.indexOf("\n") + 1 || undefined);
  const separator = [",", ";", "\t"].map((mark) => [first.split(mark).length, mark]).sort((a, b) => b[0] - a[0])[0][1];
  const lines = split(source, separator).filter((row) => row.length > 1 || row[0] !== "");
  if (lines.length < 2) throw new UserError(`${name} holds no table: a line of column names and at least one row are needed.`);
  const heads = lines[0].map((head) => head.trim());
  const rows = lines.slice(1);
  const odd = rows.findIndex((row) => row.length !== heads.length);
  if (odd >= 0) throw new UserError(`${name}, line ${odd + 2}, has ${rows[odd].length} values; the head has ${heads.length} columns.`);
  return { heads, rows };
}

function split(source, separator) {
  const rows = [];
  let row = [], value = "", quoted = false;
  for (let at = 0; at < source.length; at += 1) {
    const mark = source[at];
    if (quoted) {
      if (mark !== '"') value += mark;
      else if (source[at + 1] === '"') { value += '"'; at += 1; }
      else quoted = false;
    } else if (mark === '"' && value === "") quoted = true;
    else if (mark === separator) { row.push(value); value = ""; }
    else if (mark === "\n") { row.push(value.replace(/\r$/, "")); rows.push(row); row = []; value = ""; }
    else value += mark;
  }
  if (value !== "" || row.length) rows.push([...row, value.replace(/\r$/, "")]);
  return rows;
}

export function writeCSV(heads, rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? "" : String(value);
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [heads, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}
