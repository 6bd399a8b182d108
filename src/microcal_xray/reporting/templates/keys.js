// Keys and buttons.

function bindKeys(desk) {
  const { stage } = desk;
  const middle = () => {
    const line = desk.marks.lines.find(({ line: key }) => key === desk.marks.chosen);
    const path = line && stage.onScreen(line.path);
    return path ? path[path.length >> 1] : [stage.paneWidth / 2, stage.paneHeight / 2];
  };
  const focus = (id) => element(id)?.focus();
  const toggle = (id, isOn) => () => element(id).setAttribute("aria-pressed", isOn());
  const onDesk = {
    j: () => desk.open(desk.index.neighbour(desk.current, 1)),
    k: () => desk.open(desk.index.neighbour(desk.current, -1)),
    n: () => desk.chooseNext(1),
    p: () => desk.chooseNext(-1),
    a: () => desk.judge(desk.chosenLine(), "accept"),
    r: () => desk.judge(desk.chosenLine(), "reject"),
    u: () => desk.judge(desk.chosenLine(), "unsure"),
    x: () => desk.clear(desk.chosenLine()),
    q: () => focus("reason"),
    c: () => focus(element("comment") ? "comment" : "image-comment"),
    l: () => desk.add(),
    e: () => desk.edit(desk.chosenLine()),
    delete: () => desk.putBack(desk.chosenLine()),
    g: () => desk.going.undecided(),
    d: () => desk.going.done(),
    z: () => desk.undo(),
    y: () => desk.redo(),
    o: () => desk.toggleOverlay(),
    s: () => desk.toggleSide(),
    h: () => desk.toggleLimit(),
    i: () => stage.invert(),
    w: () => stage.resetWindow(),
    v: () => {
      desk.pointer.windowing = !desk.pointer.windowing;
      stage.box.classList.toggle("window-tool", desk.pointer.windowing);
      toggle("window", () => desk.pointer.windowing)();
    },
    m: () => {
      desk.lens.toggle();
      toggle("lens-button", () => desk.lens.on)();
    },
    f: () => stage.oneToOne(...middle()),
    "+": () => stage.zoomBy(1.25, ...middle()),
    "=": () => stage.zoomBy(1.25, ...middle()),
    "-": () => stage.zoomBy(0.8, ...middle()),
    0: () => stage.fit(),
    ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => [number, () => desk.chooseNumber(String(number))])),
  };
  const arrows = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  const windows = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.05], ArrowDown: [0, 0.05] };
  const everywhere = { t: () => toggleSummary(desk), "?": () => element("keys").showModal() };

  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (isWriting(event.target)) {
      if (event.key === "Escape" || (event.key === "Enter" && event.ctrlKey)) event.target.blur();
      return;
    }
    const onView = !element("desk").hidden;
    if (event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      const action = onView && { z: onDesk.z, y: onDesk.y }[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
      return;
    }
    if (onView && desk.drawing.key(event)) {
      event.preventDefault();
      return;
    }
    const onStage = event.target === stage.box;
    const key = event.key.toLowerCase();
    const action = everywhere[key] ?? (!onView ? undefined
      : event.key in windows && event.shiftKey ? () => stage.changeWindow(...windows[event.key])
      : key === "w" && event.shiftKey ? () => stage.windowHere()
      : event.key in arrows ? (onStage ? () => stage.moveBy(...arrows[event.key]) : undefined)
      : onDesk[key]);
    if (!action) return;
    event.preventDefault();
    action();
  });

  for (const [id, action] of Object.entries({
    previous: onDesk.k, next: onDesk.j, overlay: onDesk.o, side: onDesk.s, limit: onDesk.h, window: onDesk.v,
    reset: onDesk.w, here: () => stage.windowHere(), invert: onDesk.i, "lens-button": onDesk.m, "zoom-in": onDesk["+"], "zoom-out": onDesk["-"],
    zoom: onDesk.f, fit: onDesk[0], add: onDesk.l, undo: onDesk.z, redo: onDesk.y, done: onDesk.d,
    "to-desk": () => desk.open(Math.max(desk.current, 0)),
    "to-summary": () => showView("summary"),
    "to-keys": everywhere["?"],
    "to-record": () => {
      showCommands(desk);
      element("record").showModal();
    },
  })) element(id).addEventListener("click", action);
  element("image-comment").addEventListener("change", (event) => desk.setImageComment(event.target.value));
  element("filter").addEventListener("change", () => desk.open(desk.current));
}

const isWriting = (node) => /^(TEXTAREA|SELECT)$/.test(node.tagName) || (node.tagName === "INPUT" && node.type !== "file");

function showView(name) {
  for (const view of ["desk", "summary"]) {
    element(view).hidden = view !== name;
    element(`to-${view}`).setAttribute("aria-pressed", view === name);
  }
  element("skip").href = name === "summary" ? "#summary" : "#stage";
  if (name === "summary") element("summary").focus({ preventScroll: true });
}

function toggleSummary(desk) {
  if (element("desk").hidden && desk.images.length) desk.open(Math.max(desk.current, 0));
  else showView("summary");
}
