// migbot's page: sources and their sentences, focus, and the reader's place while an answer grows.
// The toolkit draws the whole conversation anew after each event; what the reader has done to it
// is kept here. No data leaves the page from here.
(() => {
  "use strict";
  const opened = new Map(); // data-key of a source card or menu -> does the reader want it open
  let shown = 0; // number of the newest exchange seen
  let current = null; // selector of the marker whose source was opened last
  let focused = null; // what has the focus, and how to find it again in a redrawn page
  let held = null; // how to find what the reader reads, and where it stands in the window

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scroll = (element, block) =>
    element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block });
  const box = () => document.querySelector("#mb-question textarea, #mb-question input");

  function has(element, number) {
    return (element.dataset.citations || "").split(" ").includes(number);
  }

  // By its place in its sentence: its number may rise when a sentence is put in above.
  function selectorOf(marker) {
    const { sentence } = marker.closest(".mb-sentence").dataset;
    const place = [...marker.parentElement.querySelectorAll(".mb-marker")].indexOf(marker) + 1;
    return (
      `.mb-exchange[data-number="${marker.dataset.exchange}"] ` +
      `.mb-sentence[data-sentence="${sentence}"] .mb-marker:nth-of-type(${place})`
    );
  }

  // How to find an element again in a redrawn page: a function, or null.
  function finder(element) {
    if (element.matches(".mb-marker")) {
      const selector = selectorOf(element);
      return () => document.querySelector(selector);
    }
    const group = element.closest("[data-key]");
    if (!group) return null;
    const selector = `[data-key="${CSS.escape(group.dataset.key)}"]`;
    const parts = () => [
      ...(document.querySelector(selector)?.querySelectorAll("summary, a, button") || []),
    ];
    const place = parts().indexOf(element);
    return () => parts()[place];
  }

  function cardOf(marker) {
    const cards = marker.closest(".mb-exchange").querySelectorAll(".mb-card");
    return [...cards].find((card) => has(card, marker.dataset.citation));
  }

  // Beside the quoted words, the sentences that rest on them stand out.
  function highlight() {
    const marker = current && document.querySelector(current);
    const card = marker && cardOf(marker);
    const lit = new Set();
    if (card) {
      lit.add(card);
      for (const element of [
        ...card.querySelectorAll("mark"),
        ...card.closest(".mb-exchange").querySelectorAll(".mb-marker"),
      ]) {
        const numbers = element.dataset.citations || element.dataset.citation;
        if (!numbers.split(" ").includes(marker.dataset.citation)) continue;
        lit.add(element);
        if (element.matches(".mb-marker")) lit.add(element.closest(".mb-sentence"));
      }
    }
    document.querySelectorAll(".mb-current").forEach((element) => {
      if (!lit.has(element)) element.classList.remove("mb-current");
    });
    lit.forEach((element) => element.classList.add("mb-current"));
  }

  function reveal(marker) {
    const card = cardOf(marker);
    if (!card) return;
    card.open = true;
    opened.set(card.dataset.key, true);
    current = selectorOf(marker);
    highlight();
    card.querySelector("summary").focus({ preventScroll: true });
    scroll(card, "nearest");
    const mark = card.querySelector("mark.mb-current");
    if (mark) scroll(mark, "nearest");
  }

  function goTo(marker) {
    current = selectorOf(marker);
    highlight();
    marker.focus({ preventScroll: true });
    scroll(marker.closest(".mb-sentence"), "nearest");
  }

  // From a source to a sentence that rests on it: the one of `button`, or that it was opened from.
  function back(card, button) {
    const { sentence, to } = button?.dataset || {};
    const markers = [...card.closest(".mb-exchange").querySelectorAll(".mb-marker")];
    const own = markers.filter((marker) => has(card, marker.dataset.citation));
    const marker = button
      ? own.find(
          (item) =>
            item.dataset.citation === to &&
            item.closest(".mb-sentence").dataset.sentence === sentence,
        )
      : own.find((item) => item.classList.contains("mb-current")) || own[0];
    if (marker) goTo(marker);
    return Boolean(marker);
  }

  function close(card) {
    card.open = false;
    opened.set(card.dataset.key, false);
    if (!card.matches(".mb-card") || !back(card)) card.querySelector("summary").focus();
    if (card.classList.contains("mb-current")) current = null;
    highlight();
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const marker = target?.closest(".mb-marker");
    if (marker) return reveal(marker);
    const button = target?.closest(".mb-back");
    if (button) return back(button.closest(".mb-card"), button);
    const card = target?.closest("[data-key] > summary")?.parentElement;
    if (card) opened.set(card.dataset.key, !card.open);
    if (target?.closest("[data-skip]")) {
      event.preventDefault();
      box()?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const card = event.target instanceof Element ? event.target.closest("[data-key][open]") : null;
    if (event.key === "Escape" && card) close(card);
  });

  document.addEventListener("focusin", (event) => {
    const element = event.target;
    const byKey = element.matches(":focus-visible");
    focused = { element, find: finder(element), byKey };
  });

  // A redrawn page forgets what had the focus; a keyboard must not start again from the top.
  function refocus() {
    if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
    if (focused.element.isConnected && focused.element.checkVisibility()) return;
    const again = focused.find?.();
    if (again) again.focus({ preventScroll: true });
    else if (focused.byKey) box()?.focus({ preventScroll: true });
  }

  function find({ exchange, sentence, key }) {
    if (key) return document.querySelector(`.mb-card[data-key="${CSS.escape(key)}"]`);
    const within = `.mb-exchange[data-number="${exchange}"]`;
    return document.querySelector(
      `${within} ${sentence ? `.mb-sentence[data-sentence="${sentence}"]` : ".mb-question"}`,
    );
  }

  // Note the first thing that begins where the reader sees it, or else reaches there, and where.
  function hold() {
    held = null;
    for (const element of document.querySelectorAll(".mb-question, .mb-sentence, .mb-card")) {
      const { top, bottom } = element.getBoundingClientRect();
      // What sticks to the window does not move when the page is scrolled.
      const stuck = element.matches(".mb-sentence") && !matchMedia("(max-width: 60rem)").matches;
      if (stuck || bottom <= 0 || top >= innerHeight) continue;
      const exchange = element.closest(".mb-exchange").dataset.number;
      const { sentence, key } = element.dataset;
      if (!held || top >= 0) held = { exchange, sentence, key, top };
      if (top >= 0) return;
    }
  }

  // A sentence that was put in above must not push away what is being read.
  function keep() {
    const element = held && find(held);
    const moved = element ? element.getBoundingClientRect().top - held.top : 0;
    if (Math.abs(moved) > 1) scrollBy({ top: moved, behavior: "instant" });
  }

  addEventListener("scroll", hold, { passive: true });
  addEventListener("resize", hold, { passive: true });

  function follow() {
    const brand = document.querySelector(".mb-brand");
    if (brand) {
      document.documentElement.lang = brand.dataset.language;
      if (document.title !== brand.dataset.title) document.title = brand.dataset.title;
      document.documentElement.dataset.ready = "true";
    }
    // Screen readers speak changes inside an element that stays, not a new one.
    document.querySelector("#mb-status")?.setAttribute("role", "status");
    const exchanges = document.querySelectorAll(".mb-exchange");
    const last = exchanges[exchanges.length - 1];
    const number = last ? Number(last.dataset.number) : 0;
    if (!last) opened.clear();
    if (number > shown) {
      requestAnimationFrame(() => last.scrollIntoView({ behavior: "auto", block: "start" }));
    }
    // A redrawn page forgets which cards were open.
    document.querySelectorAll("details[data-key]").forEach((card) => {
      const open = opened.get(card.dataset.key);
      if (open !== undefined && card.open !== open) card.open = open;
    });
    highlight();
    refocus();
    if (number === shown) keep();
    shown = number;
    hold();
  }

  new MutationObserver(follow).observe(document.documentElement, {
    attributeFilter: ["open", "data-language"],
    childList: true,
    subtree: true,
  });
})();
