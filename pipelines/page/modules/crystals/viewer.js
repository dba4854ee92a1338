// 3Dmol with our cells in it; its script is fetched when the first crystal is shown.

import { element } from "../dom.js";
import { colour } from "../theme.js";
import { bondsOf, cellEdges, fullCell } from "./cell.js";
import { radiusOf } from "./radii.js";

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

export class CellViewer {
  constructor(place) {
    this.place = place;
    place.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("themechange", () => { this.view?.setBackgroundColor(hex("sunk")); if (this.shown) this.show(...this.shown); });
    new ResizeObserver(() => { if (place.clientWidth) this.view?.resize(); }).observe(place);
  }

  async start() {
    const mol = await library();
    if (this.view) return;
    this.view = mol.createViewer(this.place, { backgroundColor: hex("sunk"), antialias: true, disableFog: true });
    if (!this.view) throw new Error("This browser has no WebGL, which the 3D view needs; the CIF files are there all the same.");
    this.colours = mol.elementColors.Jmol;
  }

  /** Draw one crystal, `cells` cells each way. */
  show(crystal, cells, keepView = false) {
    this.shown = [crystal, cells, true];
    const { atoms, lattice } = fullCell(crystal, cells);
    const view = this.view;
    view.removeAllModels();
    view.removeAllShapes();
    const model = view.addModel();
    model.addAtoms(atoms.map(({ element: elem, x, y, z }, serial) => ({ elem, x, y, z, serial, hetflag: true, bonds: [], bondOrder: [] })));
    model.setStyle({}, { sphere: { scale: 0.28, colorscheme: "Jmol" } });
    const fine = atoms.length < 400;
    for (const [one, other] of fine ? bondsOf(atoms, radiusOf) : []) this.#bond(one, other);
    for (const [start, end] of cellEdges(lattice, cells)) {
      view.addLine({ start: point(start), end: point(end), color: hex("line-strong"), linewidth: 1 });
    }
    if (!keepView) {
      view.zoomTo();
      view.setView([...view.getView().slice(0, 4), 0, 0, 0, 1]);
      view.rotate(-70, "x");
      view.rotate(-20, "z");
      view.rotate(8, "x");
      view.zoom(0.86);
    } else view.zoomTo();
    view.render();
  }

  #bond(one, other) {
    const middle = { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, z: (one.z + other.z) / 2 };
    for (const atom of [one, other]) {
      this.view.addCylinder({ start: { x: atom.x, y: atom.y, z: atom.z }, end: middle, radius: 0.1, color: this.colourOf(atom.element), fromCap: 1, toCap: 1 });
    }
  }

  colourOf(symbol) {
    return `#${(this.colours[symbol] ?? 0xff1493).toString(16).padStart(6, "0")}`;
  }

  spin(on) {
    this.view.spin(on ? "y" : false, 0.6);
  }

  picture() {
    return this.view.pngURI();
  }

  #key(event) {
    const turns = { ArrowLeft: [-10, "y"], ArrowRight: [10, "y"], ArrowUp: [-10, "x"], ArrowDown: [10, "x"] };
    if (!this.view) return;
    if (turns[event.key]) this.view.rotate(...turns[event.key]);
    else if (event.key === "+" || event.key === "=") this.view.zoom(1.15);
    else if (event.key === "-") this.view.zoom(1 / 1.15);
    else return;
    event.preventDefault();
    this.view.render();
  }
}

const point = ([x, y, z]) => ({ x, y, z });

/** A colour of the page as 3Dmol reads it. */
function hex(name) {
  const parts = colour(name).match(/[\d.]+/g).map(Number).slice(0, 3);
  const scale = colour(name).startsWith("color(") ? 255 : 1;
  return `#${parts.map((part) => Math.round(part * scale).toString(16).padStart(2, "0")).join("")}`;
}
