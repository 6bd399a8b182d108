// The cards of the chosen candidate: why it stands where it stands, and what was measured of it.

// With a true minus, as wide as the plus.
function signed(value) {
  const digits = Math.abs(value).toFixed(1);
  if (Number(digits) === 0) return local("0.0");
  return (value < 0 ? "\u2212" : "+") + local(digits);
}

// One scale for all candidates of an image: bars can be compared from card to card.
function evidenceScale(candidates) {
  const values = candidates.flatMap(({ terms }) => (terms ? terms.map(([, value]) => value) : []));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  return { zero: (-low / span) * 100, perUnit: 100 / span };
}

function evidenceCard({ terms, strength }, words, scale) {
  const card = made("div", undefined, "evidence");
  const list = made("ul");
  list.append(...terms.map((term) => termItem(term, scale)));
  const total = made("p", undefined, "total");
  total.append(made("span", text("evidence.strength")), made("span", signed(strength), "number"));
  card.append(made("p", words.expected), sides(scale), list, total);
  if (words.mimics) card.append(made("p", words.mimics, "mimics"));
  return card;
}

// What the two sides of the line of zero mean.
function sides({ zero }) {
  const line = made("p", undefined, "sides");
  line.setAttribute("aria-hidden", "true");
  const against = made("span", text("evidence.against"));
  against.style.right = `calc(${100 - zero}% + 7px)`;
  const towards = made("span", text("evidence.for"));
  towards.style.left = `calc(${zero}% + 7px)`;
  const track = made("span", undefined, "track");
  track.append(against, towards);
  line.append(track);
  return line;
}

function termItem([name, value], { zero, perUnit }) {
  const item = made("li");
  const words = made("abbr", text(`term.${name}`));
  words.title = text(`term.${name}.meaning`);
  const track = made("span", undefined, "track");
  track.setAttribute("aria-hidden", "true");
  const bar = made("i", undefined, value < 0 ? "against" : "towards");
  bar.style.left = `${zero + Math.min(0, value) * perUnit}%`;
  bar.style.width = `${Math.abs(value) * perUnit}%`;
  const axis = made("b");
  axis.style.left = `${zero}%`;
  track.append(bar, axis);
  item.append(words, track, made("span", signed(value), "number"));
  return item;
}

function measuredCard(card, curves) {
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
  box.append(profilePlot({ ...curves, ...card.plot }), list, ...card.notes.map((words) => made("p", words, "quiet")));
  return box;
}

function profilePlot({ wide, high, zero, band, mean, model, ends, words, meaning }) {
  const figure = made("figure");
  const plot = shape("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${words}. ${meaning}` });
  plot.append(
    shape("path", { class: "zero", d: `M0 ${zero}H${wide}M${wide / 2} 0V${high}` }),
    shape("path", { class: "band", d: band }),
    shape("path", { class: "model", d: model }),
    shape("path", { class: "mean", d: mean }),
  );
  const caption = made("figcaption");
  const title = made("abbr", words);
  title.title = meaning;
  caption.append(made("span", ends[0]), title, made("span", ends[1]));
  figure.append(plot, caption);
  return figure;
}
