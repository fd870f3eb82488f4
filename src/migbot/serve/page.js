// migbot's page: what the browser does by itself. No data leaves the page from here.
(() => {
  "use strict";
  const opened = new Map(); // data-key of a source card -> was it opened by hand or by a marker
  let shown = 0; // number of the newest exchange seen

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const scroll = (element, block) =>
    element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block });

  function has(element, number) {
    return (element.dataset.citations || "").split(" ").includes(number);
  }

  function reveal(marker) {
    const exchange = marker.closest(".mb-exchange");
    const number = marker.dataset.citation;
    const card = [...exchange.querySelectorAll(".mb-card")].find((item) => has(item, number));
    if (!card) return;
    document.querySelectorAll(".mb-current").forEach((item) => item.classList.remove("mb-current"));
    card.open = true;
    opened.set(card.dataset.key, true);
    card.classList.add("mb-current");
    marker.classList.add("mb-current");
    const marks = [...card.querySelectorAll("mark")].filter((item) => has(item, number));
    marks.forEach((item) => item.classList.add("mb-current"));
    card.querySelector("summary").focus({ preventScroll: true });
    scroll(card, "nearest");
    if (marks[0]) scroll(marks[0], "nearest");
  }

  function back(button) {
    const card = button.closest(".mb-card");
    const markers = [...card.closest(".mb-exchange").querySelectorAll(".mb-marker")];
    const marker =
      markers.find((item) => item.classList.contains("mb-current")) ||
      markers.find((item) => has(card, item.dataset.citation));
    if (!marker) return;
    marker.focus({ preventScroll: true });
    scroll(marker, "center");
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const marker = target?.closest(".mb-marker");
    if (marker) return reveal(marker);
    const button = target?.closest(".mb-back");
    if (button) return back(button);
    const card = target?.closest(".mb-card > summary")?.parentElement;
    if (card) opened.set(card.dataset.key, !card.open);
    if (target?.closest("[data-skip]")) {
      event.preventDefault();
      document.querySelector("#mb-question textarea, #mb-question input")?.focus();
    }
  });

  function follow() {
    const brand = document.querySelector(".mb-brand");
    if (brand) {
      document.documentElement.lang = brand.dataset.language;
      if (document.title !== brand.dataset.title) document.title = brand.dataset.title;
      document.documentElement.dataset.ready = "true";
    }
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
  }

  new MutationObserver(follow).observe(document.documentElement, {
    attributeFilter: ["open", "data-language"],
    childList: true,
    subtree: true,
  });
})();
