// The start: words, colours, the record, then the first image that is not done.

const THEME_KEPT = "microcal-desk-theme";

// Blocks stand behind the script, so that the first image is shown while the others still arrive.
function blockOf(id) {
  const found = element(id);
  // A later node must be there: until then the block may not be whole.
  if (found && (found.nextElementSibling || document.readyState !== "loading")) return Promise.resolve(found.textContent);
  if (document.readyState !== "loading") return Promise.reject(new Error(`${id} is missing`));
  return new Promise((resolve) => setTimeout(resolve, 20)).then(() => blockOf(id));
}

function arrived() {
  return document.readyState !== "loading" ? Promise.resolve()
    : new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

// The server writes its block wherever it likes, so a page from a server is waited for.
async function serverBlock() {
  if (!element("desk-server") && /^https?:$/.test(location.protocol)) await arrived();
  const block = element("desk-server");
  return block ? JSON.parse(block.textContent) : null;
}

function beginLanguages(desk) {
  const names = Object.keys(catalogues);
  const buttons = names.map((name) => {
    const node = button(name.toUpperCase(), "", () => {
      language = name;
      kept.set(LANGUAGE_KEPT, name);
      mark();
      desk.speak();
    });
    node.lang = name;
    node.title = catalogues[name].language;
    return node;
  });
  const mark = () => buttons.forEach((node, i) => node.setAttribute("aria-pressed", names[i] === language));
  element("languages").replaceChildren(...buttons);
  mark();
}

function beginTheme() {
  const root = document.documentElement;
  const preferred = () => (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  root.dataset.theme = kept.get(THEME_KEPT) === "light" || kept.get(THEME_KEPT) === "dark" ? kept.get(THEME_KEPT) : preferred();
  element("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "light" ? "dark" : "light";
    kept.set(THEME_KEPT, root.dataset.theme);
  });
}

// What makes tables of a downloaded record; nothing of it is needed where a server keeps the decisions.
function showCommands(desk) {
  element("record-next").hidden = Boolean(desk.server);
  const name = desk.record.reader ? "" : ` --reader ${text("record.next.name")}`;
  element("record-commands").textContent =
    `microcal review OUT --import ${desk.keeper.recordName()}${name}\nmicrocal review OUT --export csv`;
}

function beginRecord(desk) {
  const reader = element("reader");
  desk.record.reader = desk.server ? desk.server.reader : (kept.get(READER_KEPT) ?? "").slice(0, 64);
  reader.value = desk.record.reader;
  reader.readOnly = Boolean(desk.server);
  reader.addEventListener("change", () => {
    desk.record.reader = reader.value.trim();
    kept.set(READER_KEPT, desk.record.reader);
    showCommands(desk);
  });
  const firstLook = element("first-look");
  firstLook.value = desk.overlayFirst ? "on" : "off";
  firstLook.addEventListener("change", () => {
    kept.set(FIRST_LOOK_KEPT, firstLook.value);
    if (desk.image) desk.showLayers();
  });
  element("download").addEventListener("click", () => desk.keeper.download());
  element("load").addEventListener("click", () => element("load-file").click());
  element("load-file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) element("record-news").textContent = await loadedWords(desk, file);
    reader.value = desk.record.reader;
  });
}

async function loadedWords(desk, file) {
  try {
    if (file.size > LARGEST_RECORD) return text("record.refused", { why: text("record.why.size") });
    const { taken, skipped } = desk.keeper.load(await file.text(), desk.byFile);
    return text("record.loaded", { count: taken, skipped });
  } catch (error) {
    if (!(error instanceof RefusedRecord)) throw error;
    return text("record.refused", { why: error.message });
  }
}

function beginPrinting(desk) {
  addEventListener("beforeprint", () => {
    document.body.classList.add("printing");
    desk.stage.resized();
    desk.stage.fit();
    if (desk.image) desk.stage.drawNow();
  });
  addEventListener("afterprint", () => {
    document.body.classList.remove("printing");
    desk.stage.resized();
    desk.stage.fit();
  });
}

const SERVER_WAIT_MS = 2000;

let desk;

async function start() {
  beginTheme();
  putWords(document);
  desk = new Desk(report.images, await serverBlock());
  desk.index.setNames((index) => desk.nameOf(index));
  beginLanguages(desk);
  beginRecord(desk);
  bindKeys(desk);
  beginSummary((index) => desk.open(index));
  beginPrinting(desk);
  // The first image that is not done is known once the server has answered; one that does not is not waited for.
  await Promise.race([desk.keeper.begin(desk.byFile), new Promise((go) => setTimeout(go, SERVER_WAIT_MS))]);
  const first = desk.order.find((index) => !desk.record.state(desk.images[index], "").done) ?? desk.order[0];
  desk.changed();
  if (first === undefined) {
    element("to-desk").disabled = true;
    showView("summary");
  } else await desk.open(first);
  document.documentElement.dataset.ready = "yes";
}

start();
