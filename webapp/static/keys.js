// The switch for single keys, on the help page (WCAG 2.1.4).

const KEPT = "essays.keys";

const button = document.createElement("button");
button.type = "button";
button.className = "switch";
button.addEventListener("click", () => {
  localStorage.setItem(KEPT, isOff() ? "on" : "off");
  tell();
});

try {
  tell();
  document.querySelector("dl.switched").after(button);
} catch {
  // Nothing is kept in this browser.
}

function isOff() {
  return localStorage.getItem(KEPT) === "off";
}

function tell() {
  button.textContent = `Turn single keys (/, n, p) ${isOff() ? "on" : "off"}`;
}
