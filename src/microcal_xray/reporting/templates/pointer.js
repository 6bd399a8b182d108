// Mouse, pen and fingers on the stage: move, zoom, window and level. Drawing takes what it needs first.

const WINDOW_PER_PIXEL = 1 / 250; // of the width of the window, for a pixel of dragging

class Pointer {
  constructor(stage) {
    this.stage = stage;
    this.touches = new Map();
    this.windowing = false; // what the left button does
    this.last = null; // where the pointer is, in the pane
    this.claim = () => false; // asked first, with the event: drawing and moving lines
    this.onmove = () => {};
    const { box } = stage;
    box.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    box.addEventListener("pointerdown", (event) => this.pressed(event));
    box.addEventListener("pointermove", (event) => this.moved(event));
    box.addEventListener("pointerleave", () => this.setLast(null));
    box.addEventListener("contextmenu", (event) => event.preventDefault());
    box.addEventListener("dblclick", (event) => {
      if (!this.claim(event)) stage.fit();
    });
  }

  // The place of an event in its pane: both panes show the same place.
  inPane(event) {
    const box = this.stage.box.getBoundingClientRect();
    const x = event.clientX - box.left;
    const right = this.stage.twin && x >= this.stage.paneWidth;
    return Object.assign([right ? x - this.stage.paneWidth : x, event.clientY - box.top], { right });
  }

  wheeled(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.stage.zoomBy(Math.exp(-event.deltaY * lines * 0.0015), ...this.inPane(event));
  }

  setLast(place) {
    this.last = place;
    this.onmove(place);
  }

  moved(event) {
    if (event.pointerType !== "touch") this.setLast(this.inPane(event));
  }

  pressed(event) {
    if (event.pointerType === "touch" && this.touched(event)) return;
    if (event.button === 0 && this.claim(event)) return;
    if (event.target.classList.contains("grip")) return;
    if (event.button === 2 || (event.button === 0 && this.windowing)) this.dragWindow(event);
    else if (event.button === 0 || event.button === 1) this.dragPlace(event);
  }

  drag(event, className, move) {
    const { box } = this.stage;
    const controller = new AbortController();
    const { signal } = controller;
    box.setPointerCapture(event.pointerId);
    box.classList.add(className);
    const end = () => {
      controller.abort();
      box.classList.remove(className);
    };
    const guarded = (each) => each.pointerId === event.pointerId && move(each);
    box.addEventListener("pointermove", guarded, { signal });
    box.addEventListener("lostpointercapture", end, { signal });
    return end;
  }

  dragPlace(event) {
    if (event.button === 1) event.preventDefault();
    let [x, y] = [event.clientX, event.clientY];
    this.endDrag = this.drag(event, "dragging", (move) => {
      this.stage.moveBy(move.clientX - x, move.clientY - y);
      [x, y] = [move.clientX, move.clientY];
    });
  }

  // To the right is wider, up is brighter.
  dragWindow(event) {
    const { stage } = this;
    if (!stage.pixels) return;
    const start = { ...stage.window };
    this.endDrag = this.drag(event, "windowing", (move) => {
      const right = (move.clientX - event.clientX) * WINDOW_PER_PIXEL;
      const down = (move.clientY - event.clientY) * WINDOW_PER_PIXEL;
      stage.changeWindow(right, down, start);
    });
  }

  // Two fingers zoom and move; the first one alone does what the left button does.
  touched(event) {
    const { box } = this.stage;
    this.touches.set(event.pointerId, this.inPane(event));
    const forget = (each) => {
      if (each.pointerId !== event.pointerId) return;
      this.touches.delete(event.pointerId);
      for (const kind of ["pointerup", "pointercancel"]) box.removeEventListener(kind, forget);
    };
    for (const kind of ["pointerup", "pointercancel"]) box.addEventListener(kind, forget);
    if (this.touches.size !== 2) return this.touches.size > 2;
    this.endDrag?.();
    this.pinch();
    return true;
  }

  pinch() {
    const { stage, touches } = this;
    const middleOf = ([a, b]) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const follow = (event) => {
      if (touches.size !== 2) {
        stage.box.removeEventListener("pointermove", follow);
        return;
      }
      if (!touches.has(event.pointerId)) return;
      const before = [...touches.values()];
      touches.set(event.pointerId, this.inPane(event));
      const after = [...touches.values()];
      const [from, to] = [middleOf(before), middleOf(after)];
      stage.zoomBy(distance(...after) / Math.max(1, distance(...before)), ...from);
      stage.moveBy(...minus(to, from));
    };
    stage.box.addEventListener("pointermove", follow);
  }
}
