/* What is on the page? The map with its tools, put together; told about new data and telling what was selected. */

import { Camera } from "./camera.js";
import { drawn, element, html, legend } from "./drawing.js";
import { arranged } from "./layout.js";
import { savePng, saveSvg } from "./picture.js";
import { Reading } from "./reading.js";
import { Replay } from "./replay.js";

const SIGNS = {
  plus: "M8,3V13M3,8H13",
  minus: "M3,8H13",
  fit: "M3,6V3H6M10,3H13V6M13,10V13H10M6,13H3V10",
  play: "M5,3.5L12.5,8L5,12.5Z",
};

class ProcessMap {
  constructor(root) {
    this.svg = element("svg", { class: "map", tabindex: "0", role: "group" });
    const mini = element("svg", { "aria-hidden": "true" });
    this.mini = html("div", { class: "mini" }, [mini]);
    this.said = html("div", { class: "said", "aria-live": "polite" });
    this.camera = new Camera(this.svg, mini, () => {});
    this.reading = new Reading(this.svg, this.camera, (id) => this.picked(id));
    this.legend = html("div");
    this.tools = html("div", { class: "tools", role: "toolbar" });
    this.skip = html("a", { class: "skip", href: "#after-map" });
    this.after = html("span", { tabindex: "-1" });
    this.skip.addEventListener("click", (event) => {
      event.preventDefault();
      this.after.focus();
    });
    this.stage = html("div", { class: "stage" }, [this.svg, this.tools, this.mini]);
    this.frame = html("div", { class: "frame" }, [this.skip, this.stage, this.legend, this.said, this.after]);
    root.appendChild(this.frame);
    this.watcher = new ResizeObserver(() => this.resized());
    this.watcher.observe(this.stage);
  }

  update({ data, setTriggerValue }) {
    this.tell = setTriggerValue;
    this.data = data;
    const graph = JSON.stringify([data.nodes, data.edges, data.palette]);
    if (graph !== this.graph) this.draw(graph);
    if (this.reading.selected !== data.selected && this.asked === undefined) this.reading.mark(data.selected);
    if (this.asked === data.selected) this.asked = undefined;
    this.legend.replaceChildren(legend(data));
    this.svg.setAttribute("aria-label", data.words.map);
    this.skip.textContent = data.words.skip;
    this.fillTools();
    this.setReplay();
  }

  draw(graph) {
    this.graph = graph;
    this.drawnAt = this.camera.size().width;
    this.map = arranged(this.data, this.camera.size(), getComputedStyle(this.stage).fontFamily);
    this.world = drawn(this.map, this.data);
    this.svg.replaceChildren(this.world);
    this.reading.show(this.map, this.world);
    this.reading.mark(this.data.selected);
    this.camera.show(this.map, this.world, hashed(graph) + (this.drawnAt < 600 ? "-narrow" : ""));
    if (this.replay) this.replay.end();
    this.replay = this.replayed = null;
  }

  /* A turned phone or a moved divider gets its own layout; a few pixels do not. */
  resized() {
    if (!this.graph) return;
    const width = this.camera.size().width;
    if (Math.abs(width - this.drawnAt) > 60) {
      this.draw(this.graph);
      this.setReplay();
    } else this.camera.set(this.camera.at, false);
  }

  picked(id) {
    this.asked = id;
    const part = this.reading.parts.get(id);
    this.said.textContent = part ? this.data.words.selected.replace("%", part.tip) : this.data.words.cleared;
    this.tell("picked", { id });
  }

  fillTools() {
    if (this.tools.childElementCount) return;
    const { words } = this.data;
    this.tools.setAttribute("aria-label", words.tools);
    const tool = (name, sign, act) => {
      const button = html("button", { type: "button", "aria-label": name, title: name });
      if (SIGNS[sign]) button.appendChild(element("svg", { width: 16, height: 16, "aria-hidden": "true" }, [element("path", { class: sign, d: SIGNS[sign] })]));
      else button.textContent = sign;
      button.addEventListener("click", act);
      return button;
    };
    const file = () => [this.svg, this.world, this.map, this.data.file_name];
    this.tools.append(
      tool(words.zoom_in, "plus", () => this.camera.zoom(1.25)),
      tool(words.zoom_out, "minus", () => this.camera.zoom(0.8)),
      tool(words.fit, "fit", () => this.camera.fit()),
      ...(words.animate ? [tool(words.animate, "play", () => this.tell("replay", { on: !this.replay }))] : []),
      tool(words.save_svg, "SVG", () => saveSvg(...file())),
      tool(words.save_png, "PNG", () => savePng(...file())),
    );
  }

  setReplay() {
    const { replay, words } = this.data;
    const wanted = replay ? `${replay.since} ${replay.until} ${replay.cases.length}` : null;
    if (wanted === this.replayed) return;
    if (this.replay) this.replay.end();
    this.replayed = wanted;
    this.replay = replay ? new Replay(this.world, this.map, replay, words) : null;
    if (this.replay) {
      this.stage.after(this.replay.bar);
      if (!this.replay.isCalm) this.replay.play();
    }
  }

  end() {
    this.watcher.disconnect();
    if (this.replay) this.replay.end();
    this.frame.remove();
  }
}

function hashed(said) {
  let found = 5381;
  for (let i = 0; i < said.length; i += 1) found = (Math.imul(found, 33) ^ said.charCodeAt(i)) >>> 0;
  return found.toString(36);
}

const shown = new WeakMap();

export default function processMap(component) {
  const root = component.parentElement;
  if (!shown.has(root)) shown.set(root, new ProcessMap(root));
  shown.get(root).update(component);
  return () => {
    shown.get(root)?.end();
    shown.delete(root);
  };
}
