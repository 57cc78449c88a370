/* Which part of the map is seen? Pan, zoom, fit, pinch and the minimap; remembered for the length of the visit. */

import { element } from "./drawing.js";

const SMALLEST = 0.15, LARGEST = 3, READABLE = 0.55, TOOLS = 44, MINI = { width: 132, height: 88 }, NARROW = 500;

export class Camera {
  constructor(svg, mini, onMove) {
    this.svg = svg;
    this.mini = mini;
    this.onMove = onMove;
    this.at = { x: 0, y: 0, k: 1 };
    this.pointers = new Map();
    this.wasDragged = false;
    this.listen();
  }

  /* A new map: the remembered view of it if there is one, else all of it, or its beginning when that is unreadable. */
  show(map, world, key) {
    this.map = map;
    this.world = world;
    this.key = `process-map:${key}`;
    this.drawMini();
    const kept = this.remembered();
    if (kept) this.set(kept, false);
    else this.fit(READABLE);
  }

  size() {
    const box = this.svg.getBoundingClientRect();
    return { width: box.width || 1, height: box.height || 1 };
  }

  /* All of it below the tools; its beginning where all of it would be too small. */
  fit(atLeast = SMALLEST) {
    const view = this.size(), room = { width: view.width - 16, height: view.height - TOOLS - 8 };
    const k = Math.max(Math.min(room.width / this.map.width, room.height / this.map.height, 1.25), atLeast);
    const start = this.map.nodes.find((node) => node.kind === "start") || this.map.nodes[0];
    const along = (free, size, middle) => (size * k <= free ? (free - size * k) / 2 : Math.max(Math.min(0, free / 2 - middle * k), free - size * k));
    this.set({ x: 8 + along(room.width, this.map.width, start.x), y: TOOLS + along(room.height, this.map.height, start.y), k });
  }

  set(at, isKept = true) {
    this.at = at;
    this.world.setAttribute("transform", `translate(${at.x.toFixed(2)},${at.y.toFixed(2)}) scale(${at.k.toFixed(4)})`);
    this.svg.classList.toggle("far", at.k < 0.5);
    this.moveMini();
    if (isKept) this.remember();
    this.onMove();
  }

  pan(dx, dy) {
    this.set({ ...this.at, x: this.at.x + dx, y: this.at.y + dy });
  }

  zoom(factor, around = null) {
    const view = this.size();
    const point = around || { x: view.width / 2, y: view.height / 2 };
    const k = Math.min(LARGEST, Math.max(SMALLEST, this.at.k * factor));
    const ratio = k / this.at.k;
    this.set({ k, x: point.x - (point.x - this.at.x) * ratio, y: point.y - (point.y - this.at.y) * ratio });
  }

  /* Brings a point of the map into view with the smallest move. */
  reveal(point, margin = 70) {
    const view = this.size();
    const x = point.x * this.at.k + this.at.x, y = point.y * this.at.k + this.at.y;
    const into = (value, room) => (value < margin ? margin - value : value > room - margin ? room - margin - value : 0);
    const dx = into(x, view.width), dy = into(y, view.height);
    if (dx || dy) this.pan(dx, dy);
  }

  remembered() {
    try {
      const at = JSON.parse(sessionStorage.getItem(this.key));
      return at && [at.x, at.y, at.k].every(Number.isFinite) ? at : null;
    } catch {
      return null;
    }
  }

  remember() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.at));
    } catch {
      // a browser without storage forgets the view, nothing else
    }
  }

  drawMini() {
    this.mini.replaceChildren();
    const size = this.size().width < NARROW ? 0.6 : 1;
    const k = size * Math.min(MINI.width / this.map.width, MINI.height / this.map.height);
    this.miniScale = k;
    this.mini.setAttribute("width", (this.map.width * k).toFixed(0));
    this.mini.setAttribute("height", (this.map.height * k).toFixed(0));
    for (const node of this.map.nodes) {
      this.mini.appendChild(element("rect", {
        class: "dot", x: (node.x - node.width / 2) * k, y: (node.y - node.height / 2) * k, width: node.width * k, height: node.height * k, rx: 1,
      }));
    }
    this.frame = element("rect", { class: "frame" });
    this.mini.appendChild(this.frame);
  }

  moveMini() {
    const view = this.size(), { x, y, k } = this.at, scale = this.miniScale / k;
    const all = { left: -x * scale, top: -y * scale, width: view.width * scale, height: view.height * scale };
    for (const [name, value] of [["x", all.left], ["y", all.top], ["width", all.width], ["height", all.height]]) this.frame.setAttribute(name, value.toFixed(1));
    const isWhole = x >= -1 && y >= -1 && x + this.map.width * k <= view.width + 1 && y + this.map.height * k <= view.height + 1;
    this.mini.parentElement.hidden = isWhole;
  }

  listen() {
    const { svg } = this;
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey && !this.hasFocus()) return; // a page that is only scrolled past is not zoomed
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), this.inside(event));
    }, { passive: false });
    svg.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.pointers.set(event.pointerId, this.inside(event));
      this.wasDragged = false;
      this.from = this.inside(event);
    });
    svg.addEventListener("pointermove", (event) => this.dragged(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(end, (event) => this.pointers.delete(event.pointerId));
    this.mini.addEventListener("pointerdown", (event) => this.jump(event));
    this.mini.addEventListener("pointermove", (event) => event.buttons && this.jump(event));
  }

  hasFocus() {
    const active = this.svg.getRootNode().activeElement;
    return active !== null && this.svg.contains(active);
  }

  dragged(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.inside(event);
    if (this.pointers.size === 2) {
      const other = [...this.pointers].find(([id]) => id !== event.pointerId)[1];
      const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
      this.wasDragged = true;
      this.zoom(apart(now) / apart(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (this.wasDragged || Math.hypot(now.x - this.from.x, now.y - this.from.y) > 4) {
      if (!this.wasDragged) this.svg.setPointerCapture(event.pointerId);
      this.wasDragged = true;
      this.pan(now.x - before.x, now.y - before.y);
    }
    this.pointers.set(event.pointerId, now);
  }

  jump(event) {
    const box = this.mini.getBoundingClientRect(), view = this.size();
    const x = (event.clientX - box.left) / this.miniScale, y = (event.clientY - box.top) / this.miniScale;
    this.set({ ...this.at, x: view.width / 2 - x * this.at.k, y: view.height / 2 - y * this.at.k });
  }

  inside(event) {
    const box = this.svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }
}
