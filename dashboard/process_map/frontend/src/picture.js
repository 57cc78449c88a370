/* How does the map leave as a file? A picture of all of it, SVG or PNG, that needs no style sheet. */

import { element } from "./drawing.js";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-family", "font-size", "font-weight", "text-anchor"];
const SHARPNESS = 2, MOST_PIXELS = 8000;

function alone(svg, world, map) {
  const copy = world.cloneNode(true);
  copy.removeAttribute("transform");
  const originals = world.querySelectorAll("*"), copies = copy.querySelectorAll("*");
  originals.forEach((original, i) => {
    const style = getComputedStyle(original), made = copies[i];
    made.removeAttribute("style");
    for (const name of KEPT) if (style.getPropertyValue(name)) made.setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex", "role", "aria-pressed", "aria-label", "aria-hidden"]) made.removeAttribute(name);
  });
  for (const gone of [...copies].filter((made, i) => originals[i].matches(".reach, .token"))) gone.remove();
  const ground = getComputedStyle(svg).getPropertyValue("background-color");
  return element("svg", {
    xmlns: "http://www.w3.org/2000/svg", width: Math.ceil(map.width), height: Math.ceil(map.height), viewBox: `0 0 ${Math.ceil(map.width)} ${Math.ceil(map.height)}`,
  }, [element("rect", { width: "100%", height: "100%", fill: ground }), copy]);
}

function handed(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function svgBlob(svg, world, map) {
  const said = new XMLSerializer().serializeToString(alone(svg, world, map));
  return new Blob([said], { type: "image/svg+xml" });
}

export function saveSvg(svg, world, map, name) {
  handed(svgBlob(svg, world, map), `${name}.svg`);
}

export function savePng(svg, world, map, name) {
  const address = URL.createObjectURL(svgBlob(svg, world, map)), image = new Image();
  image.onload = () => {
    const scale = Math.min(SHARPNESS, MOST_PIXELS / Math.max(map.width, map.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(map.width * scale);
    canvas.height = Math.ceil(map.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(address);
    canvas.toBlob((blob) => blob && handed(blob, `${name}.png`), "image/png");
  };
  image.src = address;
}
