// The lines of an image as they stand now: its candidates with what the reader decided, and the reader's own.

function linesOf(image, record) {
  const words = says(image).candidates;
  const candidates = image.candidates.map((candidate, i) => {
    const line = String(candidate.id);
    const state = record.state(image, line);
    const moved = state.path !== null;
    return { ...candidate, line, number: line, image, state, moved, path: state.path ?? candidate.path, says: words[i] };
  });
  const own = record.ownLines(image).map((state, i) => ({
    line: state.line, number: String.fromCharCode(65 + (i % 26)), image, state, own: true, moved: false,
    tier: "own", kind: state.kind, path: state.path, width_px: null,
  }));
  return [...candidates, ...own];
}

function progressOf(image, record) {
  const judged = image.candidates.filter(({ id }) => record.state(image, String(id)).verdict).length;
  return { done: record.state(image, "").done, judged, all: image.candidates.length };
}
