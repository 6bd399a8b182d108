// The stage: the picture with its window, zoom and place, in one pane or two, and what is laid over it.

const MOST_ZOOM = 32; // device pixels per pixel of the radiograph
const LEAST_SHARE = 0.5; // of the zoom that fits
const SCALE_BAR_LONGEST = 180;

class Stage {
  constructor() {
    this.box = element("stage");
    this.canvas = element("picture");
    this.layers = element("layers");
    this.image = null;
    this.pixels = null;
    this.window = null; // { low, high, inverted }
    this.twin = false; // two panes: original, overlay
    this.fitted = true;
    this.asked = 0;
    this.waiting = false; // for the next image: what is shown is left as it is
    this.onframe = () => {};
    this.onwindow = () => {};
    this.usePainter("webgl");
    new ResizeObserver(() => this.resized()).observe(this.box);
  }

  // A canvas has one kind of context for ever, so each painter brings its own.
  usePainter(kind, options) {
    this.painter = (kind === "webgl" && cardPainter(options, () => this.usePainter("2d"))) || new ProcessorPainter();
    this.painter.canvas.id = "picture";
    this.canvas.replaceWith(this.painter.canvas);
    this.canvas = this.painter.canvas;
    this.sizeCanvas();
    if (this.pixels) this.giveToPainter();
  }

  giveToPainter() {
    try {
      this.painter.show(this.pixels);
    } catch {
      this.usePainter("2d");
      return;
    }
    this.greysChanged();
  }

  // Without pixels the place is made ready; they follow when they are unpacked.
  show(image, pixels) {
    this.waiting = false;
    this.image = image;
    this.pixels = pixels;
    if (!pixels) {
      this.blank();
      this.fit();
      return;
    }
    this.window ??= this.firstWindow();
    this.giveToPainter();
    this.resized();
  }

  blank() {
    this.canvas.hidden = true;
  }

  firstWindow() {
    return { low: this.pixels.low, high: this.pixels.high, inverted: false };
  }

  greysChanged() {
    this.canvas.hidden = false;
    this.shownGreys = greysOf(this.pixels, this.window);
    this.painter.setGreys(this.shownGreys);
    this.onwindow();
    this.draw();
  }

  greys() {
    return this.shownGreys;
  }

  setWindow(low, high) {
    if (!this.pixels) return;
    this.window = { ...this.window, low, high };
    this.greysChanged();
  }

  // Wider by a share, and shifted by a share of the width.
  changeWindow(wider, shift, from = this.window) {
    if (!this.pixels) return;
    const span = valueOf(this.pixels, this.pixels.values - 1 + (this.pixels.hole ? 1 : 0)) - this.pixels.first;
    const least = Math.max(Math.abs(span) / 4096, 1e-6);
    const width = Math.max(least, (from.high - from.low) * Math.exp(wider));
    const centre = (from.low + from.high) / 2 + shift * (from.high - from.low);
    this.setWindow(centre - width / 2, centre + width / 2);
  }

  resetWindow() {
    if (!this.pixels) return;
    this.window = { ...this.firstWindow(), inverted: this.window.inverted };
    this.greysChanged();
  }

  // The window of the part in view: from its 1st to its 99th percentile.
  windowHere() {
    if (!this.pixels) return;
    const { rows, columns } = this.pixels;
    const high = this.image.rows / rows; // a reduced picture has fewer
    const wide = this.image.columns / columns;
    const [top, left] = this.inImage([0, 0]);
    const [bottom, right] = this.inImage([this.paneWidth, this.paneHeight]);
    const part = [top / high, left / wide, bottom / high, right / wide];
    const ends = percentiles(this.pixels, part, [0.01, 0.99]);
    if (ends && ends[1] > ends[0]) this.setWindow(...ends);
  }

  invert() {
    if (!this.pixels) return;
    this.window = { ...this.window, inverted: !this.window.inverted };
    this.greysChanged();
  }

  get paneWidth() {
    return this.twin ? Math.floor(this.box.clientWidth / 2) : this.box.clientWidth;
  }

  get paneHeight() {
    return this.box.clientHeight;
  }

  get deviceRatio() {
    return window.devicePixelRatio || 1;
  }

  setTwin(on) {
    this.twin = on;
    this.box.classList.toggle("twin", on);
    this.resized();
  }

  resized() {
    this.sizeCanvas();
    if (this.fitted) this.fit();
    else this.draw();
  }

  sizeCanvas() {
    this.canvas.width = Math.round(this.box.clientWidth * this.deviceRatio);
    this.canvas.height = Math.round(this.box.clientHeight * this.deviceRatio);
  }

  // Width and height of the radiograph in units of its finer pixel side.
  get extent() {
    const { rows, columns, row_size: high, column_size: wide } = this.image;
    return { width: columns * wide, height: rows * high };
  }

  get fittingZoom() {
    const { width, height } = this.extent;
    return Math.min(this.paneWidth / width, this.paneHeight / height);
  }

  fit() {
    if (!this.image) return;
    const { width, height } = this.extent;
    this.zoom = this.fittingZoom;
    this.x = (this.paneWidth - width * this.zoom) / 2;
    this.y = (this.paneHeight - height * this.zoom) / 2;
    this.fitted = true;
    this.draw();
  }

