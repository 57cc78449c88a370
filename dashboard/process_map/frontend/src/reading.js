/* How is the map read with pointer and keys? Selecting, neighbours, moving from part to part. */

const BESIDE = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 60;

export class Reading {
  /* pick(id or null) is told what was selected. */
  constructor(svg, camera, pick) {
    this.svg = svg;
    this.camera = camera;
    this.pick = pick;
    this.selected = null;
    svg.addEventListener("click", (event) => !camera.wasDragged && this.toggle(this.partOf(event.target)));
    svg.addEventListener("pointerover", (event) => this.near(this.partOf(event.target) || this.selected));
    svg.addEventListener("pointerleave", () => this.near(this.selected));
    svg.addEventListener("focusin", (event) => this.focused(this.partOf(event.target)));
    svg.addEventListener("focusout", () => this.near(this.selected));
    svg.addEventListener("keydown", (event) => this.pressed(event));
  }

  show(map, world) {
    this.map = map;
    this.world = world;
    this.parts = new Map([...map.nodes, ...map.edges].map((part) => [part.id, part]));
  }

  partOf(target) {
    const tag = target.closest("[data-of]");
    const group = target.closest("[data-id][role=button]");
    return tag ? tag.getAttribute("data-of") : group ? group.getAttribute("data-id") : null;
  }

  drawn(id) {
    return id === null ? null : this.world.querySelector(`[data-id="${CSS.escape(id)}"]`);
  }

  isPressable(id) {
    return this.drawn(id)?.getAttribute("role") === "button";
  }

  toggle(id) {
    if (id !== null && !this.isPressable(id)) return;
    const wanted = id === this.selected ? null : id;
    if (wanted === this.selected) return;
    this.mark(wanted);
    this.pick(wanted);
  }

  /* Shows what is selected; tells nobody. */
  mark(id) {
    this.selected = this.parts.has(id) ? id : null;
    for (const shown of this.world.querySelectorAll("[aria-pressed]")) {
      const isIt = shown.getAttribute("data-id") === this.selected;
      shown.setAttribute("aria-pressed", String(isIt));
      shown.classList.toggle("selected", isIt);
    }
    this.near(this.selected);
  }

  /* Everything but a part and its neighbours steps back. */
  near(id) {
    const around = new Set();
    if (id !== null && this.parts.has(id)) {
      const part = this.parts.get(id);
      around.add(id);
      if (part.from !== undefined) around.add(part.from).add(part.to);
      else for (const edge of this.map.edges) if (edge.from === id || edge.to === id) around.add(edge.id).add(edge.from).add(edge.to);
    }
    this.svg.classList.toggle("one", around.size > 0);
    for (const shown of this.world.querySelectorAll("[data-id], [data-of]")) {
      shown.classList.toggle("near", around.has(shown.getAttribute("data-id") || shown.getAttribute("data-of")));
    }
  }

  focused(id) {
    if (id === null) return;
    this.near(id);
    if (this.drawn(id)?.matches(":focus-visible")) this.camera.reveal(this.parts.get(id));
  }

  pressed(event) {
    const id = this.partOf(event.target);
    if (event.key === "Enter" || event.key === " ") this.toggle(id);
    else if (event.key === "Escape") this.toggle(null);
    else if (event.key === "+" || event.key === "=") this.camera.zoom(1.25);
    else if (event.key === "-") this.camera.zoom(0.8);
    else if (event.key === "0") this.camera.fit();
    else if (BESIDE[event.key] && (event.shiftKey || id === null)) this.camera.pan(...BESIDE[event.key].map((part) => -part * STEP));
    else if (BESIDE[event.key]) this.drawn(this.beside(id, BESIDE[event.key]))?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /* From a path to the step it leaves or reaches; from a step to the nearest one in that direction. */
  beside(id, [dx, dy]) {
    const here = this.parts.get(id);
    if (here.from !== undefined) {
      const wanted = dx + dy > 0 ? here.to : here.from;
      return this.isPressable(wanted) ? wanted : id;
    }
    let nearest = id, least = Infinity;
    for (const node of this.map.nodes) {
      const along = (node.x - here.x) * dx + (node.y - here.y) * dy, across = Math.abs((node.x - here.x) * dy) + Math.abs((node.y - here.y) * dx);
      if (node.id === id || along < 4 || !this.isPressable(node.id)) continue;
      if (along + 2 * across < least) [nearest, least] = [node.id, along + 2 * across];
    }
    return nearest;
  }
}
