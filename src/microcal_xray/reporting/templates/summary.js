// The summary is written by page_summary.py in every language; here its tables are sorted and its rows open.

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

function beginSummary(open) {
  for (const each of document.querySelectorAll("#summary [data-open]")) {
    each.addEventListener("click", () => open(Number(each.dataset.open)));
  }
  for (const each of document.querySelectorAll("#summary th button")) {
    each.addEventListener("click", () => sortBy(each.closest("th")));
  }
}