  // One pixel of the radiograph on one of the screen.
  oneToOne(x, y) {
    this.zoomBy(1 / this.deviceRatio / this.zoom, x, y);
  }

  // Zoom by a factor; the point under (x, y) of the pane stays where it is.
  zoomBy(factor, x, y) {
    if (!this.image) return;
    const least = Math.min(LEAST_SHARE * this.fittingZoom, 1 / this.deviceRatio);
    const zoom = Math.min(MOST_ZOOM / this.deviceRatio, Math.max(least, this.zoom * factor));
    this.x = x - ((x - this.x) * zoom) / this.zoom;
    this.y = y - ((y - this.y) * zoom) / this.zoom;
    this.zoom = zoom;
    this.fitted = false;
    this.draw();
  }

  moveBy(x, y) {
    if (!this.image) return;
    this.x += x;
    this.y += y;
    this.fitted = false;
    this.draw();
  }

  // Bring a path into view when it is not.
  reveal(path) {
    const points = this.onScreen(path);
    const seen = ([x, y]) => x > 20 && y > 20 && x < this.paneWidth - 20 && y < this.paneHeight - 20;
    if (points.every(seen)) return;
    const [x, y] = points[points.length >> 1];
    this.moveBy(this.paneWidth / 2 - x, this.paneHeight / 2 - y);
  }

  // Pixels of the radiograph as stored, [row, column] with whole numbers at pixel centres, to the pane and back.
  onScreen(path) {
    const { row_size: high, column_size: wide } = this.image;
    return path.map(([row, column]) => [
      this.x + (column + 0.5) * wide * this.zoom,
      this.y + (row + 0.5) * high * this.zoom,
    ]);
  }

  inImage([x, y]) {
    const { row_size: high, column_size: wide } = this.image;
    return [(y - this.y) / (high * this.zoom) - 0.5, (x - this.x) / (wide * this.zoom) - 0.5];
  }

  // All that changes before the next frame is drawn once.
  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.drawNow();
    });
  }

  drawNow() {
    if (!this.image || this.waiting) return;
    if (this.pixels && !this.canvas.hidden) {
      this.painter.paint(this.parts());
      this.firstPaint ??= performance.now(); // for tools/measure_desk.py
    }
    this.placeLayers();
    this.drawScale();
    this.onframe();
  }

  parts() {
    const ratio = this.deviceRatio;
    const { width, height } = this.canvas;
    const place = this.devicePlace(this.x, this.y, this.zoom);
    if (!this.twin) return [{ left: 0, top: 0, width, height, place }];
    const half = Math.round(this.paneWidth * ratio);
    return [
      { left: 0, top: 0, width: half, height, place },
      { left: half, top: 0, width: width - half, height, place },
    ];
  }

  // Where the picture lies in device pixels; on whole ones, so that one to one shows every pixel as it is.
  devicePlace(x, y, zoom) {
    const ratio = this.deviceRatio;
    const { width, height } = this.extent;
    const scaleX = (width * zoom * ratio) / this.pixels.columns;
    const scaleY = (height * zoom * ratio) / this.pixels.rows;
    return { x: Math.round(x * ratio), y: Math.round(y * ratio), scaleX: near(scaleX), scaleY: near(scaleY) };
  }

  placeLayers() {
    this.layers.style.left = this.twin ? `${this.paneWidth}px` : "0";
    this.layers.style.width = `${this.paneWidth}px`;
    const layer = this.image.limit_layer;
    if (layer) {
      const { row_size: high, column_size: wide } = this.image;
      const { style } = element("limit-picture");
      style.width = `${layer.columns * wide * this.zoom}px`;
      style.height = `${layer.rows * high * this.zoom}px`;
      style.transform = `translate(${this.x}px, ${this.y}px)`;
    }
  }

  drawScale() {
    const { mm } = this.image;
    const unitsPerScreenPixel = (mm ?? 1) / this.zoom;
    const length = roundLength(Math.min(SCALE_BAR_LONGEST, this.paneWidth / 3) * unitsPerScreenPixel);
    element("scale-bar").style.width = `${length / unitsPerScreenPixel}px`;
    const values = { length: local(String(length)), source: says(this.image).spacing_short };
    element("scale-words").textContent = text(mm === null ? "stage.pixels" : "stage.mm", values);
    element("zoom").textContent = text("stage.zoom", { percent: Math.round(100 * this.zoom * this.deviceRatio) });
  }

  // The value of the pixel at a place of the pane; null outside the radiograph or its usable part.
  valueAt(point) {
    const [row, column] = this.inImage(point).map(Math.round);
    const { rows, columns } = this.image;
    if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
    if (!this.image.full_depth || !this.pixels) return { row, column, value: null };
    return { row, column, value: valueOf(this.pixels, this.pixels.codes[row * columns + column]), known: true };
  }
}

// What is within a hair of a whole number is that number: 1 : 1 stays 1 : 1 after many steps of zooming.
function near(scale) {
  const round = Math.round(scale);
  return round >= 1 && Math.abs(scale - round) < 1e-6 ? round : scale;
}
