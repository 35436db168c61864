// The reader: from hit to hit, the section being read, citations to copy.
// Without it the page does the same by links and forms; here they move within the page.

const article = document.querySelector("article");

const follows = (one, other) => Boolean(other.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);

function made(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// A link to a passage that has been changed or taken out leads to the top; say why.

const wanted = decodeURIComponent(location.hash.slice(1));
if (/^p-[0-9a-f]{8}/.test(wanted) && !document.getElementById(wanted)) {
  const lost = "The passage of this link is not in the essay any more: it was changed or taken out.";
  const answer = made("div", { className: "answer lost", lang: "en", dir: "ltr" }, made("p", {}, lost));
  answer.setAttribute("role", "status");
  article.querySelector("header").append(answer);
}

// From hit to hit. The address names the hit, so that a reload, a link and a bookmark keep it;
// it is replaced, so that one step back leads to the results.

const hits = [...article.querySelectorAll(".found")];
const bar = document.querySelector(".walk");

if (hits.length) {
  const tally = bar.querySelector(".tally");
  const place = made("span", { className: "count" });
  place.setAttribute("role", "status");
  const stepper = (label, sign) => {
    const arrow = made("span", {}, sign);
    arrow.setAttribute("aria-hidden", "true");
    const button = made("button", { type: "button" }, arrow, made("span", { className: "word" }, ` ${label}`));
    button.setAttribute("aria-label", `${label} hit`);
    return button;
  };
  const previous = stepper("Previous", "↑");
  const next = stepper("Next", "↓");
  tally.replaceChildren(place, previous, next);
  article.classList.add("walks");

  const places = new Map(hits.map((hit, number) => [hit.id, number]));
  let at = -1;

  const say = () => {
    const [total, number] = [hits.length, at + 1].map((count) => count.toLocaleString("en"));
    if (at >= 0) place.textContent = `Hit ${number} of ${total}`;
    else place.textContent = hits.length === 1 ? "1 hit" : `${total} hits`;
  };

  const stand = () => {
    const number = places.get(decodeURIComponent(location.hash.slice(1)));
    if (number !== undefined) at = number;
    say();
  };

  // Text may be large and the window narrow: what is jumped to must not lie below the bar.
  new ResizeObserver(() => {
    const sticks = getComputedStyle(bar).position === "sticky";
    document.documentElement.style.setProperty("--bar", sticks ? `${bar.offsetHeight}px` : "0px");
  }).observe(bar);

  // The first hit below the top of the window: where a reader who has scrolled goes on.
  const firstBelow = () => {
    const found = hits.findIndex((hit) => hit.getBoundingClientRect().bottom > bar.offsetHeight);
    return found < 0 ? 0 : found;
  };

  const go = (number) => {
    at = (number + hits.length) % hits.length;
    const hit = hits[at];
    location.replace(`#${hit.id}`);
    hit.tabIndex = -1;
    hit.focus({ preventScroll: true });
    const mark = hit.querySelector("mark");
    if (mark && mark.getBoundingClientRect().bottom > innerHeight) {
      mark.scrollIntoView({ block: "center" });
    }
    say();
  };
  const forward = () => go(at < 0 ? firstBelow() : at + 1);
  const back = () => go(at < 0 ? firstBelow() - 1 : at - 1);

  next.addEventListener("click", forward);
  previous.addEventListener("click", back);
  addEventListener("hashchange", stand);
  article.addEventListener("click", (event) => {
    const link = event.target.closest(".steps a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(places.get(link.hash.slice(1)));
  });
  stand();

  // Single keys can be turned off, here and on the help page (WCAG 2.1.4).
  const kept = (() => {
    try {
      return localStorage;
    } catch {
      return null; // nothing is kept
    }
  })();
  let on = kept?.getItem("essays.keys") !== "off";
  const keys = made("button", { type: "button", className: "keys", title: "Turn the keys on or off" }, "Keys ", made("kbd", {}, "n"), " ", made("kbd", {}, "p"));
  const show = () => keys.setAttribute("aria-pressed", String(on));
  keys.addEventListener("click", () => {
    on = !on;
    kept?.setItem("essays.keys", on ? "on" : "off");
    show();
  });
  show();
  bar.append(keys);
  addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("input, textarea, select, dialog, [contenteditable]")) return;
    if (event.key === "n") forward();
    else if (event.key === "p") back();
    else return;
    event.preventDefault();
  });
}

