// 3Dmol with our cells in it; its script is fetched when the first crystal is shown.

import { element } from "../dom.js";
import { colour } from "../theme.js";
import { bondsOf, cartesian, cellEdges, fullCell } from "./cell.js";

let loading = null;

function library() {
  loading ??= new Promise((loaded, failed) => {
    const script = element("script", { src: "page/vendor/3dmol/3Dmol-min.js" });
    script.addEventListener("load", () => loaded(window.$3Dmol));
    script.addEventListener("error", () => failed(new Error("The 3D viewer cannot be loaded.")));
    document.head.append(script);
  });
  return loading;
}

// 3Dmol's camera: 150 angstrom away, 20 degrees wide. Seen with c upwards, a little from above and from the right.
const CAMERA = 150, HALF_VIEW = Math.tan((10 * Math.PI) / 180);
const STANDPOINT = product(product(turn(14, 0), turn(-28, 1)), turn(-90, 0));
const PICTURE = [120, 96];

export class CellViewer {
  constructor(place) {
    this.place = place;
    place.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("themechange", () => { if (this.shown) { this.view.setBackgroundColor(hex("sunk")); this.show(...this.shown, true); } });
    new ResizeObserver(() => { if (place.clientWidth && this.shown) this.view.resize(); }).observe(place);
  }

  async start() {
    const mol = await library();
    if (this.view) return;
    this.colours = mol.elementColors.Jmol;
    this.view = mol.createViewer(this.place, { backgroundColor: hex("sunk"), antialias: true, disableFog: true });
    if (!this.view) throw new Error("This browser has no WebGL, which the 3D view needs; the CIF files are there all the same.");
    this.darkroom = element("div", { class: "darkroom", "aria-hidden": "true" });
    document.body.append(this.darkroom);
    this.camera = mol.createViewer(this.darkroom, { backgroundColor: hex("sunk"), backgroundAlpha: 0, antialias: true, disableFog: true });
  }

  /** Draw one crystal, `cells` cells each way; seen as before where `keepView`. */
  show(crystal, cells, keepView = false) {
    this.shown = [crystal, cells];
    this.#draw(this.view, fullCell(crystal, cells), cells, this.place.clientWidth / this.place.clientHeight, keepView);
  }

  /** A small picture of one cell, as the address of a PNG. */
  picture(crystal) {
    this.#draw(this.camera, fullCell(crystal), 1, PICTURE[0] / PICTURE[1]);
    return this.camera.pngURI();
  }

  /** All in one rendering: each costs much where a processor stands in for the graphics card. */
  #draw(view, { atoms, lattice }, cells, aspect, keepView = false) {
    view.removeAllModels();
    view.removeAllShapes();
    const middle = cartesian(lattice, [cells / 2, cells / 2, cells / 2]);
    const radius = Math.max(...atoms.map(({ x, y, z }) => Math.hypot(x - middle[0], y - middle[1], z - middle[2]))) + 0.8;
    if (!keepView) view.setView([...middle.map((part) => -part), CAMERA - radius / HALF_VIEW / Math.min(1, aspect), ...STANDPOINT]);
    const model = view.addModel();
    model.addAtoms(atoms.map(({ element: elem, x, y, z }, serial) => ({ elem, x, y, z, serial, hetflag: true, bonds: [], bondOrder: [] })));
    model.setStyle({}, { sphere: { scale: 0.28, colorfunc: (atom) => this.colourOf(atom.elem) } });
    for (const [one, other] of atoms.length < 400 ? bondsOf(atoms) : []) this.#bond(view, one, other);
    for (const [start, end] of cellEdges(lattice, cells)) {
      view.addLine({ start: point(start), end: point(end), color: hex("line-strong"), linewidth: 1 });
    }
    view.render();
  }

  #bond(view, one, other) {
    const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, z: (one.z + other.z) / 2 };
    for (const atom of [one, other]) {
      view.addCylinder({ start: { x: atom.x, y: atom.y, z: atom.z }, end: middle, radius: 0.1, color: this.colourOf(atom.element), fromCap: 1, toCap: 1 });
    }
  }

  /** Jmol's colour of an element, a little calmer. */
  colourOf(symbol) {
    const jmol = this.colours[symbol] ?? 0xff1493;
    const parts = [jmol >> 16, (jmol >> 8) & 255, jmol & 255];
    const grey = (parts[0] + parts[1] + parts[2]) / 3;
    return `#${parts.map((part) => Math.round(0.74 * part + 0.26 * (0.5 * grey + 80)).toString(16).padStart(2, "0")).join("")}`;
  }

  spin(on) {
    this.view.spin(on ? "y" : false, 0.6);
  }

  #key(event) {
    const turns = { ArrowLeft: [-10, "y"], ArrowRight: [10, "y"], ArrowUp: [-10, "x"], ArrowDown: [10, "x"] };
    if (!this.view) return;
    if (turns[event.key]) this.view.rotate(...turns[event.key]);
    else if (event.key === "+" || event.key === "=") this.view.zoom(1.15);
    else if (event.key === "-") this.view.zoom(1 / 1.15);
    else return;
    event.preventDefault();
  }
}

/** Quaternion [x, y, z, w] of a turn by degrees about axis 0, 1 or 2. */
function turn(degrees, axis) {
  const half = (degrees * Math.PI) / 360;
  const parts = [0, 0, 0, Math.cos(half)];
  parts[axis] = Math.sin(half);
  return parts;
}

/** First the turn b, then a. */
function product([ax, ay, az, aw], [bx, by, bz, bw]) {
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

const point = ([x, y, z]) => ({ x, y, z });

/** A colour of the page as 3Dmol reads it. */
function hex(name) {
  const parts = colour(name).match(/[\d.]+/g).map(Number).slice(0, 3);
  const scale = colour(name).startsWith("color(") ? 255 : 1;
  return `#${parts.map((part) => Math.round(part * scale).toString(16).padStart(2, "0")).join("")}`;
}
