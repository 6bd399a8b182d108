// How long each line, and each image as a whole, was looked at since its last decision; not while the page is hidden.
class Clock {
  constructor() {
    this.spent = new Map();
    this.keys = [];
    this.since = performance.now();
    document.addEventListener("visibilitychange", () => this.tick(!document.hidden));
  }

  tick(counting = true) {
    const now = performance.now();
    if (this.since !== null) for (const key of this.keys) this.spent.set(key, (this.spent.get(key) ?? 0) + now - this.since);
    this.since = counting ? now : null;
  }

  look(file, line) {
    this.tick(!document.hidden);
    this.keys = [...new Set([`${file}\0`, `${file}\0${line}`])];
  }

  taken(file, line) {
    this.tick(!document.hidden);
    const key = `${file}\0${line}`;
    const seconds = Math.round((this.spent.get(key) ?? 0) / 100) / 10;
    this.spent.delete(key);
    return seconds;
  }
}
