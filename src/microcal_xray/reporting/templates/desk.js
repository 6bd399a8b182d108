// The desk: which image, what is shown of it, which line, and what the reader decides.

const FIRST_LOOK_KEPT = "microcal-desk-first-look";
const UNPACKED_AT_ONCE = 3; // images kept unpacked: each may take 30 MB

class Desk {
  constructor(images, server) {
    this.images = images;
    this.server = server;
    this.current = -1;
    this.revealed = new Map(); // image -> whether its overlay is on, once the reader said so
    this.lastKind = "lucent";
    this.unpacked = new Map(); // image -> promise of its pixels, the last ones used
    this.windows = new Map(); // image -> its window
    this.stage = new Stage();
    this.pointer = new Pointer(this.stage);
    this.lens = new Lens(this.stage, this.pointer);
    this.marks = new Marks(this.stage);
    this.drawing = new Drawing(this.stage, this.pointer, this.marks);
    this.record = new DecisionRecord();
    this.keeper = new Keeper(this.record, server);
    this.clock = new Clock();
    this.panel = new Panel(this);
    this.going = new Going(this);
    this.byFile = new Map(images.map((image) => [image.file, image]));
    this.order = this.firstOrder();
    this.index = new Index(images, this.order, (index) => this.open(index));
    this.stage.onframe = () => {
      this.marks.draw();
      this.lens.draw();
    };
    this.stage.onwindow = () => this.showReadout();
    this.pointer.onmove = () => {
      this.lens.draw();
      this.showTwin();
      this.showReadout();
    };
    this.marks.onchoose = (line) => this.choose(line);
    this.drawing.onend = (line, path) => this.drawn(line, path);
    this.record.onchange = () => this.changed();
    this.keeper.onstate = (state, count) => {
      element("saved").textContent = text(`record.${state}`, { count });
      element("saved").dataset.state = state;
    };
  }

  get image() {
    return this.images[this.current];
  }

  firstOrder() {
    const all = this.images.map((_, index) => index);
    if (!this.server?.order) return all;
    const places = new Map(this.server.order.map((file, place) => [file, place]));
    const asked = all.filter((index) => places.has(this.images[index].file));
    return asked.sort((a, b) => places.get(this.images[a].file) - places.get(this.images[b].file));
  }

  // Blinded: a file name can tell what was found elsewhere.
  nameOf(index) {
    return this.server?.blinded
      ? text("desk.image_number", { number: this.order.indexOf(index) + 1 })
      : this.images[index].file;
  }

  get overlayFirst() {
    const mine = kept.get(FIRST_LOOK_KEPT);
    return mine ? mine === "on" : report.overlay_at_first;
  }

  // Whether marks are on the screen: what is logged with each decision.
  get overlayVisible() {
    return this.stage.twin || this.overlayOn;
  }

  get overlayOn() {
    return this.revealed.get(this.image) ?? this.overlayFirst;
  }

  async open(index) {
    if (index === undefined || index < 0 || index >= this.images.length) return;
    if (this.drawing.mode) this.drawing.end(false);
    showView("desk");
    const again = index === this.current;
    if (!again) {
      if (this.image && this.stage.window) this.windows.set(this.image, this.stage.window);
      this.current = index;
      this.marks.chosen = this.marks.pointed = null;
      this.clock.look(this.image.file, "");
    }
    const { image } = this;
    this.panel.fill(image, this.nameOf(index));
    this.changed();
    if (!again) element("findings").scrollTop = 0;
    this.index.mark(index);
    const place = this.order.indexOf(index);
    element("place").textContent = says(image).place;
    element("position").textContent = `${place + 1} / ${this.order.length}`;
    element("previous").disabled = this.index.neighbour(index, -1) === undefined;
    element("next").disabled = this.index.neighbour(index, 1) === undefined;
    this.showLayers();
    const description = text("stage.description", {
      file: this.nameOf(index), candidates: counted("count.candidate", image.candidates.length),
    });
    element("stage").setAttribute("aria-label", description);
    announce(`${description}. ${text(this.overlayVisible ? "stage.overlay" : "stage.original")}.`);
    if (!again) await this.showPixels(index);
  }

  async showPixels(index) {
    const { image } = this;
    this.stage.waiting = true;
    this.stage.window = this.windows.get(image) ?? null;
    const waiting = setTimeout(() => this.stage.show(image, null), 60); // no flash where it is quick
    const preparing = element("preparing");
    preparing.textContent = text("stage.preparing");
    preparing.hidden = false;
    try {
      const pixels = await this.pixelsOf(index);
      clearTimeout(waiting);
      if (this.image !== image) return; // the reader went on
      this.stage.fitted = true;
      this.stage.show(image, pixels);
      preparing.hidden = true;
      document.documentElement.dataset.shown = index;
      this.unpackAhead(index);
    } catch {
      clearTimeout(waiting);
      if (this.image !== image) return;
      this.unpacked.delete(image);
      this.stage.show(image, null);
      preparing.textContent = text("stage.broken");
    }
  }

