// What the image could show: sentences, a table, a map and the measured quality. Its words come from page_limit.py.

function tableRow(words, cell) {
  const row = made("tr");
  row.append(...words.map((word, index) => made(cell, word, index > 0 ? "number" : undefined)));
  return row;
}

// Kind and place stand once, above the rows that share them.
function tableRows([head, ...rows]) {
  const all = [tableRow(head.slice(1), "th")];
  let before = "";
  for (const [place, ...words] of rows) {
    if (place !== before) {
      const title = made("tr", undefined, "place");
      const cell = made("td", place);
      cell.colSpan = words.length;
      title.append(cell);
      all.push(title);
      before = place;
    }
    all.push(tableRow(words, "td"));
  }
  return all;
}

function keyOf(map) {
  return [made("span", map.low), made("span", undefined, "ramp"), made("span", map.high),
    made("span", undefined, "unreached"), made("span", map.unreached), made("span", map.caption)];
}

function fillCouldShow(shown, picture) {
  element("could-show").hidden = !shown;
  if (!shown) return;
  element("could-show-words").replaceChildren(...shown.sentences.map((words) => made("p", words)));
  element("could-show-table").hidden = !shown.table.length;
  if (shown.table.length) element("could-show-table").replaceChildren(...tableRows(shown.table));
  element("could-show-notes").replaceChildren(...shown.notes.map((words) => made("p", words)));
  element("could-show-figure").hidden = !shown.map;
  if (shown.map) {
    element("could-show-map").src = picture;
    element("could-show-map").alt = shown.map.caption;
    element("could-show-key").replaceChildren(...keyOf(shown.map));
  }
  element("quality").replaceChildren(...shown.quality.flatMap(([name, words]) => [made("dt", name), made("dd", words)]));
}
