// The stage: the picture, its zoom and place, the lines over it, the scale bar.

const SVG = "http://www.w3.org/2000/svg";
const GAP = 5; // screen pixels from the side of a line to a rail: its nearest surroundings stay bare
const NUMBER_RADIUS = 10;
const MOST_ZOOM = 24; // screen pixels per pixel of the picture
const SCALE_BAR_LONGEST = 180;

const element = (id) => document.getElementById(id);

class Stage {
  constructor() {
    this.box = element("stage");
    this.picture = element("picture");
    this.lines = element("lines");
    this.image = null;
    this.chosen = null; // a candidate
    this.pointed = null;
    this.fitted = true;
    this.onchoose = () => {};
    this.box.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    this.box.addEventListener("pointerdown", (event) => this.grabbed(event));
    this.box.addEventListener("dblclick", () => this.fit());
    new ResizeObserver(() => (this.fitted ? this.fit() : this.draw())).observe(this.box);
  }

  show(image, base64, description) {
    this.image = image;
    this.picture.src = "data:image/jpeg;base64," + base64;
    this.picture.alt = description;
    this.picture.width = image.preview.width;
    this.picture.height = image.preview.height;
    this.fit();
  }

  fit() {
    if (!this.image) return;
    const { width, height } = this.image.preview;
    this.zoom = Math.min(this.box.clientWidth / width, this.box.clientHeight / height);
    this.x = (this.box.clientWidth - width * this.zoom) / 2;
    this.y = (this.box.clientHeight - height * this.zoom) / 2;
    this.fitted = true;
    this.draw();
  }

  // Zoom by a factor; the point under (x, y) of the stage stays where it is.
  zoomBy(factor, x, y) {
    const smallest = 0.5 * Math.min(
      this.box.clientWidth / this.image.preview.width, this.box.clientHeight / this.image.preview.height);
    const zoom = Math.min(MOST_ZOOM, Math.max(smallest, this.zoom * factor));
    this.x = x - ((x - this.x) * zoom) / this.zoom;
    this.y = y - ((y - this.y) * zoom) / this.zoom;
    this.zoom = zoom;
    this.fitted = false;
    this.draw();
  }

  // Where keys and buttons zoom: at the chosen candidate, or in the middle of the stage.
  middle() {
    const path = this.chosen && this.onScreen(this.chosen.path);
    return path ? path[path.length >> 1] : [this.box.clientWidth / 2, this.box.clientHeight / 2];
  }

  moveBy(x, y) {
    this.x += x;
    this.y += y;
    this.fitted = false;
    this.draw();
  }

  // Bring a candidate into view when it is not.
  reveal(candidate) {
    const points = this.onScreen(candidate.path);
    const { clientWidth: width, clientHeight: height } = this.box;
    const seen = ([x, y]) => x > 20 && y > 20 && x < width - 20 && y < height - 20;
    if (points.every(seen)) return;
    const [x, y] = points[points.length >> 1];
    this.moveBy(width / 2 - x, height / 2 - y);
  }

  // Pixels of the radiograph as stored, [row, column] with whole numbers at pixel centres, to the screen.
  onScreen(path) {
    const { scale_x: scaleX, scale_y: scaleY } = this.image.preview;
    return path.map(([row, column]) => [
      this.x + (column + 0.5) * scaleX * this.zoom,
      this.y + (row + 0.5) * scaleY * this.zoom,
    ]);
  }

  wheeled(event) {
    event.preventDefault();
    const box = this.box.getBoundingClientRect();
    this.zoomBy(Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
  }

  grabbed(event) {
    if (event.button !== 0 || event.target.classList.contains("grip")) return;
    this.box.setPointerCapture(event.pointerId);
    this.box.classList.add("dragging");
    const drag = (move) => this.moveBy(move.movementX, move.movementY);
    this.box.addEventListener("pointermove", drag);
    this.box.addEventListener("lostpointercapture", () => {
      this.box.removeEventListener("pointermove", drag);
      this.box.classList.remove("dragging");
    }, { once: true });
  }

  draw() {
    if (!this.image) return;
    const { scale_x: scaleX, scale_y: scaleY } = this.image.preview;
    this.picture.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.zoom})`;
    element("zoom").value = `${Math.round(100 * this.zoom * Math.min(scaleX, scaleY))} %`;
    this.drawLines();
    this.drawScale();
  }

  drawLines() {
    const { candidates, preview } = this.image;
    const paths = candidates.map((candidate) => this.onScreen(candidate.path));
    const places = numberPlaces(paths, NUMBER_RADIUS + 5, NUMBER_RADIUS, this.box.clientWidth, this.box.clientHeight);
    const perPixel = Math.min(preview.scale_x, preview.scale_y) * this.zoom;
    this.lines.replaceChildren(...candidates.map((candidate, i) => {
      const offset = GAP + ((candidate.width_px ?? 0) / 2) * perPixel;
      const group = shape("g", { class: this.classOf(candidate) });
      const points = rails(paths[i], offset).map((rail) => rail.map((point) => point.map((v) => v.toFixed(1))).join(" "));
      for (const kind of ["halo", "rail"]) {
        group.append(...points.map((rail) => shape("polyline", { class: kind, points: rail })));
      }
      const grip = shape("polyline", { class: "grip", points: paths[i].join(" ") });
      grip.addEventListener("click", () => this.onchoose(candidate));
      group.append(grip, ...numberMark(candidate, places[i]));
      return group;
    }));
  }

  classOf(candidate) {
    const states = [this.chosen === candidate && "chosen", this.pointed === candidate && "pointed"];
    return ["candidate", candidate.kind, candidate.tier, ...states.filter(Boolean)].join(" ");
  }

  drawScale() {
    const { mm_per_px: mm, scale_x: scaleX } = this.image.preview;
    const unitsPerScreenPixel = (mm ?? 1 / scaleX) / this.zoom;
    const length = roundLength(SCALE_BAR_LONGEST * unitsPerScreenPixel);
    element("scale-bar").style.width = `${length / unitsPerScreenPixel}px`;
    element("scale-words").textContent = `${length} ${mm === null ? "pixels" : "mm"}, ${this.image.spacing_short}`;
  }
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// A round number for lucent, a square one for sclerotic: they differ without colour too.
function numberMark(candidate, [x, y]) {
  const r = NUMBER_RADIUS - 1;
  const mark = candidate.kind === "lucent"
    ? shape("circle", { class: "mark", cx: x, cy: y, r })
    : shape("rect", { class: "mark", x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: 2 });
  const text = shape("text", { x, y });
  text.textContent = candidate.id;
  return [mark, text];
}
