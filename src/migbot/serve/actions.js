// What a reader does with an answer, and what is said aloud. No data leaves the page from here:
// answers are copied or saved as the page holds them.
(() => {
  "use strict";
  const TOLD_MS = 2000;
  const SPOKEN_LINES = 30;
  const TYPES = { json: "application/json", ris: "application/x-research-info-systems" };
  const spoken = new Set(); // what was said aloud already
  let verdict = null; // the one on a claim, or why there is none, that was said last
  let wantsAbout = false;
  let greeted = null; // the language that the page first had

  const brand = () => document.querySelector(".mb-brand");
  const box = () => document.querySelector("#mb-question textarea, #mb-question input");

  // Screen readers speak what is added here, politely and once; the conversation itself is drawn
  // anew after each event and would be read again from its top. They hear nothing of a region that
  // comes with its first words, so it stands there empty before.
  const voice = document.createElement("div");
  voice.className = "mb-unseen";
  voice.setAttribute("role", "log");
  voice.setAttribute("aria-live", "polite");

  function say(text, lang) {
    const line = document.createElement("p");
    line.lang = lang || document.documentElement.lang;
    line.textContent = text;
    voice.append(line);
    while (voice.children.length > SPOKEN_LINES) voice.firstChild.remove();
  }

  function wordsOf(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("button").forEach((button) => button.remove());
    return copy.textContent.trim();
  }

  function sayWhatIsNew() {
    const last = document.querySelector(".mb-exchange:last-child");
    const number = last ? Number(last.dataset.number) : 0;
    if (!last) spoken.clear();
    const wanted = ".mb-sentence, .mb-box p, .mb-aside:not([data-told])";
    const parts = last?.querySelectorAll(wanted) || [];
    [...parts].forEach((part, place) => {
      const key = `${number}/${part.dataset.sentence || `box${place}`}`;
      if (spoken.has(key)) return;
      spoken.add(key);
      say(wordsOf(part), part.closest("[lang]")?.lang);
    });
    const newest = document.querySelector(".mb-verdict, .mb-unchecked");
    if (newest && newest !== verdict) say(wordsOf(newest));
    verdict = newest;
  }

  async function copy(text, button) {
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without encryption a browser has no clipboard but this.
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      isCopied = document.execCommand("copy");
      area.remove();
      button.focus({ preventScroll: true });
    }
    const told = brand().dataset[isCopied ? "copied" : "notCopied"];
    say(told);
    if (button.dataset.before) return;
    button.dataset.before = button.textContent;
    button.textContent = told;
    setTimeout(() => {
      button.textContent = button.dataset.before;
      delete button.dataset.before;
    }, TOLD_MS);
  }

  function save(text, name) {
    const suffix = name.split(".").pop();
    const lines = suffix === "ris" ? text.replaceAll("\n", "\r\n") : text;
    const blob = new Blob([lines], { type: `${TYPES[suffix] || "text/plain"};charset=utf-8` });
    const link = Object.assign(document.createElement("a"), {
      href: URL.createObjectURL(blob),
      download: name,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), TOLD_MS);
  }

  function take(button) {
    const { number } = button.closest(".mb-exchange").dataset;
    const { take: how, format } = button.dataset;
    const made = document.querySelector(
      `.mb-export[data-exchange="${number}"][data-format="${format}"]`,
    );
    if (!made) return;
    if (how === "copy") copy(made.textContent, button);
    else save(made.textContent, made.dataset.name);
  }

  function linkTo(question) {
    const address = new URL(location.pathname, location.origin);
    address.search = new URLSearchParams({ q: question, lang: document.documentElement.lang });
    return address.href;
  }

  // Fill a box of the toolkit and press a button, once it has heard of the new words.
  function send(field, text, button) {
    const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.getElementById(button)?.click(), 60);
  }

  function ask(question) {
    box().focus();
    send(box(), question, "mb-send");
  }

  function judge(button) {
    const word = button.closest(".mb-feedback").querySelector("input").value;
    send(document.querySelector("#mb-word :is(textarea, input)"), word, button.dataset.judge);
    box().focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button) return;
    const { dataset } = button;
    if (dataset.take) take(button);
    else if (dataset.copy) copy(dataset.copy, button);
    else if (dataset.link) copy(linkTo(dataset.link), button);
    else if (dataset.ask) ask(dataset.ask);
    else if (dataset.judge) judge(button);
    else if (dataset.press) document.getElementById(dataset.press)?.click();
    else if ("print" in dataset) print();
    if (button.id === "mb-about-open") openAbout(true);
  });

  // What the page says of itself comes from the server when it is first asked for.
  function openAbout(wanted) {
    wantsAbout ||= wanted;
    const about = document.querySelector("dialog.mb-about");
    if (!wantsAbout || !about || about.open) return;
    wantsAbout = false;
    about.showModal();
  }

  // An open menu closes when something else is pressed.
  document.addEventListener("click", ({ target }) => {
    document.querySelectorAll(".mb-menu[open]").forEach((menu) => {
      if (!menu.contains(target) || target.closest(".mb-menu-items")) {
        menu.querySelector("summary").click();
      }
    });
  });

  // On paper the cited passages are to be read, on the page they close again.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll(".mb-cited:not([open]), .mb-more:not([open])")];
    closed.forEach((card) => (card.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((card) => (card.open = false)));

  // The address is the page's only memory; a question that a link brought leaves it once asked.
  function remember() {
    const shown = brand();
    if (!shown) return;
    const address = new URL(location.href);
    const { searchParams } = address;
    if (document.querySelector(".mb-exchange")) searchParams.delete("q");
    const { language } = shown.dataset;
    greeted ||= language;
    if (searchParams.has("lang") || language !== greeted) searchParams.set("lang", language);
    if (shown.dataset.staff) searchParams.set("staff", "1");
    else searchParams.delete("staff");
    if (address.href !== location.href) history.replaceState(null, "", address);
  }

  new MutationObserver(() => {
    // The toolkit may clear the page as it sets it up.
    if (!voice.isConnected) document.body?.append(voice);
    sayWhatIsNew();
    remember();
    openAbout(false);
  }).observe(document.documentElement, {
    attributeFilter: ["data-language", "data-staff"],
    // Where only words differ, the toolkit keeps the element: "Checking…" becomes the verdict.
    characterData: true,
    childList: true,
    subtree: true,
  });
})();
