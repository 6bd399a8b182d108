// The list of images, with how far each one is, and the progress of all.

class Index {
  constructor(images, order, open) {
    this.images = images;
    this.order = order; // places of images as they are shown
    this.filter = element("filter");
    this.items = images.map((image, index) => this.item(image, index, open));
    this.fill(order);
  }

  fill(order) {
    this.order = order;
    element("images").replaceChildren(...order.map((index) => this.items[index].node));
  }

  item(image, index, open) {
    const node = made("li");
    const choose = button("", "", () => open(index));
    const picture = made("img");
    picture.src = image.thumbnail;
    picture.alt = "";
    picture.decoding = "async";
    const name = made("span", undefined, "name");
    const badge = made("span", undefined, "badge");
    choose.append(picture, name, badge);
    choose.dataset.open = index;
    node.append(choose);
    return { node, choose, name, badge };
  }

  setNames(nameOf) {
    this.items.forEach(({ choose, name }, index) => {
      choose.title = nameOf(index);
      name.replaceChildren(...breakable(nameOf(index)));
    });
  }

  // progressOf(index) gives { done, judged, all }.
  update(progressOf) {
    let done = 0;
    let left = 0;
    this.items.forEach(({ node, badge }, index) => {
      const at = progressOf(index);
      done += at.done;
      node.classList.toggle("done", at.done);
      badge.className = at.done ? "badge done" : at.all ? "badge" : "badge none";
      badge.textContent = at.done ? "✓" : at.judged ? `${at.judged}/${at.all}` : at.all;
      badge.title = at.done ? text("desk.done_mark") : text("desk.candidate_marks", at);
      const shown = { all: true, open: !at.done, done: at.done, marked: at.all > 0 }[this.filter.value];
      node.hidden = !shown;
      left += shown;
    });
    const all = this.images.length;
    element("progress-bar").max = Math.max(1, all);
    element("progress-bar").value = done;
    element("progress-words").textContent = text("desk.progress", { done, all });
    element("index-note").textContent = left ? this.note() : text("desk.filter.none");
  }

  note() {
    const reduced = this.images.filter((image) => !image.full_depth).length;
    return [
      reduced && counted("reduced", reduced, { megabytes: local(String(report.full_depth_megabytes)) }),
      report.left_out && counted("left_out", report.left_out),
    ].filter(Boolean).join(" ");
  }

  mark(current) {
    this.items.forEach(({ choose }, index) => choose.setAttribute("aria-current", index === current));
    this.items[current]?.choose.scrollIntoView({ block: "nearest" });
  }

  // The place after or before one in the order shown; undefined at the end.
  neighbour(current, step) {
    const shown = this.order.filter((index) => index === current || !this.items[index].node.hidden);
    return shown[shown.indexOf(current) + step];
  }
}
