// Two linked pictures: one zoom and one place for both, blinking, and the signed difference.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const BLINK_MS = 700;
const MOST_ZOOM = 16;
const GAP = 5; // screen pixels from a line to its rails: what it lies on stays bare
const data = JSON.parse(document.getElementById("comparison-data").textContent);
const sections = [...document.querySelectorAll(".pair")];
const view = { pair: 0, mode: "side", overlay: true, chosen: null, zoom: 1, x: 0, y: 0, fitted: true, prior: false };

const pair = () => data.pairs[view.pair];
const section = () => sections[view.pair];
const stage = () => section().querySelector(".current .stage");

function fit() {
  const box = stage();
  view.zoom = Math.min(box.clientWidth / pair().width, box.clientHeight / pair().height);
  view.x = (box.clientWidth - pair().width * view.zoom) / 2;
  view.y = (box.clientHeight - pair().height * view.zoom) / 2;
  view.fitted = true;
  draw();
}

function zoomBy(factor, x, y) {
  const box = stage();
  const [atX, atY] = [x ?? box.clientWidth / 2, y ?? box.clientHeight / 2];
  const zoom = Math.min(MOST_ZOOM, Math.max(0.1, view.zoom * factor));
  view.x = atX - ((atX - view.x) * zoom) / view.zoom;
  view.y = atY - ((atY - view.y) * zoom) / view.zoom;
  view.zoom = zoom;
  view.fitted = false;
  draw();
}

function draw() {
  sections.forEach((each, index) => (each.hidden = index !== view.pair));
  section().classList.toggle("single", view.mode !== "side");
  section().classList.toggle("mode-difference", view.mode === "difference");
  section().classList.toggle("showing-prior", view.mode !== "difference" && view.prior);
  for (const sheet of section().querySelectorAll(".sheet")) {
    sheet.style.transform = `translate(${view.x}px, ${view.y}px)`;
    for (const image of sheet.querySelectorAll("img")) {
      image.style.width = `${pair().width * view.zoom}px`;
      if (pair().comparable || image.classList.contains("current")) image.style.height = `${pair().height * view.zoom}px`;
    }
    drawLines(sheet.querySelector("svg"));
  }
  for (const button of document.querySelectorAll("[data-mode]")) {
    button.setAttribute("aria-pressed", String(button.dataset.mode === view.mode));
    button.disabled = button.dataset.mode !== "side" && !pair().comparable;
  }
  for (const button of document.querySelectorAll("[data-pair]"))
    button.setAttribute("aria-pressed", String(Number(button.dataset.pair) === view.pair));
  document.getElementById("overlay").setAttribute("aria-pressed", String(view.overlay));
  for (const row of section().querySelectorAll("[data-line]"))
    row.classList.toggle("chosen", Number(row.dataset.line) === view.chosen);
}

function drawLines(svg) {
  svg.replaceChildren();
  if (!view.overlay) return;
  for (const line of pair().lines) {
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", line.class + (line.id === view.chosen ? " chosen" : ""));
    const points = line.path.map(([row, column]) => [column * view.zoom, row * view.zoom]);
    for (const side of [-GAP, GAP]) {
      const rail = document.createElementNS(SVG, "path");
      rail.setAttribute("d", "M" + moved(points, side).map((point) => point.map((v) => v.toFixed(1)).join(" ")).join("L"));
      group.append(rail);
    }
    const number = document.createElementNS(SVG, "text");
    const [x, y] = points[points.length - 1];
    number.setAttribute("x", x + 8);
    number.setAttribute("y", y - 8);
    number.textContent = line.id;
    group.append(number);
    svg.append(group);
  }
}

function moved(points, side) {
  return points.map((point, index) => {
    const before = points[Math.max(0, index - 3)], after = points[Math.min(points.length - 1, index + 3)];
    const [dx, dy] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.hypot(dx, dy) || 1;
    return [point[0] - (dy / length) * side, point[1] + (dx / length) * side];
  });
}

function choose(id) {
  view.chosen = id;
  const line = pair().lines.find((each) => each.id === id);
  if (line && line.path.length) {
    const [row, column] = line.path[Math.floor(line.path.length / 2)];
    const box = stage();
    view.x = box.clientWidth / 2 - column * view.zoom;
    view.y = box.clientHeight / 2 - row * view.zoom;
    view.fitted = false;
  }
  draw();
}

function step(by) {
  const ids = [...section().querySelectorAll("[data-line]")].map((row) => Number(row.dataset.line));
  if (!ids.length) return;
  const at = ids.indexOf(view.chosen);
  choose(ids[(at < 0 ? (by > 0 ? 0 : ids.length - 1) : at + by + ids.length) % ids.length]);
}

function show(index) {
  view.pair = (index + data.pairs.length) % data.pairs.length;
  view.chosen = null;
  if (!pair().comparable) view.mode = "side";
  draw();
  fit();
}

function setMode(mode) {
  if (mode !== "side" && !pair().comparable) return;
  view.mode = mode;
  view.prior = false;
  draw();
  fit();
}

const KEYS = {
  s: () => setMode("side"),
  b: () => setMode("blink"),
  d: () => setMode("difference"),
  o: () => { view.overlay = !view.overlay; draw(); },
  0: fit,
  "+": () => zoomBy(1.25),
  "=": () => zoomBy(1.25),
  "-": () => zoomBy(0.8),
  n: () => step(1),
  p: () => step(-1),
  j: () => show(view.pair + 1),
  k: () => show(view.pair - 1),
  " ": () => { if (pair().comparable) { if (view.mode === "side") view.mode = "hold"; view.prior = !view.prior; draw(); fit(); } },
};

document.addEventListener("keydown", (event) => {
  const onControl = event.key === " " && event.target.closest("button");
  if (event.ctrlKey || event.metaKey || event.altKey || onControl) return;
  const act = KEYS[event.key.toLowerCase()];
  if (act) {
    event.preventDefault();
    act();
  }
});
for (const button of document.querySelectorAll("[data-mode]")) button.addEventListener("click", () => setMode(button.dataset.mode));
for (const button of document.querySelectorAll("[data-pair]")) button.addEventListener("click", () => show(Number(button.dataset.pair)));
document.getElementById("overlay").addEventListener("click", KEYS.o);
document.getElementById("fit").addEventListener("click", fit);
sections.forEach((each) => {
  for (const row of each.querySelectorAll("[data-line]")) row.addEventListener("click", () => choose(Number(row.dataset.line)));
  for (const box of each.querySelectorAll(".stage")) {
    box.addEventListener("wheel", (event) => {
      event.preventDefault();
      const place = box.getBoundingClientRect();
      zoomBy(Math.exp(-event.deltaY / 400), event.clientX - place.left, event.clientY - place.top);
    }, { passive: false });
    box.addEventListener("pointerdown", (event) => {
      box.setPointerCapture(event.pointerId);
      const [x, y] = [event.clientX - view.x, event.clientY - view.y];
      const drag = (move) => { view.x = move.clientX - x; view.y = move.clientY - y; view.fitted = false; draw(); };
      box.addEventListener("pointermove", drag);
      box.addEventListener("pointerup", () => box.removeEventListener("pointermove", drag), { once: true });
      box.addEventListener("pointercancel", () => box.removeEventListener("pointermove", drag), { once: true });
    });
    box.addEventListener("dblclick", fit);
  }
});
setInterval(() => {
  if (view.mode !== "blink") return;
  view.prior = !view.prior;
  section().classList.toggle("showing-prior", view.prior);
}, BLINK_MS);
addEventListener("resize", () => (view.fitted ? fit() : draw()));
show(0);
