// What was measured of the chosen candidate. Its words and paths come from page_measured.py.

function measuredCard(card) {
  const box = made("div", undefined, "measured");
  const list = made("dl");
  for (const [label, value, interval, meaning] of card.rows) {
    const name = made("dt");
    const words = made("abbr", label);
    words.title = meaning;
    name.append(words);
    const number = made("dd", value);
    if (interval) number.append(" ", made("small", `(${interval})`));
    list.append(name, number);
  }
  box.append(profilePlot(card.plot), list, ...card.notes.map((words) => made("p", words, "quiet")));
  return box;
}

function profilePlot({ wide, high, zero, band, mean, model, ends, words, meaning }) {
  const figure = made("figure");
  const plot = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${words}. ${meaning}` });
  plot.append(
    drawn("path", { class: "zero", d: `M0 ${zero}H${wide}M${wide / 2} 0V${high}` }),
    drawn("path", { class: "band", d: band }),
    drawn("path", { class: "model", d: model }),
    drawn("path", { class: "mean", d: mean }),
  );
  const caption = made("figcaption");
  const title = made("abbr", words);
  title.title = meaning;
  caption.append(made("span", ends[0]), title, made("span", ends[1]));
  figure.append(plot, caption);
  return figure;
}

function drawn(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
