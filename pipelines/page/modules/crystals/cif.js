// CIF files as the suite writes them: one cell, sites by fractional coordinates, all of them listed (P1).

/** {lengths, angles (degrees), sites: [{element, frac}]} */
export function parseCIF(text) {
  const value = (name) => number(new RegExp(`^${name}\\s+(\\S+)`, "m").exec(text)?.[1]);
  const lengths = ["a", "b", "c"].map((axis) => value(`_cell_length_${axis}`));
  const angles = ["alpha", "beta", "gamma"].map((angle) => value(`_cell_angle_${angle}`));
  const sites = loops(text).find(({ heads }) => heads.includes("_atom_site_fract_x"));
  if (!sites || lengths.some(Number.isNaN)) throw new Error("The CIF holds no cell with sites.");
  const at = (name) => sites.heads.indexOf(name);
  const symbol = at("_atom_site_type_symbol") >= 0 ? at("_atom_site_type_symbol") : at("_atom_site_label");
  const places = ["x", "y", "z"].map((axis) => at(`_atom_site_fract_${axis}`));
  return {
    lengths,
    angles,
    sites: sites.rows.map((row) => ({ element: /^[A-Z][a-z]?/.exec(row[symbol])?.[0] ?? "X", frac: places.map((place) => number(row[place])) })),
  };
}

const number = (text) => Number.parseFloat(text ?? "NaN");

function loops(text) {
  return text.split(/^loop_\s*$/m).slice(1).map((part) => {
    const lines = part.split("\n").map((line) => line.trim()).filter(Boolean);
    const heads = lines.filter((line) => line.startsWith("_"));
    const rows = lines.slice(lines.findLastIndex((line) => line.startsWith("_")) + 1).filter((line) => !line.startsWith("#") && !line.startsWith("data_"));
    return { heads, rows: rows.map((row) => row.match(/'[^']*'|"[^"]*"|\S+/g)) };
  });
}
