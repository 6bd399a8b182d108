// The panel: the candidates with their verdicts and cards, what the image could show, what is known of it.

const COLUMNS = 6;
const WHY_KEPT = "microcal-desk-why";

class Panel {
  // `desk` answers: choose, point, judge, setReason, setComment, setKind, edit, redraw, putBack, clear.
  constructor(desk) {
    this.desk = desk;
    this.body = element("candidates").tBodies[0];
    desk.marks.bumps.onchoose = (bump) => chooseBump(desk, bump);
  }

  fill(image, name) {
    const words = says(image);
    element("file").replaceChildren(...breakable(name));
    element("image-cautions").replaceChildren(...words.cautions.map((sentence) => made("li", `${sentence}.`)));
    element("facts").replaceChildren(...words.facts.flatMap(([fact, value]) => [made("dt", fact), made("dd", value)]));
    this.desk.marks.bumps.chosen = null;
    fillBumps(this.desk, image);
    fillCouldShow(words.could_show, image.limit_map);
    element("spacing-sentence").textContent = words.spacing_sentence;
  }

  fillLines(image, lines, chosen) {
    element("candidate-title").textContent = text("list.title", { count: image.candidates.length });
    element("no-candidates").textContent = text(says(image).could_show ? "list.none" : "list.no_limit");
    element("no-candidates").hidden = image.candidates.length > 0;
    element("candidates").hidden = lines.length === 0;
    element("candidate-hint").hidden = lines.length === 0 || chosen !== null;
    const scale = evidenceScale(image.candidates);
    this.body.replaceChildren(...lines.flatMap((line) => this.rows(line, line.line === chosen, scale)));
  }

  rows(line, chosen, scale) {
    const { desk } = this;
    const rows = [this.mainRow(line, chosen)];
    if (chosen) rows.push(wideRow(this.judgeCard(line), "judge"));
    const cautions = line.says?.cautions ?? [];
    if (cautions.length) rows.push(wideRow(`${cautions.join(text("list.joined"))}.`, "note"));
    if (chosen && (line.says?.measured || line.terms)) rows.push(wideRow(this.whyCard(line, scale), "why"));
    for (const row of rows) {
      row.dataset.line = line.line;
      row.classList.toggle("chosen", chosen);
      row.addEventListener("click", () => desk.choose(line));
      row.addEventListener("pointerenter", () => desk.point(line));
      row.addEventListener("pointerleave", () => desk.point(null));
    }
    return rows;
  }

  mainRow(line, chosen) {
    const { desk } = this;
    const row = made("tr", undefined, line.kind);
    if (!line.own) {
      const contrast = line.contrast_sd === null ? "\u2013" : fixed(line.contrast_sd, 1);
      row.title = text("list.score", { score: local(String(line.score)), contrast });
    }
    const number = button(line.number, "", () => desk.choose(line));
    number.className = "number-mark";
    number.setAttribute("aria-label", text(line.own ? "list.show_own" : "list.show", { number: line.number }));
    number.setAttribute("aria-expanded", chosen);
    number.addEventListener("focus", () => desk.point(line));
    number.addEventListener("blur", () => desk.point(null));
    const first = made("td");
    first.append(number);
    const kind = made("td", text(`kind_short.${line.kind}`));
    kind.append(made("small", line.own ? text("stage.own") : text(`tier.${line.tier}`)));
    if (line.moved) kind.append(made("small", text("list.moved")));
    row.append(first, kind);
    row.append(...(line.own ? ownCells(line) : candidateCells(line)), verdictCell(line.state));
    return row;
  }

  judgeCard(line) {
    const { desk } = this;
    const card = made("div", undefined, "judge-card");
    if (line.own) card.append(this.kindSwitch(line));
    else card.append(this.verdictSwitch(line), this.reasonField(line));
    const comment = made("textarea");
    comment.id = "comment";
    comment.rows = 1;
    comment.maxLength = MOST_COMMENT;
    comment.placeholder = `${text("judge.comment")} (C)`;
    comment.title = text("judge.comment_hint");
    comment.setAttribute("aria-label", text("judge.comment"));
    comment.value = line.state.comment;
    comment.addEventListener("change", () => desk.setComment(line, comment.value));
    const actions = made("div", undefined, "row");
    actions.append(button(text("judge.edit"), "E", () => desk.edit(line)), button(text("judge.redraw"), "", () => desk.redraw(line)));
    if (line.own) actions.append(button(text("judge.remove"), text("keys.delete"), () => desk.putBack(line)));
    else if (line.moved) actions.append(button(text("judge.original"), text("keys.delete"), () => desk.putBack(line)));
    card.append(comment, actions);
    return card;
  }

