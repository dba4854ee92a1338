// Draws each <canvas data-crystal> as a cell that can be turned: atoms as shaded discs, nearest last, and the
// cell's edges between them. Needs nothing from outside the page.
"use strict";
(() => {
  const STEP = Math.PI / 18;       // of a key press
  const PIECES = 14;               // an edge is cut so that atoms can lie before and behind parts of it
  const AT_FACE = 0.02;            // an atom that near a face is shown on the opposite one too
  const DISTANCE = 8;              // of the eye, in radii of the cell
  const SHARE = 0.46;              // of its radius that an atom is drawn with, so that the inside shows

  const turned = (m, [x, y, z]) => m.map((row) => row[0] * x + row[1] * y + row[2] * z);
  const product = (a, b) => a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
  const aboutX = (t) => [[1, 0, 0], [0, Math.cos(t), -Math.sin(t)], [0, Math.sin(t), Math.cos(t)]];
  const aboutY = (t) => [[Math.cos(t), 0, Math.sin(t)], [0, 1, 0], [-Math.sin(t), 0, Math.cos(t)]];
  // c points up, a to the right; then a little from above and from the side.
  const START = product(aboutX(0.3), product(aboutY(-0.45), [[1, 0, 0], [0, 0, 1], [0, -1, 0]]));

  class CellView {
    constructor(canvas) {
      this.canvas = canvas;
      this.crystal = JSON.parse(canvas.dataset.crystal);
      this.turn = START;
      this.zoom = 1;
      this.place();
      this.listen();
      new ResizeObserver(() => this.draw()).observe(canvas);
    }

    // Everything in Cartesian coordinates about the middle of the cell.
    place() {
      const { lattice, atoms, radii } = this.crystal;
      const at = (f) => [0, 1, 2].map((j) => (f[0] - 0.5) * lattice[0][j] + (f[1] - 0.5) * lattice[1][j] + (f[2] - 0.5) * lattice[2][j]);
      this.atoms = [];
      for (const [kind, ...frac] of atoms) {
        const shifts = frac.map((x) => (x < AT_FACE ? [0, 1] : x > 1 - AT_FACE ? [0, -1] : [0]));
        for (const a of shifts[0]) for (const b of shifts[1]) for (const c of shifts[2]) {
          this.atoms.push({ kind, at: at([frac[0] + a, frac[1] + b, frac[2] + c]) });
        }
      }
      this.pieces = [];
      for (let axis = 0; axis < 3; axis++) {
        for (const u of [0, 1]) for (const v of [0, 1]) {
          const corner = (t) => { const f = [u, v]; f.splice(axis, 0, t); return at(f); };
          for (let i = 0; i < PIECES; i++) {
            this.pieces.push({ from: corner(i / PIECES), to: corner((i + 1) / PIECES) });
          }
        }
      }
      this.axes = ["a", "b", "c"].map((name, axis) => {
        const f = [0, 0, 0];
        f[axis] = 1.12;
        return { name, at: at(f) };
      });
      const length = (p) => Math.hypot(...p);
      this.reach = Math.max(...this.pieces.map((p) => length(p.from)), ...this.atoms.map((a) => length(a.at) + SHARE * radii[a.kind]));
    }

    listen() {
      const { canvas } = this;
      let last = null;
      canvas.addEventListener("pointerdown", (event) => {
        last = [event.clientX, event.clientY];
        canvas.setPointerCapture(event.pointerId);
      });
      canvas.addEventListener("pointermove", (event) => {
        if (!last) return;
        this.rotate((event.clientY - last[1]) / 90, (event.clientX - last[0]) / 90);
        last = [event.clientX, event.clientY];
      });
      for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
      canvas.addEventListener("dblclick", () => this.reset());
      const keys = {
        ArrowLeft: () => this.rotate(0, -STEP), ArrowRight: () => this.rotate(0, STEP),
        ArrowUp: () => this.rotate(-STEP, 0), ArrowDown: () => this.rotate(STEP, 0),
        "+": () => this.scale(1.15), "=": () => this.scale(1.15), "-": () => this.scale(1 / 1.15),
        0: () => this.reset(), Home: () => this.reset(),
      };
      canvas.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
        event.preventDefault();
        keys[event.key]();
      });
    }

    rotate(x, y) { this.turn = product(product(aboutX(x), aboutY(y)), this.turn); this.draw(); }
    scale(factor) { this.zoom = Math.min(4, Math.max(0.4, this.zoom * factor)); this.draw(); }
    reset() { this.turn = START; this.zoom = 1; this.draw(); }

    draw() {
      const { canvas, crystal } = this;
      const ratio = window.devicePixelRatio || 1;
      const [width, height] = [canvas.clientWidth, canvas.clientHeight];
      if (!width || !height) return;
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      const pen = canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const size = (0.49 * Math.min(width, height) * this.zoom) / this.reach;
      const eye = DISTANCE * this.reach;
      const seen = (p) => {
        const [x, y, z] = turned(this.turn, p);
        const near = (eye - this.reach) / (eye - z);
        return { x: width / 2 + x * size * near, y: height / 2 - y * size * near, z, near };
      };
      const line = getComputedStyle(canvas).color;
      const things = this.pieces.map((p) => {
        const [from, to] = [seen(p.from), seen(p.to)];
        return { z: (from.z + to.z) / 2, show: () => {
          pen.strokeStyle = line;
          pen.globalAlpha = 0.35 + 0.5 * (0.5 + 0.5 * (from.z / this.reach));
          pen.lineWidth = 1.3 * from.near;
          pen.beginPath(); pen.moveTo(from.x, from.y); pen.lineTo(to.x, to.y); pen.stroke();
          pen.globalAlpha = 1;
        } };
      });
      for (const atom of this.atoms) {
        const p = seen(atom.at);
        things.push({ z: p.z, show: () => this.disc(pen, p, SHARE * crystal.radii[atom.kind] * size * p.near, atom.kind) });
      }
      things.sort((one, other) => one.z - other.z);
      for (const thing of things) thing.show();
      pen.fillStyle = line;
      pen.font = "italic 12px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      for (const { name, at } of this.axes) { const p = seen(at); pen.fillText(name, p.x, p.y); }
    }

    disc(pen, p, radius, kind) {
      const [r, g, b] = this.crystal.colours[kind];
      const tone = (f) => `rgb(${[r, g, b].map((c) => Math.round(f < 1 ? c * f : c + (255 - c) * (f - 1))).join(",")})`;
      const light = pen.createRadialGradient(p.x - 0.35 * radius, p.y - 0.4 * radius, 0.05 * radius, p.x, p.y, radius);
      light.addColorStop(0, tone(1.75));
      light.addColorStop(0.4, tone(1));
      light.addColorStop(1, tone(0.5));
      pen.fillStyle = light;
      pen.beginPath(); pen.arc(p.x, p.y, radius, 0, 2 * Math.PI); pen.fill();
      pen.lineWidth = 0.8;
      pen.strokeStyle = tone(0.35);
      pen.stroke();
      if (radius < 8) return;
      pen.fillStyle = 0.3 * r + 0.59 * g + 0.11 * b > 110 ? "#111" : "#fff";
      pen.font = `600 ${Math.max(9, Math.min(15, 0.85 * radius))}px system-ui, sans-serif`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(this.crystal.symbols[kind], p.x, p.y);
    }
  }

  const views = [...document.querySelectorAll("canvas[data-crystal]")].map((canvas) => new CellView(canvas));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => views.forEach((view) => view.draw()));
})();
