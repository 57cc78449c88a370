/* How does the map look? SVG made of elements and text nodes only: a name from a log can never become markup. */

import { curve } from "./layout.js";

const SVG = "http://www.w3.org/2000/svg";

export function element(name, attributes = {}, children = []) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  for (const child of children) made.appendChild(child);
  return made;
}

export function html(name, attributes = {}, children = []) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  for (const child of children) made.append(child);
  return made;
}

export function text(content, attributes) {
  const made = element("text", attributes);
  made.textContent = content;
  return made;
}

function hint(words) {
  const made = element("title");
  made.textContent = words;
  return made;
}

/* Of a map of two: what only one of them has is dashed, and what this one has not is a shadow. */
function classes(own, part) {
  return own + (part.is_one_sided ? " one-sided" : "") + (part.is_absent ? " absent" : "");
}

function drawnNode(node, data) {
  const group = element("g", {
    class: classes(`node ${node.kind}`, node), "data-id": node.id, transform: `translate(${node.x.toFixed(1)},${node.y.toFixed(1)})`,
  });
  group.appendChild(hint(node.tip));
  if (node.kind !== "activity") {
    group.appendChild(element("circle", { class: "terminal", r: node.width / 2 }));
    group.appendChild(node.kind === "start"
      ? element("path", { class: "sign", d: "M-3.5,-5.5L6,0L-3.5,5.5Z" })
      : element("rect", { class: "sign", x: -4.5, y: -4.5, width: 9, height: 9, rx: 1 }));
    group.setAttribute("role", "img");
    group.setAttribute("aria-label", node.tip);
    return group;
  }
  const ink = node.tone === null ? null : data.inks[node.tone];
  group.appendChild(element("rect", {
    class: "box", x: -node.width / 2, y: -node.height / 2, width: node.width, height: node.height, rx: 7,
    style: node.tone === null ? null : `fill:${data.palette[node.tone]}`,
  }));
  const style = ink === null ? null : `fill:${ink}`;
  group.appendChild(text(node.shown, { class: "name", y: -4, style }));
  group.appendChild(text(node.label, { class: "label", y: 13, style }));
  return pressable(group, node);
}

function drawnEdge(edge, data) {
  const width = 1.2 + 6.3 * edge.weight;
  const { path, arrow } = curve(edge.points, 5 + 0.9 * width);
  const colour = edge.tone === null ? null : data.palette[edge.tone];
  const group = element("g", { class: classes(edge.kind === "flow" ? "edge" : "edge rim", edge), "data-id": edge.id });
  group.appendChild(hint(edge.tip));
  group.appendChild(element("path", { class: "reach", d: path }));
  // a thin rim keeps the lightest colours visible on white and the darkest on black
  if (colour) group.appendChild(element("path", { class: "casing", d: path, "stroke-width": (width + 1.4).toFixed(2) }));
  group.appendChild(element("path", {
    class: "line", d: path, "stroke-width": width.toFixed(2), style: colour && `stroke:${colour}`,
  }));
  group.appendChild(element("polygon", { class: "arrow", points: arrow, style: colour && `fill:${colour}` }));
  return edge.kind === "flow" ? pressable(group, edge) : group;
}

function drawnLabel(edge) {
  const group = element("g", {
    class: edge.is_absent ? "tag absent" : "tag", "data-of": edge.id, transform: `translate(${edge.x.toFixed(1)},${edge.y.toFixed(1)})`,
  });
  group.appendChild(element("rect", { class: "pill", x: -edge.labelWidth / 2, y: -9, width: edge.labelWidth, height: 18, rx: 9 }));
  group.appendChild(text(edge.label, { class: "label", y: 4 }));
  return group;
}

function pressable(group, part) {
  group.setAttribute("role", "button");
  group.setAttribute("tabindex", "0");
  group.setAttribute("aria-label", part.tip);
  group.setAttribute("aria-pressed", "false");
  return group;
}

/* The whole map as one group: edges below, nodes above, the edges' labels on top.
   In the order of the document (and so of the Tab key) a node is followed by the edges that leave it. */
export function drawn(map, data) {
  const scene = element("g", { class: "scene" });
  const tags = element("g", { class: "tags", "aria-hidden": "true" });
  for (const node of map.nodes) {
    const leaving = map.edges.filter((edge) => edge.from === node.id);
    for (const edge of leaving) if (edge.label) tags.appendChild(drawnLabel(edge));
    scene.appendChild(drawnNode(node, data));
    for (const edge of leaving) scene.appendChild(drawnEdge(edge, data));
  }
  return element("g", { class: "world" }, [scene, tags]);
}

/* What is said to those who see the picture: what colour and width mean. */
export function legend(data) {
  const box = html("div", { class: "legend" });
  const words = (content) => {
    const made = html("span");
    made.textContent = content;
    return made;
  };
  const scale = ({ colour, low, high, colours }) => {
    const steps = html("span", { class: "steps", "aria-hidden": "true" });
    for (const one of colours || data.palette) steps.appendChild(html("i", { style: `background:${one}` }));
    box.append(words(colour), html("div", {}, [words(low), steps, words(high)]));
  };
  for (const other of data.legend.others || []) scale(other);
  scale(data.legend);
  const wedge = element("svg", { width: 46, height: 10, "aria-hidden": "true" }, [element("path", { class: "wedge", d: "M0,5.6L46,9.5V0.5L0,4.4Z" })]);
  box.append(html("div", {}, [words(data.legend.width), wedge]));
  for (const note of data.legend.notes || []) box.append(words(note));
  return box;
}