  // Open or closed as the reader left it, for all candidates.
  whyCard(line, scale) {
    const card = made("details");
    card.open = kept.get(WHY_KEPT) !== "closed";
    // Not its "toggle" event, which comes a task later: the next key would find the old state.
    const summary = made("summary", text("list.why"));
    summary.addEventListener("click", () => kept.set(WHY_KEPT, card.open ? "closed" : "open"));
    card.append(summary);
    if (line.terms) card.append(evidenceCard(line, line.says.evidence, scale));
    if (line.says.measured) card.append(measuredCard(line.says.measured, line.plot));
    return card;
  }

  verdictSwitch(line) {
    const group = made("div", undefined, "verdicts");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", text("judge.title"));
    for (const [verdict, sign] of Object.entries(VERDICTS)) {
      const node = button(`${sign} ${text(`judge.${verdict}`)}`, verdict[0].toUpperCase(), () => this.desk.judge(line, verdict));
      node.dataset.verdict = verdict;
      node.setAttribute("aria-pressed", line.state.verdict === verdict);
      group.append(node);
    }
    return group;
  }

  reasonField(line) {
    const select = made("select");
    select.id = "reason";
    select.setAttribute("aria-label", text("judge.reason"));
    select.disabled = !line.state.verdict;
    const option = (value, words) => Object.assign(made("option", words), { value });
    select.append(option("", text("judge.no_reason")), ...REASONS.map((reason) => option(reason, text(`reason.${reason}`))));
    select.value = line.state.reason ?? "";
    select.addEventListener("change", () => this.desk.setReason(line, select.value || null));
    const row = made("div", undefined, "row");
    const clear = button(text("judge.clear"), "X", () => this.desk.clear(line));
    clear.disabled = !line.state.verdict;
    row.append(select, clear);
    return row;
  }

  kindSwitch(line) {
    const group = made("div", undefined, "verdicts kinds");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", text("list.kind"));
    for (const kind of KINDS) {
      const node = button(text(`kind_short.${kind}`), "", () => this.desk.setKind(line, kind));
      node.setAttribute("aria-pressed", line.kind === kind);
      group.append(node);
    }
    return group;
  }

  mark(chosen, pointed) {
    for (const row of this.body.rows) row.classList.toggle("pointed", row.dataset.line === pointed);
    // Where to judge first, then the row: where not both fit, the row is seen. The evidence is scrolled to by
    // who wants it, so that the list of candidates stays where it was.
    const rows = chosen ? this.body.querySelectorAll("tr.chosen:not(.why, .note)") : [];
    for (const row of [...rows].reverse()) row.scrollIntoView({ block: "nearest" });
  }
}

function wideRow(content, className) {
  const row = made("tr", undefined, className);
  const cell = made("td");
  cell.colSpan = COLUMNS;
  cell.append(content);
  row.append(cell);
  return row;
}

// An unknown length is a dash that says why, with the pixels below.
function sizeCell(mm, px, digits) {
  const cell = made("td", undefined, "number");
  if (mm !== null) {
    cell.textContent = fixed(mm, digits);
    return cell;
  }
  const dash = made("span", "\u2013");
  dash.title = text("list.spacing_unknown");
  cell.append(dash);
  if (px !== null) cell.append(made("small", `${fixed(px, digits - 1)} px`));
  return cell;
}

function candidateCells(line) {
  const width = line.says.measured
    ? made("td", line.says.measured.width, "number")
    : sizeCell(line.width_mm, line.width_px, 2); // the line's own width, the blur taken away, where it was measured
  const { angle_to_bone_deg: angle } = line;
  const angleCell = made("td", angle === null ? "\u2013" : fixed(angle, 0), "number");
  if (angle === null) angleCell.title = text("list.angle_unknown");
  return [line.moved ? lengthCell(line) : sizeCell(line.length_mm, line.length_px, 1), width, angleCell];
}

const ownCells = (line) => [lengthCell(line), made("td", "", "number"), made("td", "", "number")];

// The length of a line that the reader drew or moved, along its points.
function lengthCell({ path, image }) {
  const { row_size: high, column_size: wide, mm } = image;
  const steps = path.slice(1).map((point, i) => Math.hypot((point[0] - path[i][0]) * high, (point[1] - path[i][1]) * wide));
  const length = steps.reduce((sum, step) => sum + step, 0);
  return sizeCell(mm === null ? null : length * mm, length, 1);
}

const VERDICT_WORDS = { accept: "judge.accepted", reject: "judge.rejected", unsure: "judge.unsure_done" };
const verdictWords = ({ verdict }) => text(verdict ? VERDICT_WORDS[verdict] : "list.not_judged");

function verdictCell(state) {
  const cell = made("td", undefined, "verdict");
  const sign = made("span", VERDICTS[state.verdict] ?? "\u00b7", state.verdict ?? "open");
  sign.title = verdictWords(state);
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", verdictWords(state));
  cell.append(sign);
  return cell;
}
