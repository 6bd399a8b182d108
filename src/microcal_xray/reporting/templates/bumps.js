// Bumps of the outline and what lies close together: drawn over the radiograph, listed in the panel, apart from lines.

const BUMP_GAP = 5; // screen pixels from the top of a bump to its bracket: the bump itself stays bare
const BUMP_MARK = 17; // from there to its name
const CLUSTER_GAP = 16;
const BUMP_KINDS = ["bump", "periosteal"];

// What is chosen is kept here, not with the lines: a bump has no verdict.
class Bumps {
  constructor(stage) {
    this.stage = stage;
    this.chosen = null; // id of a bump
    this.pointed = null;
    this.onchoose = () => {};
  }

  // Groups of shapes under those of the lines, which are given with their paths as they are drawn.
  shapes(lines) {
    const { image } = this.stage;
    return [...image.clusters.map((cluster) => this.cluster(cluster, image, lines)), ...image.bumps.map((bump) => this.bump(bump))];
  }

  bump(bump) {
    const states = [this.chosen === bump.id && "chosen", this.pointed === bump.id && "pointed"].filter(Boolean);
    const group = shape("g", { class: ["candidate", "bump-mark", bump.kind, bump.tier, ...states].join(" ") });
    const base = this.stage.onScreen(bump.base);
    const top = this.stage.onScreen(bump.top);
    const middle = top.length >> 1;
    const outward = unit(minus(top[middle], base[middle]));
    const bracket = [base[0], ...top.map((point) => moved(point, outward, BUMP_GAP)), base[base.length - 1]].map((point) => point.map((v) => v.toFixed(1))).join(" ");
    group.append(shape("polyline", { class: "halo", points: bracket }), shape("polyline", { class: "rail", points: bracket }));
    if (states.length) group.append(shape("polyline", { class: "course", points: base.join(" ") }));
    const grip = shape("polyline", { class: "grip", points: bracket });
    grip.addEventListener("click", () => this.onchoose(bump));
    const farthest = Math.max(...top.map((point) => (point[0] - top[middle][0]) * outward[0] + (point[1] - top[middle][1]) * outward[1]));
    const [x, y] = this.within(moved(top[middle], outward, farthest + BUMP_GAP + BUMP_MARK));
    group.append(grip, shape("path", { class: "mark", d: `M${x - 13} ${y}l5 -8h16l5 8l-5 8h-16z` }), named(bump.name, x, y));
    return group;
  }

  cluster({ id, lines: members, bumps, faint }, image, lines) {
    const paths = [
      ...faint,
      ...lines.filter(({ line }) => members.includes(Number(line))).map(({ path }) => path),
      ...image.bumps.filter((bump) => bumps.includes(bump.id)).map(({ top }) => top),
    ];
    const group = shape("g", { class: "cluster" });
    if (!paths.length) return group;
    const points = paths.flatMap((path) => this.stage.onScreen(path));
    const ends = [0, 1].map((axis) => points.map((point) => point[axis])).map((values) => [Math.min(...values) - CLUSTER_GAP, Math.max(...values) + CLUSTER_GAP]);
    const [[left, right], [top, bottom]] = ends;
    const frame = { x: left, y: top, width: right - left, height: bottom - top, rx: 10 };
    group.append(shape("rect", { class: "halo", ...frame }), shape("rect", { class: "frame", ...frame }));
    for (const path of faint) {
      const line = this.stage.onScreen(path).map((point) => point.map((v) => v.toFixed(1))).join(" ");
      group.append(shape("polyline", { class: "halo", points: line }), shape("polyline", { class: "frame", points: line }));
    }
    const [x, y] = this.within([left + 10, top - 9]);
    group.append(named(text("list.cluster", { number: id }), x, y));
    return group;
  }

  within([x, y]) {
    const { paneWidth: width, paneHeight: high } = this.stage;
    const seen = x > -60 && y > -60 && x < width + 60 && y < high + 60;
    return seen ? [Math.min(width - 16, Math.max(16, x)), Math.min(high - 11, Math.max(11, y))] : [x, y];
  }
}

function named(words, x, y) {
  const node = shape("text", { x, y });
  node.textContent = words;
  return node;
}

