/* Draws one process with bpmn-js and says how often it was left where. Its watermark stays as it is and where it is.
   Everything shown comes in as data; names reach the page as SVG text, never as markup. */

import Viewer from "bpmn-js/lib/NavigatedViewer";

const READABLE = 0.62;
const EDGE = 16;

/* where a whole process would be too small to read: its beginning; the rest is reached by dragging */
function begin(canvas) {
  canvas.zoom(READABLE, { x: 0, y: 0 });
  const { inner, outer } = canvas.viewbox();
  const height = outer.height / READABLE;
  canvas.viewbox({ x: inner.x - EDGE, y: inner.y + inner.height / 2 - height / 2, width: outer.width / READABLE, height });
}

const viewers = new WeakMap();

function label(number, kind, title) {
  const badge = document.createElement("div");
  badge.className = `tower-bpmn-badge tower-bpmn-${kind}`;
  badge.textContent = number;
  badge.title = title;
  return badge;
}

async function draw(held, data) {
  if (held.xml !== data.xml) {
    held.xml = data.xml;
    await held.viewer.importXML(data.xml);
    const canvas = held.viewer.get("canvas");
    const fitted = canvas.zoom("fit-viewport", "auto");
    if (fitted < READABLE) begin(canvas);
  }
  const overlays = held.viewer.get("overlays");
  overlays.clear();
  for (const mark of data.marks) {
    const position = mark.kind === "skipped" ? { top: -12, right: 22 } : { bottom: 12, right: 22 };
    overlays.add(mark.node, "deviation", { position, html: label(mark.words, mark.kind, mark.title) });
  }
}

export default function show(component) {
  const { data, parentElement } = component;
  let held = viewers.get(parentElement);
  if (!held) {
    const box = document.createElement("div");
    box.className = "tower-bpmn";
    box.setAttribute("role", "img");
    parentElement.appendChild(box);
    held = { box, viewer: new Viewer({ container: box }), xml: null };
    viewers.set(parentElement, held);
  }
  held.box.setAttribute("aria-label", data.title);
  draw(held, data);
  return () => {
    held.viewer.destroy();
    held.box.remove();
    viewers.delete(parentElement);
  };
}
