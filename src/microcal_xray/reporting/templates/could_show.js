// What the image could show: sentences, a table, a map and the measured quality. Its words come from page_limit.py.

function tableRow(words, cell) {
  const row = made("tr");
  row.append(...words.map((word, index) => made(cell, word, index > 2 ? "number" : undefined)));
  return row;
}

function keyOf(map) {
  return [made("span", map.low), made("span", undefined, "ramp"), made("span", map.high),
    made("span", undefined, "unreached"), made("span", map.unreached), made("span", map.caption)];
}

function fillCouldShow(shown) {
  element("could-show").hidden = !shown;
  if (!shown) return;
  element("could-show-words").replaceChildren(...shown.sentences.map((words) => made("p", words)));
  const [head, ...rows] = shown.table;
  element("could-show-table").parentElement.hidden = !head;
  if (head) element("could-show-table").replaceChildren(tableRow(head, "th"), ...rows.map((words) => tableRow(words, "td")));
  element("could-show-figure").hidden = !shown.map;
  if (shown.map) {
    element("could-show-map").src = shown.map.picture;
    element("could-show-map").alt = shown.map.caption;
    element("could-show-key").replaceChildren(...keyOf(shown.map));
  }
  element("quality").replaceChildren(...shown.quality.flatMap(([name, words]) => [made("dt", name), made("dd", words)]));
}