// The section being read: that of the passage the address names, while it is to be seen; else the
// last that has begun in the upper fifth of the window.

const outline = document.querySelector(".outline");

if (outline) {
  outline.querySelector("details").open = matchMedia("(min-width: 68rem)").matches;
  // Of headings that begin together the innermost counts.
  const links = new Map([...outline.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  const begun = new Set();
  let current;

  const reading = () => {
    const named = document.querySelector(".passage:target");
    const box = named?.getBoundingClientRect();
    if (box && box.bottom > 0 && box.top < innerHeight) {
      return sections.findLast((one) => one === named || follows(named, one));
    }
    return sections.findLast((one) => begun.has(one));
  };

  const mark = () => {
    const link = links.get(reading()?.id);
    if (link === current) return;
    current?.removeAttribute("aria-current");
    current = link;
    if (!link) return;
    link.setAttribute("aria-current", "true");
    const { offsetTop, offsetHeight } = link;
    if (offsetTop < outline.scrollTop) outline.scrollTop = offsetTop - offsetHeight;
    else if (offsetTop + offsetHeight > outline.scrollTop + outline.clientHeight) {
      outline.scrollTop = offsetTop + 2 * offsetHeight - outline.clientHeight;
    }
  };

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) begun[isIntersecting ? "add" : "delete"](target);
      mark();
    },
    // Whatever is above the line counts as seen.
    { rootMargin: "99999999px 0px -80% 0px" },
  );
  sections.forEach((section) => watcher.observe(section));
  addEventListener("hashchange", mark);
}

// Citations: the essay's at its end, a passage's in a dialogue.

const citation = document.getElementById("citation");
const form = document.getElementById("cite");

async function copy(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    // Without a secure connection there is no clipboard; what is selected can still be copied.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy") ? "Copied." : "Selected; copy it with Ctrl+C or ⌘C.";
  }
}

function copies(label, what, told) {
  const button = made("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    const [text, element] = what();
    told.textContent = "";
    told.textContent = await copy(text, element);
  });
  return button;
}

function teller() {
  const told = made("p", { className: "told" });
  told.setAttribute("role", "status");
  return told;
}

const words = (element) => element.textContent.replace(/\s+/g, " ").trim();

const toldBelow = teller();
citation.after(copies("Copy citation", () => [words(citation), citation], toldBelow), toldBelow);

// The headings above a passage, outermost first.
function headings(passage) {
  const path = [];
  const own = passage.querySelector(":scope > .text:is(h2, h3, h4, h5, h6)");
  let level = own ? depth(own) : 9;
  const above = [...article.querySelectorAll(".passage > :is(h2, h3, h4, h5, h6)")].filter(
    (heading) => heading !== own && (passage.contains(heading) || follows(passage, heading)),
  );
  for (const heading of above.reverse()) {
    if (depth(heading) < level) {
      level = depth(heading);
      path.unshift(heading.textContent);
    }
  }
  return path;
}

const depth = (heading) => Number(heading.getAttribute("aria-level") ?? heading.localName[1]);

const dialog = made("dialog", { className: "citing" });
const title = made("h2", { id: "citing-title" });
const shown = made("p", { className: "citation" });
const told = teller();
const url = () => shown.querySelector("a");
const close = made("button", { type: "button" }, "Close");
dialog.setAttribute("aria-labelledby", title.id);
dialog.append(
  title,
  shown,
  made(
    "div",
    { className: "ways" },
    copies("Copy citation", () => [words(shown), shown], told),
    copies("Copy link", () => [url().href, url()], told),
    close,
  ),
  told,
);
close.addEventListener("click", () => dialog.close());
// The button is hidden while nothing in its passage has the focus, so it can't take it at once.
let opener;
dialog.addEventListener("close", () => {
  opener.parentElement.querySelector(".link").focus({ preventScroll: true });
  opener.focus({ preventScroll: true });
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
document.body.append(dialog);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  opener = event.submitter;
  const passage = document.getElementById(event.submitter.value);
  const path = headings(passage);
  title.textContent = `Cite ${passage.querySelector(".link").getAttribute("aria-label").replace("Link to ", "")}`;
  shown.replaceChildren(...citation.cloneNode(true).childNodes);
  if (path.length) shown.querySelector(".in").replaceChildren(", ", made("bdi", {}, path.join(" › ")));
  url().href = url().textContent = `${url().href}#${passage.id}`;
  told.textContent = "";
  dialog.showModal();
});
