"use strict";
// The words of the page: one catalogue for each language, chosen by the reader, the command or the browser.

const element = (id) => document.getElementById(id);
const report = JSON.parse(element("report-data").textContent);
const catalogues = JSON.parse(element("desk-words").textContent);

// What the browser keeps between visits; in private windows and notebooks it keeps nothing.
const kept = {
  get(name) {
    try { return localStorage.getItem(name); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem(name, value); return true; } catch { return false; }
  },
  remove(name) {
    try { localStorage.removeItem(name); } catch { /* nothing was kept */ }
  },
  names() {
    try { return Object.keys(localStorage); } catch { return []; }
  },
};
const LANGUAGE_KEPT = "microcal-desk-language";
let language = firstLanguage();

function firstLanguage() {
  const asked = [report.language, kept.get(LANGUAGE_KEPT), ...(navigator.languages ?? []).map((each) => each.slice(0, 2))];
  return asked.find((each) => Object.hasOwn(catalogues, each)) ?? "en";
}

function text(key, values) {
  const words = catalogues[language][key];
  return values ? words.replace(/\{(\w+)\}/g, (_, name) => values[name]) : words;
}

// One in English; from 0 to under 2 in French. The same rule as words/catalogue.py.
function counted(key, count, values) {
  const single = language === "en" ? count === 1 : Math.abs(count) < 2;
  return text(`${key}.${single ? "one" : "other"}`, { count, ...values });
}

const local = (number) => number.replace("-", "\u2212").replace(".", text("decimal"));
const fixed = (value, digits) => local(value.toFixed(digits));
const whole = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
const says = (image) => image.says[language];

const ATTRIBUTES = { title: "title", label: "aria-label", placeholder: "placeholder" };

function putWords(root) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-words]")) node.textContent = text(node.dataset.words);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const node of root.querySelectorAll(`[data-${name}]`)) node.setAttribute(attribute, text(node.dataset[name]));
  }
  // Where a button has a key, its hint says so, also where there is no room for it on the button.
  for (const node of root.querySelectorAll("[data-title][aria-keyshortcuts]")) {
    const keys = node.getAttribute("aria-keyshortcuts").replace("Shift", text("keys.shift"));
    node.title = `${text(node.dataset.title)} (${keys})`;
  }
  for (const node of root.querySelectorAll(".in-language")) node.hidden = node.lang !== language;
}
