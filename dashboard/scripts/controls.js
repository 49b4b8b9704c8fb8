// Theme at once instead of after a reload; copying; a menu that closes; a failed save shows what truly stands.
const THEMES = { light: "ponte", dark: "ponte-escuro" };
// In a portal's frame another session counts; browsers do not say of a script's requests where they come from.
const MARK = document.documentElement.classList.contains("in-frame") ? { "X-Ponte-Frame": "1" } : {};

function wear(theme) {
  if (theme in THEMES) document.documentElement.dataset.theme = THEMES[theme];
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-choice] button")) {
    button.setAttribute("aria-pressed", String(button.value === theme));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-theme-choice") || !event.submitter) return;
  event.preventDefault();
  wear(event.submitter.value);
  fetch(form.action, { method: "POST", headers: MARK, body: new URLSearchParams(new FormData(form, event.submitter)) });
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent);
  button.querySelector("span").textContent = button.dataset.copied;
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!except || !menu.contains(except)) menu.open = false;
  }
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector("[data-menu][open] summary")?.focus();
  closeMenus(null);
});

document.addEventListener("htmx:config:request", (event) => Object.assign(event.detail.ctx.request.headers, MARK));

for (const name of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(name, (event) => {
    if (event.target instanceof Element && !event.target.hasAttribute("data-live")) location.reload();
  });
}
document.documentElement.classList.add("js");
