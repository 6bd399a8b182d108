"use strict";
(() => {
  const server = JSON.parse(document.getElementById("desk-server").textContent);
  const state = document.getElementById("state");
  let waiting = 0;

  const hex = (bytes) =>
    Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const event = (card, action, fields) => {
    const about = JSON.parse(card.dataset.event);
    return {
      event: hex(16), utc: new Date().toISOString(), reader: "", image: about.image, pixel_sha256: about.pixel_sha256,
      line: about.line, action, reason: null, comment: "", kind: null, path_px: null, overlay_visible: true, seconds: null,
      ...fields,
    };
  };

  const say = (failed) => {
    const { not_saved, saving, saved } = server.words;
    // A function, so that a $ in the answer stays what it is.
    state.textContent = failed ? not_saved.replace("{why}", () => failed) : waiting ? saving : saved;
  };

  const decide = async (card, button) => {
    const about = JSON.parse(card.dataset.event);
    const events = [];
    // The line is another reader's: it is taken over before something is said of it.
    if (about.own && !card.classList.contains("settled")) {
      events.push(event(card, "add", { kind: about.kind, path_px: about.path_px }));
    }
    events.push(event(card, button.dataset.action, {
      reason: card.querySelector("select").value || null,
      comment: card.querySelector("input").value,
    }));
    waiting += 1;
    say();
    let failed = "";
    try {
      const answer = await fetch(server.api, {
        method: "POST",
        headers: { "Content-Type": "application/json", [server.header]: server.token },
        body: JSON.stringify({ events }),
      });
      if (!answer.ok) failed = (await answer.json()).error || answer.statusText;
    } catch (error) {
      failed = server.words.no_answer;
    }
    waiting -= 1;
    say(failed);
    if (failed) return;
    card.classList.add("settled");
    for (const other of card.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  };

  for (const card of document.querySelectorAll(".card")) {
    for (const button of card.querySelectorAll("button")) {
      button.addEventListener("click", () => decide(card, button));
    }
  }
})();
