// A question or claim that is too long is refused here, in the page's words: the server would not
// even read it if it is far too long. No data leaves the page from here.
(() => {
  "use strict";
  // Which box each button sends, and under which name the header holds what to tell.
  const SENT = {
    "mb-send": { box: "#mb-question :is(textarea, input)", told: "longQuestion" },
    "mb-check": { box: "#mb-claim :is(textarea, input)", told: "longClaim" },
  };
  let refused = null; // what was too long to be sent, until it is short enough

  const brand = () => document.querySelector(".mb-brand");
  const isLong = ({ box }) => {
    const text = document.querySelector(box)?.value || "";
    // As the server counts: an emoji is one character.
    return [...text.normalize("NFC")].length > Number(brand()?.dataset.limit || Infinity);
  };

  function tell() {
    if (refused && !isLong(refused)) refused = null;
    const line = document.querySelector(".mb-refused");
    const text = refused && brand()?.dataset[refused.told];
    if (!text) return line?.remove();
    if (line?.textContent === text) return;
    line?.remove();
    const told = Object.assign(document.createElement("p"), { textContent: text });
    told.className = "mb-status mb-refused";
    told.dataset.kind = "notice";
    document.querySelector("#mb-status")?.append(told);
  }

  function refuse(event, button) {
    const sent = SENT[button];
    if (!sent || !isLong(sent)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    refused = sent;
    tell();
  }

  // Before the toolkit hears of it.
  addEventListener("click", (event) => refuse(event, event.target.closest?.("button")?.id), true);
  addEventListener(
    "keydown",
    (event) => {
      const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (sends && event.target.matches?.(SENT["mb-send"].box)) refuse(event, "mb-send");
    },
    true,
  );
  addEventListener("input", tell);
  new MutationObserver(tell).observe(document.documentElement, {
    attributeFilter: ["data-language"],
    childList: true,
    subtree: true,
  });
})();
