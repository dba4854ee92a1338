// The list of crystals: a row each, chosen by click or keys.

import { element, readable } from "../dom.js";

/** Fill the table; `chosen(number)` hears of the row, `download(number)` of its button. */
export function crystalTable(place, crystals, { property, unit, chosen, download }) {
  const predicted = property ? `predicted_${property}` : null;
  const marks = [["structure_valid", "Structure", "valid", ["no", "no"]], ["composition_valid", "Charges", "valid", ["no", "no"]], ["novel", "Formula is", "new", ["known", null]]].filter(([name]) => crystals.some((one) => name in one));
  const numbers = [["density_g_cm3", "g/cm³"], ["nearest_distance_A", "Nearest, Å"], ["num_atoms", "Atoms"], [predicted, withUnit(property, unit)]].filter(([name]) => name && crystals.some((one) => name in one));
  const heads = ["", "Formula", ...marks.map(([, head]) => head), "Group", ...numbers.map(([, head]) => head), ""];
  const numeric = new Set(numbers.map(([, head]) => head));
  const rows = crystals.map((crystal, at) => element(
    "tr", { tabindex: at ? -1 : 0, "aria-selected": "false", onclick: () => choose(at) },
    element("td", { class: "picture" }, element("img", { class: "thumb", alt: "", hidden: true })),
    element("td", {}, written(crystal.formula)),
    ...marks.map(([name, , good, [other, tone]]) => element("td", {}, element("span", { class: crystal[name] ? "yes" : tone }, crystal[name] ? good : other))),
    element("td", {}, String(crystal.space_group ?? "–")),
    ...numbers.map(([name]) => element("td", { class: "number" }, readable(crystal[name]))),
    element("td", {}, element("button", { type: "button", class: "small", "aria-label": `CIF of ${crystal.formula}`, onclick: (event) => { event.stopPropagation(); download(at); } }, "CIF")),
  ));
  const choose = (at, focus = false) => {
    rows.forEach((row, n) => { row.setAttribute("aria-selected", String(n === at)); row.tabIndex = n === at ? 0 : -1; });
    if (focus) rows[at].focus();
    chosen(at);
  };
  place.replaceChildren(
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col", class: numeric.has(head) ? "number" : null }, head)))),
    element("tbody", {}, ...rows),
  );
  place.onkeydown = (event) => {
    const at = rows.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, Enter: at, " ": at }[event.key];
    if (at < 0 || next === undefined || !rows[next]) return;
    event.preventDefault();
    choose(next, true);
  };
  return { choose, picture: (at, address) => { const image = rows[at].querySelector("img"); image.src = address; image.hidden = false; } };
}

/** A formula with its numbers lowered. */
export function written(formula) {
  const parts = String(formula).split(/(\d+(?:\.\d+)?)/).filter(Boolean);
  return element("span", {}, ...parts.map((part) => (/^\d/.test(part) ? element("sub", {}, part) : part)));
}

/** "heat ref, eV/atom"; the name alone where no unit is known. */
export function withUnit(property, unit) {
  const words = property?.replaceAll("_", " ") ?? null;
  return words && unit ? `${words}, ${unit}` : words;
}
