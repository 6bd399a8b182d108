// Where events go: into this browser at once, and to the review server where the page comes from one.

const EVENT_KEPT = `microcal-desk:${report.results.run}:`;
const READER_KEPT = "microcal-desk-reader";
const AT_ONCE = 50; // events in one request
const AGAIN_AFTER_MS = [1000, 3000, 10000, 30000];

class Keeper {
  constructor(record, server) {
    this.record = record;
    this.server = server; // { api, token, reader } or null
    this.unsent = new Map();
    this.lost = 0; // events that this browser would not keep
    this.failures = 0;
    this.onstate = () => {};
    record.onevent = (event) => this.keep(event);
  }

  async begin(images) {
    const checked = (events) => events.filter((event) => !wrongField(event) && concerns(event, images));
    const here = checked(this.readKept());
    if (!this.server) {
      this.record.take(here);
      return;
    }
    addEventListener("online", () => this.send());
    // One reader's work on another's screen must not be sent under the wrong name.
    for (const event of here.filter(({ reader }) => reader === this.server.reader)) this.unsent.set(event.event, event);
    this.record.take([...this.unsent.values()]);
    this.state();
    try {
      const answer = await fetch(this.server.api, { headers: { "X-Microcal-Token": this.server.token } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { events } = await answer.json();
      this.record.take(checked(events.map((event) => ({ ...event, comment: event.comment ?? "" }))));
    } catch { /* the server is away: what was decided here is kept and sent later */ }
    this.send();
  }

  // One entry for each event: two windows of one reader do not write over each other.
  readKept() {
    const events = [];
    for (const name of kept.names().filter((each) => each.startsWith(EVENT_KEPT))) {
      try { events.push(JSON.parse(kept.get(name))); } catch { /* not ours */ }
    }
    return events;
  }

  keep(event) {
    if (!kept.set(EVENT_KEPT + event.event, JSON.stringify(event))) this.lost++;
    if (this.server) {
      this.unsent.set(event.event, event);
      this.send();
    }
    this.state();
  }

  async send() {
    if (this.sending || !this.unsent.size) return;
    this.sending = true;
    const events = [...this.unsent.values()].slice(0, AT_ONCE);
    try {
      const answer = await fetch(this.server.api, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Microcal-Token": this.server.token },
        body: JSON.stringify({ events }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { stored } = await answer.json();
      for (const id of stored) {
        this.unsent.delete(id);
        kept.remove(EVENT_KEPT + id);
      }
      this.failures = stored.length ? 0 : this.failures + 1;
    } catch {
      this.failures++;
    }
    this.sending = false;
    this.state();
    if (!this.unsent.size) return;
    const wait = this.failures ? AGAIN_AFTER_MS[Math.min(this.failures, AGAIN_AFTER_MS.length) - 1] : 0;
    clearTimeout(this.again);
    this.again = setTimeout(() => this.send(), wait);
  }

  state() {
    this.onstate(
      this.server ? (this.unsent.size ? "unsaved" : "saved_server") : this.lost ? "not_kept" : "saved",
      this.unsent.size,
    );
  }

  download() {
    const { reader, events } = this.record;
    const content = {
      schema: "microcal-decisions", format: 1, results: report.results, reader,
      exported_utc: new Date().toISOString(), events,
    };
    const link = made("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(content)], { type: "application/json" }));
    link.download = this.recordName();
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    return content;
  }

  // Of a page of one image it names the image too: the records of several pages lie in one folder.
  recordName() {
    const plain = (name) => name.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 80);
    const image = report.page_of === null ? "" : plain(report.page_of.replace(/\.[^.]*$/, ""));
    return `${["decisions", image, plain(this.record.reader), this.record.now().slice(0, 10)].filter(Boolean).join("-")}.json`;
  }

  // What was decided elsewhere, as a file; it goes where decisions made here go.
  load(content, images) {
    const { events, skipped, reader } = checkedRecord(content, images, this.record.reader);
    if (!this.record.reader && reader && !this.server) this.record.reader = reader;
    const fresh = this.record.take(events);
    for (const event of fresh) this.keep(event);
    return { taken: fresh.length, skipped: skipped + events.length - fresh.length };
  }
}