  pixelsOf(index) {
    const image = this.images[index];
    const before = this.unpacked.get(image);
    const pixels = before ?? blockOf(`pixels-${index}`).then((base64) =>
      image.full_depth ? unpacked(bytesOf(base64)) : unpackedJpeg(base64));
    this.unpacked.delete(image);
    this.unpacked.set(image, pixels); // the last one used is last
    for (const old of this.unpacked.keys()) {
      if (this.unpacked.size > UNPACKED_AT_ONCE) this.unpacked.delete(old);
    }
    return pixels;
  }

  // The next image is unpacked while this one is read.
  unpackAhead(index) {
    const next = this.index.neighbour(index, 1);
    if (next === undefined) return;
    const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 200));
    later(() => {
      if (this.current === index) this.pixelsOf(next).then(() => this.pixelsOf(index)).catch(() => {});
    });
  }

  // All images are done, and the decisions are in this browser alone.
  get isFinished() {
    return !this.server && this.images.length > 0 && this.images.every((image) => this.record.state(image, "").done);
  }

  lines() {
    return linesOf(this.image, this.record);
  }

  // After every decision: list, marks, buttons and progress say the same.
  changed() {
    const { image } = this;
    this.index.update((index) => progressOf(this.images[index], this.record));
    element("record-count").textContent = counted("record.events", this.record.events.length);
    element("to-record").classList.toggle("main", this.isFinished);
    this.keeper.state();
    if (!image) return;
    const lines = this.lines();
    if (!lines.some(({ line }) => line === this.marks.chosen)) this.marks.chosen = null;
    this.marks.lines = lines;
    const focused = document.activeElement?.id;
    this.panel.fillLines(image, lines, this.marks.chosen);
    if (focused === "reason" || focused === "comment") element(focused)?.focus({ preventScroll: true });
    this.showLegend();
    const { done, comment } = this.record.state(image, "");
    element("done").setAttribute("aria-pressed", done);
    element("done-words").textContent = text(done ? "judge.reopen" : "judge.done");
    if (document.activeElement !== element("image-comment")) element("image-comment").value = comment;
    element("undo").disabled = this.record.past.length === 0;
    element("redo").disabled = this.record.future.length === 0;
    this.stage.draw();
  }

  showLayers() {
    this.marks.visible = this.overlayVisible;
    element("overlay").setAttribute("aria-pressed", this.overlayOn);
    element("side").setAttribute("aria-pressed", this.stage.twin);
    element("mode").textContent = text(this.overlayVisible ? "stage.overlay" : "stage.original");
    const layer = this.image?.limit_layer;
    element("limit").disabled = !layer;
    element("limit").setAttribute("aria-pressed", Boolean(this.limitOn && layer));
    element("limit-picture").hidden = !(this.limitOn && layer);
    if (this.limitOn && layer) element("limit-picture").src = layer.picture;
    this.showLegend();
    this.stage.draw();
  }

  showLegend() {
    const limit = this.limitOn && says(this.image).could_show?.map;
    const bumps = this.overlayVisible && this.image ? bumpLegend(this.image) : [];
    const lines = this.overlayVisible && this.marks.lines.length > 0;
    element("legend").hidden = !(limit || lines || bumps.length);
    element("legend").replaceChildren(
      ...(lines ? legendItems(this.marks.lines.some(({ own }) => own)) : []), ...bumps, ...(limit ? [limitKey(limit)] : []));
  }

  showOverlay(on) {
    this.revealed.set(this.image, on);
    this.showLayers();
  }

  toggleOverlay() {
    this.showOverlay(!this.overlayOn);
    announce(text(this.overlayOn ? "stage.overlay" : "stage.original"));
  }

  toggleSide() {
    this.stage.setTwin(!this.stage.twin);
    this.showLayers();
  }

  toggleLimit() {
    this.limitOn = !this.limitOn;
    this.showLayers();
  }

  showTwin() {
    const place = this.stage.twin && this.pointer.last;
    element("twin").hidden = !place;
    if (!place) return;
    const x = place[0] + (place.right ? 0 : this.stage.paneWidth);
    element("twin").style.transform = `translate(${x}px, ${place[1]}px)`;
  }

  showReadout() {
    if (this.image) fillReadout(this.stage, this.image, this.pointer.last);
  }

  point(line) {
    this.marks.pointed = line?.line ?? null;
    this.panel.mark(null, this.marks.pointed);
    this.stage.draw();
  }

  choose(line) {
    const again = this.marks.chosen === line.line;
    this.marks.chosen = line.line;
    if (!again || !this.overlayVisible) {
      this.showOverlay(true);
      this.clock.look(this.image.file, line.line);
      this.stage.reveal(line.path);
      this.changed();
      this.panel.mark(line.line, this.marks.pointed);
    }
    const values = { number: line.number, kind: text(`kind_short.${line.kind}`), verdict: verdictWords(line.state) };
    announce(line.own ? text("list.chosen_own", values) : text("list.chosen", { ...values, tier: text(`tier.${line.tier}`) }));
  }

  chooseNext(step) {
    const lines = this.lines();
    if (!lines.length) return;
    const before = lines.findIndex(({ line }) => line === this.marks.chosen);
    const next = before < 0 ? (step > 0 ? 0 : lines.length - 1) : before + step;
    this.choose(lines[(next + lines.length) % lines.length]);
  }

  chooseNumber(number) {
    const line = this.lines().find((each) => each.number === number);
    if (line) this.choose(line);
  }

  chosenLine() {
    const line = this.lines().find((each) => each.line === this.marks.chosen);
    if (!line) tell(text("judge.choose_first"));
    return line;
  }

  decide(line, change) {
    this.record.decide(this.image, line, change, this.log);
  }

  log = (image, line) => ({
    overlay_visible: this.overlayVisible, seconds: this.clock.taken(image.file, line),
  });

  judge(line, verdict) {
    if (!line || line.own) return;
    const { state } = line;
    this.decide(line.line, { verdict, reason: state.verdict === verdict ? state.reason : null });
    announce(verdictWords({ verdict }));
  }

  clear(line) {
    if (!line || line.own) return;
    this.decide(line.line, { verdict: null, reason: null });
    announce(verdictWords({ verdict: null }));
  }

  setReason(line, reason) {
    this.decide(line.line, { reason });
  }

  setComment(line, comment) {
    this.decide(line.line, { comment: comment.slice(0, MOST_COMMENT) });
  }

  setImageComment(comment) {
    this.decide("", { comment: comment.slice(0, MOST_COMMENT) });
  }

  setKind(line, kind) {
    this.lastKind = kind;
    this.decide(line.line, { kind });
  }

  add() {
    this.drawing.begin("draw", null, null);
    announce(text("draw.started"));
    element("stage").focus({ preventScroll: true });
  }

  edit(line) {
    if (!line) return;
    this.drawing.begin("edit", line.line, line.path);
    announce(text("draw.editing"));
    element("stage").focus({ preventScroll: true });
  }

  redraw(line) {
    this.drawing.begin("draw", line.line, null);
    announce(text("draw.started"));
    element("stage").focus({ preventScroll: true });
  }

  drawn(line, path) {
    if (!path) {
      tell(text("draw.given_up"));
      this.changed();
      return;
    }
    const key = line ?? `own-${randomHex(12)}`;
    const own = isOwn(key);
    if (line) this.decide(key, { path });
    else this.decide(key, { path, kind: this.lastKind, present: true });
    announce(text(line ? "draw.moved" : "draw.added"));
    const shown = own && !line && this.lines().find((each) => each.line === key);
    if (shown) {
      this.marks.chosen = key;
      this.clock.look(this.image.file, key);
      this.changed();
      this.panel.mark(key, null);
    }
  }

  // An own line goes away, a moved candidate goes back to its own place.
  putBack(line) {
    if (!line) return;
    if (line.own) this.decide(line.line, { present: false });
    else if (line.moved) this.decide(line.line, { path: null });
  }

  undo() {
    this.stepped(this.record.undo(this.log), "judge.undone", "judge.nothing_to_undo");
  }

  redo() {
    this.stepped(this.record.redo(this.log), "judge.redone", "judge.nothing_to_redo");
  }

  // What was undone is shown: its image, and its line.
  async stepped(step, doneWords, nothingWords) {
    if (step) {
      await this.open(this.images.indexOf(this.byFile.get(step.image.file)));
      this.marks.chosen = step.line || this.marks.chosen;
      this.changed();
      this.panel.mark(this.marks.chosen, null);
    }
    tell(text(step ? doneWords : nothingWords));
  }

  speak() {
    putWords(document);
    this.index.setNames((index) => this.nameOf(index));
    if (this.image) this.open(this.current);
    else this.changed();
    this.showReadout();
    this.stage.draw();
  }
}
