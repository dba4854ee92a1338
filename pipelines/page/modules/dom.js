// Elements made by calls: what others wrote is only ever text.

const SVG = "http://www.w3.org/2000/svg";

/** element("button", { class: "quiet", onclick: f, "aria-label": "…" }, "text", child) */
export function element(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

export function svgElement(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

function dressed(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Buttons of which one is pressed; `chosen(data)` hears which. */
export function segments(group, chosen) {
  const buttons = [...group.querySelectorAll("button")];
  const press = (button) => {
    for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => { press(button); chosen(button.dataset); });
  }
  return (wanted) => press(buttons.find((button) => Object.values(button.dataset).includes(wanted)));
}

export function fillSelect(select, options, chosen = select.value) {
  const groups = new Map();
  for (const { value, text = value, group = "" } of options) {
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(element("option", { value }, text));
  }
  const found = [...groups].flatMap(([label, items]) => (label ? [element("optgroup", { label }, ...items)] : items));
  select.replaceChildren(...found);
  if (options.some(({ value }) => value === chosen)) select.value = chosen;
}

export function table(target, heads, rows) {
  const cell = (tag, { text, number, node }) => element(tag, { class: number ? "number" : null, scope: tag === "th" ? "col" : null }, node ?? text ?? "");
  target.replaceChildren(
    element("thead", {}, element("tr", {}, ...heads.map((head) => cell("th", head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((one) => cell("td", one))))),
  );
}

export function tile(value, name) {
  return element("div", { class: "tile" }, element("b", {}, value), element("span", {}, name));
}

/** A number as people write it: four digits that matter. */
export function readable(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2);
  return value.toLocaleString("en", { maximumFractionDigits: size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3 });
}
