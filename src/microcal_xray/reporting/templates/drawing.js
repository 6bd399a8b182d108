// Drawing a line, and moving or redrawing one. Points are [row, column] of the radiograph, whatever the zoom.

const HANDLE_RADIUS = 6;
const NEARER_IS_SAME = 3; // screen pixels
const HANDLE_TOLERANCE = 1.5; // screen pixels between the path and what its handles span
const CROSS_STEP = 8; // screen pixels

class Drawing {
  constructor(stage, pointer, marks) {
    Object.assign(this, { stage, pointer, marks });
    this.mode = null; // "draw" or "edit"
    this.line = null; // the line that gets the new path; null: a new one
    this.points = [];
    this.cross = null;
    this.onend = () => {}; // (line, path) or (line, null) when given up
    marks.drawing = this;
    pointer.claim = (event) => this.claims(event);
  }

  begin(mode, line, path) {
    this.mode = mode;
    this.line = line;
    const tolerance = HANDLE_TOLERANCE / this.stage.zoom;
    this.points = path ? simplified(path, tolerance).map((point) => [...point]) : [];
    this.cross = mode === "draw" ? [this.stage.paneWidth / 2, this.stage.paneHeight / 2] : null;
    this.said = false;
    this.changed();
  }

  end(keep) {
    const { line, mode } = this;
    if (!mode) return;
    const path = this.distinctPoints();
    if (keep && path.length < 2) {
      tell(text("draw.too_short"));
      return;
    }
    this.mode = this.cross = null;
    this.changed();
    this.onend(line, keep ? path : null);
  }

  changed() {
    const on = this.mode !== null;
    this.stage.box.classList.toggle("drawing", this.mode === "draw");
    element("draw-hint").hidden = !on;
    if (on) element("draw-hint").textContent = text(this.mode === "draw" ? "draw.hint" : "draw.edit_hint");
    this.marks.draw();
  }

  // A double click sets two points at one place; one is enough.
  distinctPoints() {
    const near = NEARER_IS_SAME / this.stage.zoom;
    const points = this.points.filter((point, i) => i === 0 || distance(point, this.points[i - 1]) > near);
    const cut = (value) => Math.round(value * 100) / 100;
    return points.slice(0, MOST_POINTS).map(([row, column]) => [cut(row), cut(column)]);
  }

  within([row, column]) {
    const { rows, columns } = this.stage.image;
    return [Math.min(rows - 1, Math.max(0, row)), Math.min(columns - 1, Math.max(0, column))];
  }

  addAt(place) {
    if (this.points.length < MOST_POINTS) this.points.push(this.within(this.stage.inImage(place)));
    announce(text("draw.point", { count: this.points.length }));
    this.marks.draw();
  }

  claims(event) {
    if (!this.mode) return false;
    if (event.type === "dblclick") {
      if (this.mode === "draw") this.end(true);
      return true;
    }
    if (this.mode === "draw") {
      this.cross = this.pointer.inPane(event).slice(0, 2);
      this.addAt(this.cross);
      return true;
    }
    const { handle, body } = event.target.dataset;
    if (handle === undefined && body === undefined) return false;
    const start = this.points.map((point) => [...point]);
    const from = this.stage.inImage(this.pointer.inPane(event));
    this.pointer.drag(event, "dragging", (move) => {
      const by = minus(this.stage.inImage(this.pointer.inPane(move)), from);
      this.shift(start, by, handle === undefined ? null : Number(handle));
    });
    return true;
  }

  // Move one point, or all of them as far as the picture reaches.
  shift(start, by, only) {
    const shifted = start.map((point) => [point[0] + by[0], point[1] + by[1]]);
    if (only !== null) this.points[only] = this.within(shifted[only]);
    else if (shifted.every((point) => distance(point, this.within(point)) < 1e-9)) this.points = shifted;
    this.marks.draw();
  }

  // Keys while drawing; true when one was taken.
  key(event) {
    if (!this.mode) return false;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter") this.end(true);
    else if (event.key === "Escape") this.end(false);
    else if (this.mode === "edit" && step) this.shift(this.points, [step[1], step[0]], null);
    else if (this.mode === "draw" && event.key === "Backspace") this.points.pop();
    else if (this.mode === "draw" && event.key === " ") this.addAt(this.cross);
    else if (this.mode === "draw" && step) this.moveCross(step, event.shiftKey ? 1 : CROSS_STEP);
    else return false;
    if (this.mode) this.marks.draw();
    return true;
  }

  moveCross(step, by) {
    const at = [this.cross[0] + step[0] * by, this.cross[1] + step[1] * by];
    this.cross = [Math.min(this.stage.paneWidth, Math.max(0, at[0])), Math.min(this.stage.paneHeight, Math.max(0, at[1]))];
  }

  shapes() {
    const path = this.stage.onScreen(this.points);
    const line = path.join(" ");
    const nodes = [shape("polyline", { class: "draft halo", points: line }), shape("polyline", { class: "draft", points: line })];
    if (this.mode === "edit") nodes.push(shape("polyline", { class: "draft body", points: line, "data-body": "" }));
    nodes.push(...path.map(([x, y], i) =>
      shape("circle", { class: "handle", cx: x, cy: y, r: HANDLE_RADIUS, "data-handle": i })));
    if (this.cross) {
      const [x, y] = this.cross;
      nodes.push(shape("path", { class: "cross", d: `M${x - 12} ${y}h9m6 0h9M${x} ${y - 12}v9m0 6v9` }));
    }
    return nodes;
  }
}
