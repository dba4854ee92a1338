// The graph as SVG: looked at, or drawn on by pointer and keys.

import { element, svgElement } from "../dom.js";

const WIDE = [900, 520], NARROW = [480, 460], STEP = 14;

/** Holds nodes and edges; tells `chosen(name)` and `changed()` when the user edits. */
export class NodeMap {
  constructor(place, { chosen, changed }) {
    Object.assign(this, { chosen, changed, nodes: [], edges: [], mode: "look", picked: null, source: null, fills: new Map() });
    this.svg = svgElement("svg", { role: "group", "aria-label": "Map of the nodes" });
    this.hint = element("p", { class: "map-empty" });
    place.replaceChildren(this.svg, this.hint);
    this.svg.addEventListener("pointerdown", (event) => this.#pressed(event));
    this.svg.addEventListener("pointermove", (event) => this.#dragged(event));
    this.svg.addEventListener("pointerup", (event) => this.#released(event));
    this.svg.addEventListener("pointercancel", () => { this.drag = null; this.draw(); });
    this.svg.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Width and height in the map's own units; taken from the room there is when a graph is set. */
  get size() {
    return this.room ?? (innerWidth < 620 ? NARROW : WIDE);
  }

  /** Whether a point lies on the map. */
  #inside(value, axis) {
    return Math.max(12, Math.min(this.size[axis] - 12, value));
  }

  /** Nodes and edges, placed by `place(width, height)`. */
  set(place, edges) {
    this.room = null;
    this.room = this.size;
    this.svg.setAttribute("viewBox", `0 0 ${this.room.join(" ")}`);
    const nodes = place(...this.room);
    Object.assign(this, { nodes, edges, picked: null, source: null, fills: new Map() });
    this.draw();
  }

  setMode(mode) {
    Object.assign(this, { mode, source: null });
    this.draw();
  }

  /** Fill colours and spoken values by name of node. */
  paint(fills) {
    this.fills = fills;
    for (const [name, group] of this.groups ?? []) {
      const { fill = null, said = "" } = fills.get(name) ?? {};
      group.querySelector("circle").style.fill = fill ?? "";
      group.setAttribute("aria-label", [`Node ${name}`, said].filter(Boolean).join(", "));
    }
  }

  pick(name) {
    this.picked = name;
    for (const [other, group] of this.groups) group.classList.toggle("chosen", other === name);
    for (const line of this.svg.querySelectorAll("line.edge.chosen")) line.classList.remove("chosen");
    if (name !== null) this.chosen(name);
  }

  draw() {
    const at = new Map(this.nodes.map((node) => [node.name, node]));
    const focused = this.svg.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.svg.classList.toggle("drawing", this.mode === "draw");
    const lines = this.edges.flatMap((edge) => {
      const [a, b] = [at.get(edge.from), at.get(edge.to)];
      if (!a || !b) return [];
      const ends = { x1: a.x, y1: a.y, x2: b.x, y2: b.y };
      const line = svgElement("line", { ...ends, class: edge === this.picked ? "edge chosen" : "edge" });
      if (this.mode !== "draw") return [line];
      const touch = svgElement("line", { ...ends, class: "edge-touch" });
      touch.edge = edge;
      return [line, touch];
    });
    this.groups = new Map(this.nodes.map((node) => [node.name, this.#group(node)]));
    this.making = svgElement("line", { class: "making", visibility: "hidden" });
    this.svg.replaceChildren(...lines, this.making, ...this.groups.values());
    this.paint(this.fills);
    this.hint.textContent = this.nodes.length ? "" : this.mode === "draw" ? "Click anywhere to place the first node." : "Drop a graph, try the sample, or draw one.";
    if (focused) this.groups.get(focused)?.focus({ preventScroll: true });
  }

  #group(node) {
    const many = this.nodes.length > 40;
    const radius = this.nodes.length > 150 ? 5 : many ? 8 : 13;
    const classes = ["node", node.name === this.picked && "chosen", node === this.source && "source"].filter(Boolean);
    const label = many ? null : svgElement("text", { y: radius + 15 }, node.name);
    const group = svgElement("g", { class: classes.join(" "), transform: `translate(${node.x} ${node.y})`, tabindex: 0, role: "button" }, svgElement("circle", { class: "dot", r: radius }), svgElement("title", {}, node.name), label);
    group.dataset.name = node.name;
    group.addEventListener("focus", () => { if (this.picked !== node.name && this.mode === "draw") this.picked = node.name; });
    return group;
  }

  #point(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    return { x: this.#inside(point.x, 0), y: this.#inside(point.y, 1) };
  }

  #nodeAt(event) {
    const group = document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".node");
    return this.nodes.find(({ name }) => name === group?.dataset.name) ?? null;
  }

  #pressed(event) {
    const node = this.#nodeAt(event);
    if (this.mode === "look") { if (node) this.pick(node.name); return; }
    this.drag = { node, from: this.#point(event), edge: event.target.edge ?? null };
    if (node) this.svg.setPointerCapture(event.pointerId);
  }

  #dragged(event) {
    if (!this.drag?.node) return;
    const { x, y } = this.#point(event);
    for (const [name, value] of Object.entries({ x1: this.drag.node.x, y1: this.drag.node.y, x2: x, y2: y, visibility: "visible" })) this.making.setAttribute(name, value);
  }

  #released(event) {
    if (!this.drag) return;
    const { node, edge } = this.drag;
    this.drag = null;
    const other = this.#nodeAt(event);
    if (node && other && other !== node) this.connect(node, other);
    else if (node) this.pick(node.name);
    else if (edge) this.picked = edge;
    else this.add(this.#point(event));
    this.draw();
  }

  #key(event) {
    const node = this.nodes.find(({ name }) => name === event.target.dataset?.name);
    if (!node) return;
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (this.mode === "look") {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.pick(node.name); }
      return;
    }
    if (moves[event.key]) {
      node.x = this.#inside(node.x + moves[event.key][0], 0);
      node.y = this.#inside(node.y + moves[event.key][1], 1);
    } else if (event.key === "Enter") {
      if (this.source && this.source !== node) this.connect(this.source, node);
      this.source = this.source ? null : node;
    } else if (event.key === "Escape") this.source = null;
    else if (event.key === "Delete" || event.key === "Backspace") { this.picked = node.name; this.remove(); }
    else return;
    event.preventDefault();
    this.draw();
  }

  add(point = null) {
    let number = this.nodes.length + 1;
    while (this.nodes.some(({ name }) => name === `n${number}`)) number += 1;
    const turn = number * 2.39996;
    const [width, height] = this.size;
    const usual = { x: width / 2 + 0.28 * height * Math.cos(turn), y: height / 2 + 0.28 * height * Math.sin(turn) };
    this.nodes.push({ name: `n${number}`, ...(point ?? usual) });
    this.picked = `n${number}`;
    this.changed();
    this.draw();
    if (!point) this.groups.get(`n${number}`).focus();
  }

  /** Drawn edges go both ways; one that is there stays as it is. */
  connect(a, b) {
    for (const [from, to] of [[a.name, b.name], [b.name, a.name]]) {
      if (!this.edges.some((edge) => edge.from === from && edge.to === to)) this.edges.push({ from, to, weight: 1 });
    }
    this.changed();
  }

  /** The picked node with its edges, or the picked edge, both ways. */
  remove() {
    const gone = this.picked;
    if (gone === null) return;
    if (typeof gone === "string") {
      this.nodes = this.nodes.filter(({ name }) => name !== gone);
      this.edges = this.edges.filter(({ from, to }) => from !== gone && to !== gone);
    } else {
      this.edges = this.edges.filter(({ from, to }) => !((from === gone.from && to === gone.to) || (from === gone.to && to === gone.from)));
    }
    this.picked = null;
    this.changed();
    this.draw();
  }
}
