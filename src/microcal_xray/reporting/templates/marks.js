// The lines over the radiograph: rails beside each line, its number, what the reader decided, handles to move it.

const GAP = 5; // screen pixels from the side of a line to a rail: its nearest surroundings stay bare
const NUMBER_RADIUS = 10;

class Marks {
  constructor(stage) {
    this.stage = stage;
    this.node = element("lines");
    this.lines = [];
    this.chosen = null; // key of a line
    this.pointed = null;
    this.visible = false;
    this.bumps = new Bumps(stage);
    this.drawing = null; // set by drawing.js
    this.onchoose = () => {};
  }

  draw() {
    if (!this.stage.image) return;
    const editing = this.drawing?.mode ? this.drawing.line : null;
    const lines = this.visible ? this.lines.filter(({ line }) => line !== editing) : [];
    const paths = lines.map(({ path }) => this.stage.onScreen(path));
    const places = numberPlaces(paths, NUMBER_RADIUS + 5, NUMBER_RADIUS, this.stage.paneWidth, this.stage.paneHeight);
    const groups = lines.map((line, i) => this.lineGroup(line, paths[i], places[i]));
    if (this.visible) groups.unshift(...this.bumps.shapes(this.lines));
    if (this.drawing?.mode) groups.push(...this.drawing.shapes());
    this.node.replaceChildren(...groups);
  }

  lineGroup(line, path, place) {
    const states = [this.chosen === line.line && "chosen", this.pointed === line.line && "pointed"].filter(Boolean);
    const group = shape("g", {
      class: ["candidate", line.kind, line.tier, line.state.verdict ?? "open", ...states].join(" "),
    });
    const offset = GAP + ((line.width_px ?? 0) / 2) * this.stage.zoom;
    const points = rails(path, offset).map((rail) => rail.map((point) => point.map((v) => v.toFixed(1))).join(" "));
    for (const kind of ["halo", "rail"]) {
      group.append(...points.map((rail) => shape("polyline", { class: kind, points: rail })));
    }
    const grip = shape("polyline", { class: "grip", points: path.join(" ") });
    grip.addEventListener("click", () => this.onchoose(line));
    group.append(grip, ...numberMark(line, place));
    return group;
  }
}

// A round number for lucent, a square one for sclerotic, and a sign for the verdict: told apart without colour.
function numberMark(line, [x, y]) {
  const r = NUMBER_RADIUS - 1;
  const mark = line.kind === "lucent"
    ? shape("circle", { class: "mark", cx: x, cy: y, r })
    : shape("rect", { class: "mark", x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: 2 });
  const number = shape("text", { x, y });
  number.textContent = line.number;
  const sign = VERDICTS[line.state.verdict];
  if (!sign) return [mark, number];
  const badge = shape("circle", { class: "badge", cx: x + r, cy: y - r, r: 6.5 });
  const words = shape("text", { class: "sign", x: x + r, y: y - r });
  words.textContent = sign;
  return [mark, number, badge, words];
}

const LEGEND_DASHES = { strong: "none", weak: "7 5", own: "12 4 2 4" };

function legendItems(hasOwn) {
  const item = (className, dashes, words) => {
    const node = made("li");
    const picture = shape("svg", { viewBox: "0 0 30 9", "aria-hidden": "true", class: className });
    picture.append(shape("path", { class: "rail", d: "M0 1.5H30M0 7.5H30", "stroke-dasharray": dashes }));
    node.append(picture, made("span", words));
    return node;
  };
  return [
    item("lucent", "none", text("kind.lucent")),
    item("sclerotic", "none", text("kind.sclerotic")),
    item("plain", LEGEND_DASHES.strong, text("tier.strong")),
    item("plain", LEGEND_DASHES.weak, text("tier.weak")),
    ...(hasOwn ? [item("plain", LEGEND_DASHES.own, text("stage.own"))] : []),
  ];
}

// The key of the limit layer, beside the legend of the lines.
function limitKey(map) {
  const node = made("li", undefined, "limit-key");
  node.append(...keyOf(map));
  return node;
}
