// Nothing in a loaded record is trusted: every field of every event is looked at before it is taken.

const LARGEST_RECORD = 64e6; // bytes
const MOST_POINTS = 500;
const MOST_COMMENT = 2000;
const MOST_SECONDS = 1e6;
const ACTIONS = ["accept", "reject", "unsure", "clear", "add", "move", "remove", "done", "reopen", "note"];
const KINDS = ["lucent", "sclerotic"];

const isText = (value, most) => typeof value === "string" && value.length <= most;
const orNull = (check) => (value) => value === null || check(value);

const EVENT_FIELDS = {
  event: (value) => typeof value === "string" && /^[0-9a-f]{32}$/.test(value),
  utc: (value) => typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  reader: (value) => isText(value, 64),
  image: (value) => isText(value, 4096),
  pixel_sha256: orNull((value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value)),
  line: (value) => typeof value === "string" && /^([1-9]\d{0,5}|own-[0-9a-f]{12}|)$/.test(value),
  action: (value) => ACTIONS.includes(value),
  reason: orNull((value) => REASONS.includes(value)),
  comment: orNull((value) => isText(value, MOST_COMMENT)),
  kind: orNull((value) => KINDS.includes(value)),
  path_px: orNull((value) => Array.isArray(value) && value.length >= 2 && value.length <= MOST_POINTS
    && value.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite))),
  overlay_visible: (value) => typeof value === "boolean",
  seconds: (value) => Number.isFinite(value) && value >= 0 && value <= MOST_SECONDS,
};

// The name of the first field that is wrong; null when the event is as it should be.
function wrongField(event) {
  if (typeof event !== "object" || event === null || Array.isArray(event)) return "event";
  const wrong = Object.keys(EVENT_FIELDS).find((name) => !Object.hasOwn(event, name) || !EVENT_FIELDS[name](event[name]));
  if (wrong) return wrong;
  if (Object.keys(event).some((name) => !Object.hasOwn(EVENT_FIELDS, name))) return "unknown";
  const { action, line, kind, path_px: path } = event;
  if ((action === "add" || action === "move") !== (path !== null)) return "path_px";
  if (action === "add" && (!isOwn(line) || kind === null)) return "kind";
  if ((action === "done" || action === "reopen") !== (line === "") && action !== "note") return "line";
  return null;
}

// Whether an event is about these pixels and a line of them.
function concerns(event, images) {
  const image = images.get(event.image);
  if (!image || image.pixel_sha256 !== event.pixel_sha256) return false;
  const inside = ([row, column]) => row >= -0.5 && column >= -0.5 && row <= image.rows - 0.5 && column <= image.columns - 0.5;
  if (event.path_px && !event.path_px.every(inside)) return false;
  return event.line === "" || isOwn(event.line) || image.candidates.some(({ id }) => String(id) === event.line);
}

class RefusedRecord extends Error {}

// The events of a record that can be taken here, and how many cannot.
function checkedRecord(content, images, reader) {
  const refuse = (why, values) => { throw new RefusedRecord(text(`record.why.${why}`, values)); };
  if (content.length > LARGEST_RECORD) refuse("size");
  let record;
  try {
    record = JSON.parse(content);
  } catch {
    refuse("json");
  }
  if (record?.schema !== "microcal-decisions" || record.format !== 1 || !Array.isArray(record.events)) refuse("schema");
  record.events.forEach((event, index) => {
    const field = wrongField(event);
    if (field) refuse("event", { number: index + 1, field });
  });
  const other = record.events.find((event) => reader && event.reader && event.reader !== reader);
  if (other) refuse("reader", { reader: other.reader });
  const events = record.events.map((event) => ({ ...event, comment: event.comment ?? "" }));
  const usable = events.filter((event) => concerns(event, images));
  return { events: usable, skipped: events.length - usable.length, reader: events.find((each) => each.reader)?.reader ?? "" };
}
