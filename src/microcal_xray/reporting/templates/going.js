// Where to next: the candidate that has no verdict yet, and the image that is not done.

class Going {
  constructor(desk) {
    this.desk = desk;
  }

  // The places in the list of images, from the one behind the current on, round to the one before it.
  others() {
    const { order, current } = this.desk;
    const at = order.indexOf(current);
    return [...order.slice(at + 1), ...order.slice(0, Math.max(at, 0))];
  }

  // The next candidate of this image without a verdict; else the next image that has one. That comes as the
  // original first, so that no candidate is seen before the radiograph.
  undecided() {
    const { desk } = this;
    const lines = desk.lines();
    const at = lines.findIndex(({ line }) => line === desk.marks.chosen);
    const isOpen = (line, i) => i !== at && !line.own && !line.state.verdict;
    const next = lines.find((line, i) => i > at && isOpen(line, i)) ?? lines.find(isOpen);
    if (next) {
      desk.choose(next);
      return;
    }
    const image = this.others().find((index) => {
      const { done, judged, all } = progressOf(desk.images[index], desk.record);
      return !done && judged < all;
    });
    if (image !== undefined) desk.open(image);
    else tell(text("judge.all_judged"));
  }

  // A candidate without a verdict counts as rejected once its image is done: that is said, not left to be found.
  done() {
    const { desk } = this;
    const { done } = desk.record.state(desk.image, "");
    desk.decide("", { done: !done });
    if (done) return;
    const { judged, all } = progressOf(desk.image, desk.record);
    const left = all - judged ? counted("judge.left", all - judged) : "";
    const next = this.others().find((index) => !desk.record.state(desk.images[index], "").done);
    if (next === undefined) tell([text(desk.images.length > 1 ? "judge.all_done" : "judge.one_done"), left, this.toKeep()].filter(Boolean).join(" "));
    else {
      desk.open(next);
      if (left) tell(left);
    }
  }

  toKeep() {
    return this.desk.server ? "" : text("judge.to_keep");
  }
}
