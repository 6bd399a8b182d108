// The desk: which image, overlay on or off, which candidate; buttons and keys. All foreign text goes through textContent.

const report = JSON.parse(element("report-data").textContent);
const stage = new Stage();
const revealed = new Set(); // images whose overlay is on: every image starts as the original
let current = -1;

function made(name, text, className) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  return node;
}

// An unknown length is a dash that says why, with the pixels below.
function sizeCell(mm, px, digits) {
  const cell = made("td", undefined, "number");
  if (mm !== null) {
    cell.textContent = mm.toFixed(digits);
    return cell;
  }
  const dash = made("span", "\u2013");
  dash.title = "pixel spacing unknown";
  cell.append(dash);
  if (px !== null) cell.append(made("small", `${px.toFixed(digits - 1)} px`));
  return cell;
}

// The line's own width, the blur taken away, where it was measured.
function widthCell({ measured, width_mm, width_px }) {
  return measured ? made("td", measured.width, "number") : sizeCell(width_mm, width_px, 2);
}

function numberCell(value, digits, whyUnknown) {
  const cell = made("td", value === null ? "\u2013" : value.toFixed(digits), "number");
  if (value === null) cell.title = whyUnknown;
  return cell;
}

function wideRow(content, className) {
  const row = made("tr", undefined, className);
  const cell = made("td");
  cell.colSpan = 6;
  cell.append(content);
  row.append(cell);
  return row;
}

function candidateRows(candidate, scale) {
  const row = made("tr", undefined, candidate.kind);
  row.title = `score ${candidate.score}`;
  const button = made("button", candidate.id);
  button.type = "button";
  button.setAttribute("aria-label", `Candidate ${candidate.id}: show on the radiograph`);
  if (candidate.evidence || candidate.measured) button.setAttribute("aria-expanded", "false");
  const number = made("td");
  number.append(button);
  const kind = made("td", candidate.kind);
  kind.append(made("small", candidate.tier));
  row.append(
    number,
    kind,
    sizeCell(candidate.length_mm, candidate.length_px, 1),
    widthCell(candidate),
    numberCell(candidate.contrast_sd, 1, "unknown"),
    numberCell(candidate.angle_to_bone_deg, 0, "the direction of the bone is unclear here"),
  );
  const rows = [row];
  if (candidate.cautions.length) rows.push(wideRow(`\u26a0 ${candidate.cautions.join("; ")}.`, "note"));
  if (candidate.measured) rows.push(wideRow(measuredCard(candidate.measured), "why"));
  if (candidate.evidence) rows.push(wideRow(evidenceCard(candidate.evidence, scale), "why"));
  for (const each of rows) {
    each.dataset.candidate = candidate.id;
    each.addEventListener("click", () => choose(candidate));
    each.addEventListener("pointerenter", () => point(candidate));
    each.addEventListener("pointerleave", () => point(null));
  }
  button.addEventListener("focus", () => point(candidate));
  button.addEventListener("blur", () => point(null));
  return rows;
}

function fillPanel(image) {
  element("file").textContent = image.file;
  element("image-cautions").replaceChildren(...image.cautions.map((words) => made("li", `${words}.`)));
  element("candidate-title").textContent = `Candidates (${image.candidates.length})`;
  const none = image.candidates.length === 0;
  element("no-candidates").hidden = !none;
  element("candidates").hidden = none;
  element("candidate-hint").hidden = none;
  const scale = evidenceScale(image.candidates);
  const rows = image.candidates.flatMap((candidate) => candidateRows(candidate, scale));
  element("candidates").tBodies[0].replaceChildren(...rows);
  element("facts").replaceChildren(...image.facts.flatMap(([name, words]) => [made("dt", name), made("dd", words)]));
  fillCouldShow(image.could_show);
  element("spacing-sentence").textContent = image.spacing_sentence;
}

function open(index) {
  if (index < 0 || index >= report.images.length) return;
  showView("desk");
  current = index;
  const image = report.images[index];
  stage.chosen = stage.pointed = null;
  fillPanel(image);
  const description = `Radiograph ${image.file}, ${image.candidates.length} candidates`;
  stage.show(image, element(`preview-${index}`).textContent, description);
  element("stage").setAttribute("aria-label", description);
  element("place").textContent = image.place;
  element("position").textContent = `${index + 1} / ${report.images.length}`;
  element("previous").disabled = index === 0;
  element("next").disabled = index === report.images.length - 1;
  for (const button of element("index").querySelectorAll("button")) {
    const here = Number(button.dataset.open) === index;
    button.setAttribute("aria-current", here);
    if (here) button.scrollIntoView({ block: "nearest" });
  }
  element("panel").scrollTop = 0;
  showOverlay(revealed.has(index));
  announce(`${description}. ${revealed.has(index) ? "Overlay on." : "Original."}`);
}

