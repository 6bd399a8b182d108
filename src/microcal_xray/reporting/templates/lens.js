// The magnifier: a round piece of the radiograph at the pointer, larger, with the same window.

const LENS_ZOOM = 3;
const LENS_SIDE = 220; // screen pixels

class Lens {
  constructor(stage, pointer) {
    this.stage = stage;
    this.pointer = pointer;
    this.canvas = element("lens");
    this.on = false;
  }

  toggle() {
    this.on = !this.on;
    this.draw();
  }

  draw() {
    const { stage } = this;
    const place = this.pointer.last;
    const shown = this.on && place && stage.pixels && !stage.canvas.hidden;
    this.canvas.hidden = !shown;
    if (!shown) return;
    const side = Math.round(LENS_SIDE * stage.deviceRatio);
    if (this.canvas.width !== side || !this.data) {
      this.canvas.width = this.canvas.height = side;
      this.data = new ImageData(side, side);
    }
    const [x, y] = place;
    const zoom = Math.min(MOST_ZOOM / stage.deviceRatio, Math.max(stage.zoom * LENS_ZOOM, 1 / stage.deviceRatio));
    const factor = zoom / stage.zoom;
    const half = LENS_SIDE / 2;
    const at = stage.devicePlace(half - (x - stage.x) * factor, half - (y - stage.y) * factor, zoom);
    const part = { left: 0, top: 0, width: side, height: side };
    paintPart(stage.pixels, stage.greys(), at, new Uint32Array(this.data.data.buffer), side, part);
    this.canvas.getContext("2d").putImageData(this.data, 0, 0);
    const left = x + (place.right ? stage.paneWidth : 0);
    this.canvas.style.transform = `translate(${left - half}px, ${y - half}px)`;
  }
}
