// The search box: "/" jumps to it; completions while typing (ARIA 1.2 combobox).

const DELAY = 120; // ms of rest before asking

const box = document.querySelector("input[name=q]");
const totals = document.querySelector(".totals[role=status]");

// What comes with the page is not announced; the same put in once more is.
if (totals) setTimeout(() => totals.replaceChildren(...totals.cloneNode(true).childNodes), 500);

document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (elsewhere || keysAreOff()) return;
  event.preventDefault();
  box.focus();
  box.select();
});

complete();

// By whoever speaks to the machine (WCAG 2.1.4); keys.js has the switch.
function keysAreOff() {
  try {
    return localStorage.getItem("essays.keys") === "off";
  } catch {
    return false;
  }
}

function complete() {
  const known = new Map(); // what was typed, to its completions
  let options = [];
  let active = -1;
  let timer = 0;
  let asking = null;
  let quietUntil = 0;

  const list = make("ul", { id: "completions", role: "listbox", "aria-label": "Suggestions" });
  const told = make("p", { class: "unseen", role: "status" });
  box.after(list, told);
  set(box, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id });

  show([]);
  box.addEventListener("input", (event) => event.isComposing || later());
  box.addEventListener("compositionstart", stop);
  box.addEventListener("compositionend", later);
  box.addEventListener("blur", stop);
  box.form.addEventListener("submit", stop);
  box.addEventListener("keydown", (event) => {
    const { key, isComposing, ctrlKey, metaKey, shiftKey } = event;
    if (isComposing || ctrlKey || metaKey || shiftKey) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      const step = key === "ArrowDown" ? 1 : -1;
      if (list.hidden) ask(step);
      else mark(active + step);
    } else if (key === "Escape" && !list.hidden) {
      event.preventDefault();
      stop();
    } else if (key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(options[active]);
    } else if (/^(Home|End|Arrow)/.test(key)) {
      mark(-1); // the caret moves, in the box
    }
  });
  // Before the box loses focus.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (option) choose(option);
  });

  function rest() {
    clearTimeout(timer);
    asking?.abort();
    mark(-1);
  }

  function later() {
    rest();
    timer = setTimeout(ask, DELAY);
  }

  function stop() {
    rest();
    show([]);
  }

  async function ask(step) {
    rest();
    const prefix = box.value;
    if (!prefix.trim() || (!known.has(prefix) && Date.now() < quietUntil)) return show([]);
    const mine = (asking = new AbortController());
    const found = known.get(prefix) ?? (await fetched(prefix, mine.signal).catch(() => []));
    if (mine.signal.aborted || document.activeElement !== box) return;
    show(found);
    if (step) mark(active + step);
  }

  async function fetched(prefix, signal) {
    const query = new URLSearchParams({ prefix, limit: 8 });
    const answer = await fetch(`${box.dataset.suggest}?${query}`, { signal });
    if (!answer.ok) {
      quietUntil = Date.now() + 1000 * (answer.headers.get("Retry-After") ?? 0);
      return [];
    }
    const { suggestions = [] } = await answer.json();
    known.set(prefix, suggestions);
    return suggestions;
  }

  function show(found) {
    options = found.map(({ text, kind }, number) => {
      const option = make("li", { id: `completion-${number}`, role: "option" });
      option.append(make("bdi", {}, text), " ", make("small", {}, kind));
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = !found.length;
    set(box, { "aria-expanded": !list.hidden });
    told.textContent = found.length ? `Suggestions: ${found.length}` : "";
    mark(-1);
  }

  // Past either end comes the box itself, with what was typed.
  function mark(place) {
    active = place < -1 ? options.length - 1 : place < options.length ? place : -1;
    options.forEach((option, number) => set(option, { "aria-selected": number === active }));
    options[active]?.scrollIntoView({ block: "nearest" });
    set(box, { "aria-activedescendant": options[active]?.id ?? "" });
  }

  function choose(option) {
    box.value = option.firstChild.textContent;
    stop();
    box.form.requestSubmit();
  }
}

function make(name, attributes, text = "") {
  const element = document.createElement(name);
  element.textContent = text;
  return set(element, attributes);
}

function set(element, attributes) {
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  return element;
}