function showOverlay(on) {
  if (on) revealed.add(current);
  else revealed.delete(current);
  stage.lines.toggleAttribute("hidden", !on);
  element("legend").hidden = !on;
  element("overlay").setAttribute("aria-pressed", on);
  element("mode").textContent = on ? "Overlay" : "Original";
}

function mark() {
  for (const row of element("candidates").tBodies[0].rows) {
    const is = (candidate) => Boolean(candidate) && Number(row.dataset.candidate) === candidate.id;
    row.classList.toggle("chosen", is(stage.chosen));
    row.classList.toggle("pointed", is(stage.pointed));
    row.querySelector("[aria-expanded]")?.setAttribute("aria-expanded", is(stage.chosen));
  }
  stage.drawLines();
}

function point(candidate) {
  stage.pointed = candidate;
  mark();
}

function choose(candidate) {
  stage.chosen = candidate;
  showOverlay(true);
  stage.reveal(candidate);
  mark();
  // The card first, then its row: where not both fit, the row is seen.
  const rows = [...element("candidates").querySelectorAll("tr.chosen")];
  for (const row of rows.reverse()) row.scrollIntoView({ block: "nearest" });
  announce(`Candidate ${candidate.id}, ${candidate.kind}, ${candidate.tier}`);
}

function chooseNext(step) {
  const { candidates } = report.images[current];
  if (!candidates.length) return;
  const before = candidates.indexOf(stage.chosen);
  const next = before < 0 ? (step > 0 ? 0 : candidates.length - 1) : before + step;
  choose(candidates[(next + candidates.length) % candidates.length]);
}

function toggleOverlay() {
  showOverlay(!revealed.has(current));
  announce(revealed.has(current) ? "Overlay on" : "Original");
}

function toggleInvert() {
  const on = element("picture").classList.toggle("inverted");
  element("invert").setAttribute("aria-pressed", on);
}

function showView(name) {
  for (const view of ["desk", "summary"]) {
    element(view).hidden = view !== name;
    element(`to-${view}`).setAttribute("aria-pressed", view === name);
  }
  if (name === "summary") element("summary").focus({ preventScroll: true });
}

function toggleSummary() {
  if (element("desk").hidden && report.images.length) open(Math.max(current, 0));
  else showView("summary");
}

function announce(words) {
  element("announce").textContent = words;
}

function sortBy(header) {
  const now = header.getAttribute("aria-sort");
  const falling = now ? now === "ascending" : header.dataset.first === "descending";
  for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", falling ? "descending" : "ascending");
  const key = (row) => row.cells[header.cellIndex].dataset.sort;
  const numeric = header.classList.contains("number");
  const order = (a, b) => (numeric ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b)));
  const body = header.closest("table").tBodies[0];
  body.append(...[...body.rows].sort((a, b) => (falling ? order(b, a) : order(a, b))));
}

const onDesk = {
  j: () => open(current + 1),
  k: () => open(current - 1),
  o: toggleOverlay,
  i: toggleInvert,
  n: () => chooseNext(1),
  p: () => chooseNext(-1),
  "+": () => stage.zoomBy(1.25, ...stage.middle()),
  "=": () => stage.zoomBy(1.25, ...stage.middle()),
  "-": () => stage.zoomBy(0.8, ...stage.middle()),
  0: () => stage.fit(),
};
const arrows = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || element("keys").open) return;
  const key = event.key.toLowerCase();
  const arrow = event.target === stage.box && arrows[event.key];
  const action = key === "s" ? toggleSummary
    : key === "?" ? () => element("keys").showModal()
    : element("desk").hidden ? undefined
    : arrow ? () => stage.moveBy(...arrow)
    : onDesk[key];
  if (!action) return;
  event.preventDefault();
  action();
});

for (const [id, action] of Object.entries({
  previous: onDesk.k, next: onDesk.j, overlay: toggleOverlay, invert: toggleInvert, fit: onDesk[0],
  "zoom-in": onDesk["+"], "zoom-out": onDesk["-"],
  "to-desk": () => open(Math.max(current, 0)),
  "to-summary": () => showView("summary"),
  "to-keys": () => element("keys").showModal(),
})) element(id).addEventListener("click", action);
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => open(Number(button.dataset.open)));
}
for (const button of document.querySelectorAll("#summary th button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}
addEventListener("beforeprint", () => {
  document.body.classList.add("printing");
  stage.fit();
});
addEventListener("afterprint", () => {
  document.body.classList.remove("printing");
  stage.fit();
});

stage.onchoose = choose;
if (report.images.length) open(0);
else {
  element("to-desk").disabled = true;
  showView("summary");
}
document.documentElement.dataset.ready = "yes";
