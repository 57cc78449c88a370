/* How did the sampled cases move? One dot per case on its way, at the pace of the calendar; paused at will. */

import { element, html } from "./drawing.js";

const LASTS = 60; // seconds from the first to the last day at pace 1
const PACES = [0.5, 1, 2, 4];

export class Replay {
  /* data: {since, until (epoch seconds), cases: [[[activity id, seconds after since], …], …]} */
  constructor(scene, map, data, words) {
    this.data = data;
    this.words = words;
    this.now = 0;
    this.span = Math.max(data.until - data.since, 1);
    this.pace = 1;
    this.isPlaying = false;
    this.isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.layer = element("g", { class: "tokens", "aria-hidden": "true" });
    scene.appendChild(this.layer);
    this.ways = this.waysOf(scene, map);
    this.dots = data.cases.map(() => {
      const dot = element("circle", { r: 4.5, class: "token", visibility: "hidden" });
      this.layer.appendChild(dot);
      return dot;
    });
    this.bar = this.controls();
    this.draw();
  }

  waysOf(scene, map) {
    const ways = new Map();
    for (const edge of map.edges) {
      const line = scene.querySelector(`.edge[data-id="${CSS.escape(edge.id)}"] .line`);
      if (line) ways.set(`${edge.from}\n${edge.to}`, { line, length: line.getTotalLength() });
    }
    return ways;
  }

  controls() {
    this.button = html("button", { type: "button", class: "play" });
    this.button.addEventListener("click", () => (this.isPlaying ? this.pause() : this.play()));
    this.slider = html("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": this.words.time });
    this.slider.addEventListener("input", () => {
      this.now = (this.slider.value / 1000) * this.span;
      this.draw();
    });
    this.date = html("output", { class: "date" });
    this.speed = html("button", { type: "button", class: "pace", "aria-label": this.words.pace });
    this.speed.addEventListener("click", () => this.faster());
    this.count = html("span", { class: "count" });
    this.faster(0);
    this.label();
    return html("div", { class: "replay", role: "group", "aria-label": this.words.replay }, [this.button, this.slider, this.date, this.count, this.speed]);
  }

  faster(step = 1) {
    this.pace = PACES[(PACES.indexOf(this.pace) + step) % PACES.length];
    this.speed.textContent = `${this.pace}×`;
  }

  label() {
    this.button.textContent = this.isPlaying ? this.words.pause : this.words.play;
  }

  play() {
    if (this.now >= this.span) this.now = 0;
    this.isPlaying = true;
    this.label();
    this.last = performance.now();
    // who asked for less motion sees one still after the other instead of gliding dots
    if (this.isCalm) this.timer = setInterval(() => this.tick(performance.now()), 1000);
    else this.timer = requestAnimationFrame((time) => this.tick(time));
  }

  pause() {
    this.isPlaying = false;
    this.label();
    clearInterval(this.timer);
    cancelAnimationFrame(this.timer);
  }

  tick(time) {
    if (!this.isPlaying) return;
    const passed = this.isCalm ? 1 : Math.min((time - this.last) / 1000, 0.1);
    this.last = time;
    this.now = Math.min(this.span, this.now + (Math.max(passed, 0) * this.pace * this.span) / LASTS);
    this.draw();
    if (this.now >= this.span) this.pause();
    else if (!this.isCalm) this.timer = requestAnimationFrame((next) => this.tick(next));
  }

  draw() {
    let moving = 0;
    this.data.cases.forEach((steps, i) => {
      const point = this.where(steps);
      const dot = this.dots[i];
      dot.setAttribute("visibility", point ? "visible" : "hidden");
      if (this.isUnderWay(steps)) moving += 1;
      if (!point) return;
      dot.setAttribute("cx", point.x.toFixed(1));
      dot.setAttribute("cy", point.y.toFixed(1));
    });
    this.slider.value = Math.round((this.now / this.span) * 1000);
    const at = new Date((this.data.since + this.now) * 1000);
    this.date.textContent = at.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    this.slider.setAttribute("aria-valuetext", this.date.textContent);
    this.count.textContent = this.words.under_way.replace("%", moving);
  }

  isUnderWay(steps) {
    return steps.length > 1 && this.now >= steps[0][1] && this.now <= steps[steps.length - 1][1];
  }

  /* A case between two steps is on the path between them; where that path is not drawn it is not shown. */
  where(steps) {
    if (!this.isUnderWay(steps)) return null;
    let i = 0;
    while (i < steps.length - 2 && steps[i + 1][1] < this.now) i += 1;
    const [from, left] = steps[i], [to, reached] = steps[i + 1];
    const way = this.ways.get(`${from}\n${to}`);
    if (!way) return null;
    const part = reached > left ? (this.now - left) / (reached - left) : 1;
    return way.line.getPointAtLength(part * way.length);
  }

  end() {
    this.pause();
    this.layer.remove();
    this.bar.remove();
  }
}
