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
  const label = shortened(node.label, LABEL, 400, family);
  const width = Math.max(widthOf(shown, NAME, 600, family), widthOf(shortened(node.room ?? label, LABEL, 400, family), LABEL, 400, family)) + 26;
  return { ...node, shown, label, width: Math.max(width, 84), height: 44 };
}

function placed(nodes, edges, direction, family) {
  const graph = new Graph();
  graph.setGraph({ rankdir: direction, nodesep: 18, ranksep: 38, edgesep: 8, marginx: 14, marginy: 14 });
  for (const node of nodes) graph.setNode(node.id, { width: node.width, height: node.height });
  // strong edges first: where there is a cycle, the weak edge is the one that runs backwards. Two maps that stand beside
  // each other give the same `room` and `place`, and so get the same layout
  const strength = (edge) => edge.place ?? edge.weight;
  for (const edge of [...edges].sort((a, b) => strength(b) - strength(a))) {
    const label = edge.room ?? edge.label, width = label ? widthOf(label, LABEL, 500, family) + 12 : 0;
    graph.setEdge(edge.from, edge.to, { width, height: label ? 18 : 0, labelpos: "c", weight: 1 + Math.round(9 * strength(edge)) });
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
      const set = { ...edge, points, x, y, labelWidth: width };
      return edge.from === edge.to ? looped(set, graph.node(edge.from), whole.rankdir) : set;
    }),
  };
}

/* A loop stands beside its step (below it where the map runs to the right), in the room that dagre keeps for it. */
function looped(edge, node, direction) {
  const isDown = direction === "LR", size = (isDown ? node.height : node.width) / 2, far = size + 24 + 6 * edge.weight;
  const at = (along, across) => (isDown ? { x: node.x + across, y: node.y + along } : { x: node.x + along, y: node.y + across });
  const middle = at(far - 6, 0);
  return {
    ...edge,
    points: [at(size, -9), at(far + 4, -26), at(far + 4, 26), at(size, 9)],
    x: isDown ? middle.x : middle.x + edge.labelWidth / 2,
    y: isDown ? middle.y + 9 : middle.y,
  };
}

/* A smooth path through the bend points, ending `back` before the last of them, and the arrow's three corners. */
export function curve(points, back) {
  const last = points[points.length - 1], before = points[points.length - 2];
  const length = Math.hypot(last.x - before.x, last.y - before.y) || 1;
  const dx = (last.x - before.x) / length, dy = (last.y - before.y) / length;
  const way = [...points.slice(0, -1), { x: last.x - dx * back, y: last.y - dy * back }];
  let path = `M${round(way[0])}`;
  if (way.length === 2) path += `L${round(way[1])}`;
  for (let i = 1; i < way.length - 1; i += 1) {
    const end = i === way.length - 2 ? way[i + 1] : { x: (way[i].x + way[i + 1].x) / 2, y: (way[i].y + way[i + 1].y) / 2 };
    path += `Q${round(way[i])} ${round(end)}`;
  }
  const half = back * 0.62, end = way[way.length - 1];
  const arrow = [last, { x: end.x - dy * half, y: end.y + dx * half }, { x: end.x + dy * half, y: end.y - dx * half }];
  return { path, arrow: arrow.map(round).join(" ") };
}

function round(point) {
  return `${point.x.toFixed(1)},${point.y.toFixed(1)}`;
}
