/* Where does everything stand? Sizes of labels, dagre's layout, and the curve of an edge. Draws nothing. */

import { Graph, layout as place } from "@dagrejs/dagre";

const NAME = 13, LABEL = 11.5, WIDEST = 210, ROUND = 13;

const measuring = document.createElement("canvas").getContext("2d");

function widthOf(text, size, weight, family) {
  measuring.font = `${weight} ${size}px ${family}`;
  return measuring.measureText(text).width;
}

/* The longest beginning of a text that fits, with an ellipsis when something is missing. */
function shortened(text, size, weight, family) {
  if (widthOf(text, size, weight, family) <= WIDEST) return text;
  let end = text.length;
  while (end > 1 && widthOf(`${text.slice(0, end)}…`, size, weight, family) > WIDEST) end -= 1;
  return `${text.slice(0, end).trimEnd()}…`;
}

function sized(node, family) {
  if (node.kind !== "activity") return { ...node, shown: node.name, width: 2 * ROUND, height: 2 * ROUND };
  const shown = shortened(node.name, NAME, 600, family);
  const width = Math.max(widthOf(shown, NAME, 600, family), widthOf(node.label, LABEL, 400, family)) + 26;
  return { ...node, shown, width: Math.max(width, 84), height: 44 };
}

function placed(nodes, edges, direction, family) {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: direction === "LR" ? 22 : 30, ranksep: 44, edgesep: 16, marginx: 14, marginy: 14 });
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  // strong edges first: where there is a cycle, the weak edge is the one that runs backwards
  for (const edge of [...edges].sort((a, b) => b.weight - a.weight)) {
    const width = edge.label ? widthOf(edge.label, LABEL, 500, family) + 12 : 0;
    graph.setEdge(edge.from, edge.to, { width, height: edge.label ? 18 : 0, labelpos: "c", weight: 1 + Math.round(9 * edge.weight) });
  }
  place(graph);
  return graph;
}

/* The direction in which the map can be shown largest. */
function best(nodes, edges, view, family) {
  const tried = (nodes.length > 45 ? ["TB"] : ["TB", "LR"]).map((direction) => {
    const graph = placed(nodes, edges, direction, family);
    const { width, height } = graph.graph();
    return { graph, scale: Math.min(view.width / width, view.height / height, 1) };
  });
  return tried.reduce((one, other) => (other.scale > 1.08 * one.scale ? other : one)).graph;
}

/* Nodes with x, y, width, height; edges with points and the middle of their label; the size of it all. */
export function arranged(data, view, family) {
  const nodes = data.nodes.map((node) => sized(node, family));
  const graph = best(nodes, data.edges, view, family);
  const whole = graph.graph();
  return {
    width: whole.width,
    height: whole.height,
    nodes: nodes.map((node) => ({ ...node, ...graph.node(node.id) })),
    edges: data.edges.map((edge) => {
      const { points, x, y, width } = graph.edge(edge.from, edge.to);
      return { ...edge, points, x, y, labelWidth: width };
    }),
  };
}

/* A smooth path through the bend points, ending `back` before the last of them, and the arrow's three corners. */
export function curve(points, back) {
  const first = points[0], last = points[points.length - 1];
  const before = points.length > 1 ? points[points.length - 2] : first;
  const length = Math.hypot(last.x - before.x, last.y - before.y) || 1;
  const dx = (last.x - before.x) / length, dy = (last.y - before.y) / length;
  const end = { x: last.x - dx * back, y: last.y - dy * back };
  let path = `M${round(first)}`;
  const inner = [...points.slice(1, -1), end];
  inner.forEach((point, i) => {
    const next = inner[i + 1];
    if (!next) path += `L${round(point)}`;
    else if (i === inner.length - 2) path += `Q${round(point)} ${round(next)}`;
    else path += `Q${round(point)} ${round({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  if (inner.length > 1) path = path.replace(/L[^LQ]*$/, "");
  const half = back * 0.62;
  const arrow = [last, { x: end.x - dy * half, y: end.y + dx * half }, { x: end.x + dy * half, y: end.y - dx * half }];
  return { path, arrow: arrow.map(round).join(" ") };
}

function round(point) {
  return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
}
