// What the reader decided: events, never overwritten, folded into the state of each line and image.

const VERDICTS = { accept: "✓", reject: "✕", unsure: "?" };
const REASONS = ["bone_outline", "end_plate", "joint_space", "overlap", "growth_plate", "nutrient_canal", "harris_line",
  "skin_fold", "artefact", "metal", "texture", "grid_or_edge", "old_change", "other"];
const EMPTY_LINE = Object.freeze({ verdict: null, reason: null, comment: "", kind: null, path: null, present: false });
const EMPTY_IMAGE = Object.freeze({ done: false, comment: "" });

// One event after another; the last about one thing wins.
function folded(state, event) {
  const { action, reason, comment, kind, path_px: path } = event;
  if (event.line === "") {
    if (action === "note") return { ...state, comment };
    if (action === "done" || action === "reopen") return { ...state, done: action === "done" };
    return state;
  }
  if (action in VERDICTS) return { ...state, verdict: action, reason, comment };
  if (action === "clear") return { ...state, verdict: null, reason: null, comment };
  if (action === "note") return { ...state, comment };
  if (action === "add") return { ...state, kind, path, present: true };
  if (action === "move") return { ...state, kind: kind ?? state.kind, path };
  if (action === "remove") return { ...state, path: isOwn(event.line) ? state.path : null, present: false };
  return state;
}

const isOwn = (line) => line.startsWith("own-");
const isEmptyImage = (line) => line === "";

// The events that lead from one state to another: for a decision, for undoing it, and for doing it again.
function stepsBetween(line, from, to) {
  const steps = [];
  if (isEmptyImage(line)) {
    if (from.done !== to.done) steps.push({ action: to.done ? "done" : "reopen" });
    if (from.comment !== to.comment) steps.push({ action: "note", comment: to.comment });
    return steps;
  }
  const moved = JSON.stringify(from.path) !== JSON.stringify(to.path);
  if (isOwn(line)) {
    if (from.present && !to.present) return [{ action: "remove" }];
    if (to.present && (!from.present || from.kind !== to.kind)) steps.push({ action: "add", kind: to.kind, path_px: to.path });
    else if (moved) steps.push({ action: "move", kind: to.kind, path_px: to.path });
  } else if (moved) {
    steps.push(to.path ? { action: "move", kind: to.kind, path_px: to.path } : { action: "remove" });
  }
  if (from.verdict !== to.verdict || from.reason !== to.reason) {
    steps.push({ action: to.verdict ?? "clear", reason: to.reason, comment: to.comment });
  } else if (from.comment !== to.comment) {
    steps.push({ action: "note", reason: to.reason, comment: to.comment });
  }
  return steps;
}

function randomHex(letters) {
  const bytes = crypto.getRandomValues(new Uint8Array(letters / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

class DecisionRecord {
  constructor() {
    this.reader = "";
    this.events = [];
    this.known = new Set();
    this.states = new Map(); // image \0 line -> state
    this.past = []; // { image, line, from, to }: what undo takes back
    this.future = [];
    this.onevent = () => {};
    this.onchange = () => {};
  }

  state(image, line) {
    return this.states.get(`${image.file}\0${line}`) ?? (line === "" ? EMPTY_IMAGE : EMPTY_LINE);
  }

  ownLines(image) {
    const start = `${image.file}\0own-`;
    return [...this.states].filter(([key, state]) => key.startsWith(start) && state.present)
      .map(([key, state]) => ({ line: key.slice(image.file.length + 1), ...state }));
  }

  // Take in events from the browser, a file or the server; those that are here already are left out.
  take(events) {
    const fresh = events.filter(({ event }) => !this.known.has(event));
    for (const each of fresh) this.known.add(each.event);
    this.events.push(...fresh);
    this.events.sort((a, b) => (a.utc < b.utc ? -1 : a.utc > b.utc ? 1 : 0)); // equal times keep their order
    this.states.clear();
    for (const each of this.events) this.fold(each);
    this.onchange();
    return fresh;
  }

  fold(event) {
    const image = { file: event.image };
    this.states.set(`${event.image}\0${event.line}`, folded(this.state(image, event.line), event));
  }

  decide(image, line, change, log) {
    const from = this.state(image, line);
    const to = { ...from, ...change };
    if (!this.write(image, line, from, to, log)) return;
    this.past.push({ image, line, from, to });
    this.future = [];
    this.onchange();
  }

  undo(log) {
    const step = this.past.pop();
    if (!step) return null;
    this.write(step.image, step.line, this.state(step.image, step.line), step.from, log);
    this.future.push(step);
    this.onchange();
    return step;
  }

  redo(log) {
    const step = this.future.pop();
    if (!step) return null;
    this.write(step.image, step.line, this.state(step.image, step.line), step.to, log);
    this.past.push(step);
    this.onchange();
    return step;
  }

  // `log` gives { overlay_visible, seconds } for an image and a line.
  write(image, line, from, to, log) {
    const steps = stepsBetween(line, from, to);
    for (const step of steps) {
      const event = {
        event: randomHex(32), utc: this.now(), reader: this.reader,
        image: image.file, pixel_sha256: image.pixel_sha256, line,
        action: step.action, reason: step.reason ?? null, comment: step.comment ?? "",
        kind: step.kind ?? null, path_px: step.path_px ?? null, ...log(image, line),
      };
      this.known.add(event.event);
      this.events.push(event);
      this.fold(event);
      this.onevent(event);
    }
    return steps.length > 0;
  }

  // Never earlier than the event before: a clock that is set back must not turn the order of decisions.
  now() {
    const last = this.events.at(-1)?.utc ?? "";
    const now = new Date().toISOString();
    return now > last ? now : new Date(Date.parse(last) + 1).toISOString();
  }
}
