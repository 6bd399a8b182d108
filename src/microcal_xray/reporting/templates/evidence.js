// The evidence card: why the chosen candidate stands where it stands. Its words come from page_evidence.py.

// With a true minus, as wide as the plus.
function signed(value) {
  const digits = Math.abs(value).toFixed(1);
  if (Number(digits) === 0) return "0.0";
  return (value < 0 ? "\u2212" : "+") + digits;
}

// One scale for all candidates of an image: bars can be compared from card to card.
function evidenceScale(candidates) {
  const values = candidates.flatMap(({ evidence }) => (evidence ? evidence.terms.map(([, value]) => value) : []));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const span = high - low || 1;
  return { zero: (-low / span) * 100, perUnit: 100 / span };
}

function evidenceCard(evidence, scale) {
  const card = made("div", undefined, "evidence");
  const list = made("ul");
  list.append(...evidence.terms.map((term) => termItem(term, scale)));
  const total = made("p", undefined, "total");
  total.append(made("span", "strength"), made("span", signed(evidence.strength), "number"));
  card.append(made("p", evidence.expected), sides(scale), list, total);
  if (evidence.mimics) card.append(made("p", evidence.mimics, "mimics"));
  return card;
}

// What the two sides of the line of zero mean.
function sides({ zero }) {
  const line = made("p", undefined, "sides");
  line.setAttribute("aria-hidden", "true");
  const against = made("span", "\u2190 against");
  against.style.right = `calc(${100 - zero}% + 7px)`;
  const towards = made("span", "for \u2192");
  towards.style.left = `calc(${zero}% + 7px)`;
  const track = made("span", undefined, "track");
  track.append(against, towards);
  line.append(track);
  return line;
}

function termItem([name, value], { zero, perUnit }) {
  const [label, meaning] = report.evidence_terms[name];
  const item = made("li");
  const words = made("abbr", label);
  words.title = meaning;
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
