// migbot's page: what the browser does by itself. No data leaves the page from here.
(() => {
  "use strict";
  const opened = new Map(); // data-key of a source card -> was it opened by hand or by a marker
  let shown = 0; // number of the newest exchange seen
  let current = null; // selector of the marker whose source was opened last
  let focused = null; // what has the focus, to find it again in a redrawn page

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scroll = (element, block) =>
    element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block });
  const box = () => document.querySelector("#mb-question textarea, #mb-question input");

  function has(element, number) {
    return (element.dataset.citations || "").split(" ").includes(number);
  }

  function selectorOf(element) {
    const card = element.closest(".mb-card");
    if (element.matches(".mb-marker")) {
      const { exchange, citation } = element.dataset;
      return `.mb-marker[data-exchange="${exchange}"][data-citation="${citation}"]`;
    }
    if (!card) return null;
    const part = element.matches("summary") ? "summary" : element.matches("a") ? "a" : "button";
    return `.mb-card[data-key="${CSS.escape(card.dataset.key)}"] ${part}`;
  }

  function cardOf(marker) {
    const cards = marker.closest(".mb-exchange").querySelectorAll(".mb-card");
    return [...cards].find((card) => has(card, marker.dataset.citation));
  }

  function highlight() {
    const marker = current && document.querySelector(current);
    const card = marker && cardOf(marker);
    const marks = card ? [...card.querySelectorAll("mark")] : [];
    const lit = card ? [card, ...marks.filter((mark) => has(mark, marker.dataset.citation))] : [];
    if (card) lit.push(...document.querySelectorAll(current));
    document.querySelectorAll(".mb-current").forEach((element) => {
      if (!lit.includes(element)) element.classList.remove("mb-current");
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

  function back(card) {
    const markers = [...card.closest(".mb-exchange").querySelectorAll(".mb-marker")];
    const own = markers.filter((marker) => has(card, marker.dataset.citation));
    const marker = own.find((item) => item.classList.contains("mb-current")) || own[0];
    if (!marker) return false;
    marker.focus({ preventScroll: true });
    scroll(marker, "nearest");
    return true;
  }

  function close(card) {
    card.open = false;
    opened.set(card.dataset.key, false);
    if (!back(card)) card.querySelector("summary").focus();
    if (card.classList.contains("mb-current")) current = null;
    highlight();
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const marker = target?.closest(".mb-marker");
    if (marker) return reveal(marker);
    const button = target?.closest(".mb-back");
    if (button) return back(button.closest(".mb-card"));
    const card = target?.closest(".mb-card > summary")?.parentElement;
    if (card) opened.set(card.dataset.key, !card.open);
    if (target?.closest("[data-skip]")) {
      event.preventDefault();
      box()?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const card = event.target instanceof Element ? event.target.closest(".mb-card[open]") : null;
    if (event.key === "Escape" && card) close(card);
  });

  document.addEventListener("focusin", (event) => {
    const element = event.target;
    const byKey = element.matches(":focus-visible");
    focused = { element, selector: selectorOf(element), byKey };
  });

  // A redrawn page forgets what had the focus; a keyboard must not start again from the top.
  function refocus() {
    if (!focused || (document.activeElement && document.activeElement !== document.body)) return;
    if (focused.element.isConnected && focused.element.checkVisibility()) return;
    const again = focused.selector && document.querySelector(focused.selector);
    if (again) again.focus({ preventScroll: true });
    else if (focused.byKey) box()?.focus({ preventScroll: true });
  }

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
      // The welcome above leaves in the same moment: its place is not known before it has gone.
      if (document.querySelector(".mb-welcome")) return;
      requestAnimationFrame(() => last.scrollIntoView({ behavior: "auto", block: "start" }));
    }
    shown = number;
    // A redrawn page forgets which cards were open.
    document.querySelectorAll(".mb-card").forEach((card) => {
      const open = opened.get(card.dataset.key);
      if (open !== undefined && card.open !== open) card.open = open;
    });
    highlight();
    refocus();
  }

  new MutationObserver(follow).observe(document.documentElement, {
    attributeFilter: ["open", "data-language"],
    childList: true,
    subtree: true,
  });
})();
