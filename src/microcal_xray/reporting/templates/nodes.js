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

function button(words, key, action) {
  const node = made("button", words);
  node.type = "button";
  if (key) {
    node.append(" ", made("kbd", key));
    node.setAttribute("aria-keyshortcuts", key);
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
