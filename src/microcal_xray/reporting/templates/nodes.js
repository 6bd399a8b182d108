// How nodes are made. All foreign text goes through textContent.

const SVG = "http://www.w3.org/2000/svg";

function made(name, words, className) {
  const node = document.createElement(name);
  if (words !== undefined) node.textContent = words;
  if (className) node.className = className;
  return node;
}

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

// A file name that may be broken where its parts meet.
function breakable(name) {
  return name.split(/(?<=[_/-])|(?=\.[^.]*$)/).flatMap((part) => [part, made("wbr")]).slice(0, -1);
}

function button(words, key, action) {
  const node = made("button", words);
  node.type = "button";
  if (key) {
    node.append(" ", made("kbd", key));
    node.setAttribute("aria-keyshortcuts", key === text("keys.delete") ? "Delete" : key);
  }
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    action();
  });
  return node;
}

function announce(words) {
  element("announce").textContent = words;
}

const NOTE_MS = 4500;
let noteEnds;

// Said aloud, and shown on the stage for a moment: what a key did, or why it did nothing.
function tell(words) {
  announce(words);
  const note = element("note");
  note.textContent = words;
  note.hidden = false;
  clearTimeout(noteEnds);
  noteEnds = setTimeout(() => { note.hidden = true; }, NOTE_MS);
}