function bumpLegend(image) {
  const item = (className, words) => {
    const node = made("li");
    const picture = shape("svg", { viewBox: "0 0 30 9", "aria-hidden": "true", class: `bump-mark ${className}` });
    picture.append(shape("path", { class: "rail", d: "M0 8C6 8 8 2 15 2S24 8 30 8" }));
    node.append(picture, made("span", words));
    return node;
  };
  const seen = BUMP_KINDS.filter((kind) => image.bumps.some((bump) => bump.kind === kind));
  return [...seen.map((kind) => item(kind, text(`stage.${kind}`))), ...(image.clusters.length ? [item("close", text("stage.cluster"))] : [])];
}

// The list in the panel, filled anew whenever another bump is chosen or another image is shown.
function fillBumps(desk, image) {
  const { bumps } = desk.marks;
  const words = says(image);
  element("bumps").hidden = !image.bumps.length && !image.clusters.length;
  element("bumps-title").textContent = text("list.bumps", { count: image.bumps.length });
  element("bumps-table").hidden = element("bumps-hint").hidden = element("bumps-title").hidden = !image.bumps.length;
  element("bumps-table").tBodies[0].replaceChildren(
    ...image.bumps.flatMap((bump, i) => bumpRows(desk, bump, words.bumps[i], bumps.chosen === bump.id)));
  element("clusters-title").hidden = !image.clusters.length;
  element("clusters-title").textContent = text("list.clusters", { count: image.clusters.length });
  element("clusters").replaceChildren(...words.clusters.flatMap(([, sentence], i) => [
    made("dt", text("list.cluster", { number: image.clusters[i].id })), made("dd", `${sentence}.`)]));
}

function bumpRows(desk, bump, card, chosen) {
  const { bumps } = desk.marks;
  const row = made("tr", undefined, bump.kind);
  const number = button(bump.name, "", () => chooseBump(desk, bump));
  number.className = "number-mark";
  number.setAttribute("aria-label", text("list.bumps.show", { kind: card.kind_short, name: bump.name }));
  number.setAttribute("aria-expanded", chosen);
  const first = made("td");
  first.append(number);
  const kind = made("td", card.kind_short);
  kind.append(made("small", card.tier));
  const index = made("td", bump.callus_index === null ? "\u2013" : fixed(bump.callus_index, 2), "number");
  row.append(first, kind, sizeCell(bump.height_mm, bump.height_px, 1), sizeCell(bump.length_mm, bump.length_px, 1), index);
  const rows = [row];
  if (card.cautions.length) rows.push(bumpWide(`${card.cautions.join(text("list.joined"))}.`, "note"));
  if (chosen) rows.push(bumpWide(bumpCard(card), "why"));
  const point = (id) => {
    bumps.pointed = id;
    for (const each of rows) each.classList.toggle("pointed", id !== null);
    desk.stage.draw();
  };
  for (const each of rows) {
    each.classList.toggle("chosen", chosen);
    each.addEventListener("click", () => chooseBump(desk, bump));
    each.addEventListener("pointerenter", () => point(bump.id));
    each.addEventListener("pointerleave", () => point(null));
  }
  return rows;
}

function bumpWide(content, className) {
  const row = wideRow(content, className);
  row.firstChild.colSpan = 5;
  return row;
}

function bumpCard({ rows, expected, kind, tier }) {
  const card = made("div", undefined, "measured");
  const list = made("dl");
  for (const [label, value, interval, meaning] of rows) {
    const name = made("dt");
    const words = made("abbr", label);
    words.title = meaning;
    name.append(words);
    const number = made("dd", value);
    if (interval) number.append(" ", made("small", `(${interval})`));
    list.append(name, number);
  }
  card.append(made("p", `${kind}, ${tier}.`), list, made("p", `${expected}.`, "quiet"));
  return card;
}

// Again on the chosen one: its card is closed.
function chooseBump(desk, bump) {
  const { bumps } = desk.marks;
  const again = bumps.chosen === bump.id;
  bumps.chosen = again ? null : bump.id;
  desk.showOverlay(true);
  if (!again) desk.stage.reveal(bump.top);
  fillBumps(desk, desk.image);
  const place = desk.image.bumps.indexOf(bump);
  const buttons = element("bumps-table").querySelectorAll(".number-mark");
  buttons[place].focus({ preventScroll: true });
  if (!again) buttons[place].scrollIntoView({ block: "nearest" });
  const { kind_short: kind, tier } = says(desk.image).bumps[place];
  announce(text("list.bumps.chosen", { name: bump.name, kind, tier }));
}
