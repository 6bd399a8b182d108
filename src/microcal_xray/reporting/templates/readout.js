// The line below the stage: the window, the pixel at the pointer and its value, the depth of the pixels.

function fillReadout(stage, image, place) {
  const { pixels, window: shown } = stage;
  if (!pixels || !shown) return;
  const digits = Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(Math.max(1e-9, pixels.high - pixels.low)))));
  element("window-words").textContent = text("stage.window", {
    centre: fixed((shown.low + shown.high) / 2, digits), width: fixed(shown.high - shown.low, digits),
  });
  const values = whole(pixels.values);
  element("depth-words").textContent = image.full_depth
    ? text(pixels.exact ? "stage.full_depth" : "stage.rounded", { values })
    : text("stage.reduced");
  const at = place && stage.valueAt(place);
  const value = at && (at.value === null ? (at.known ? text("stage.no_picture") : "\u2013") : fixed(at.value, digits));
  element("value-words").textContent = at ? text("stage.value", { row: at.row, column: at.column, value }) : "";
  element("invert").setAttribute("aria-pressed", shown.inverted);
}
