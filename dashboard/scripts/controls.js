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

// A form that is saved as a whole: says what is not saved yet, and asks before it is left behind.
let unsaved = false;
document.addEventListener("input", (event) => {
  const form = event.target instanceof Element && event.target.closest("form[data-unsaved]");
  if (!form) return;
  unsaved = true;
  form.querySelector("[data-unsaved-hint]")?.removeAttribute("hidden");
});
document.addEventListener("submit", (event) => {
  if (event.target.hasAttribute("data-unsaved")) unsaved = false;
});
// What a button of the form changed is not saved either; who discards has been asked enough.
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("[data-unsaved-hint]:not([hidden])")) unsaved = true;
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-discard]")) unsaved = false;
});
addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

// A form that comes back may lack the button that was pressed: the focus goes to what stands in its place.
let pressed = null;
document.addEventListener("htmx:before:swap", () => {
  pressed = document.activeElement?.closest("form[data-unsaved]") ? document.activeElement : null;
});
document.addEventListener("htmx:after:swap", () => {
  if (!pressed || pressed.isConnected || document.activeElement !== document.body) return;
  successor(document.querySelector("form[data-unsaved]"), pressed)?.focus();
  pressed = null;
});
function successor(form, gone) {
  if (!form) return null;
  const find = (selector) => [...form.querySelectorAll(`${selector}:enabled`)].at(-1);
  const [act, place] = gone.name === "acao" ? gone.value.split(".") : [];
  if (act === "subir") return find(`[value="subir.${place - 1}"]`) ?? find(`[data-place="${place - 1}"] [value^="remover."]`);
  if (act === "remover") return find(`[value="remover.${place}"]`) ?? find('[value^="remover."]') ?? find('[value="regra"]');
  if (act === "regra" || act === "sugestao") return form.querySelector("[data-place]:last-child select");
  return gone.id ? document.getElementById(gone.id) : find(`[name="${gone.name}"][value="${gone.value}"]`);
}

// A field of Bling's goes where the cursor was last.
let last = null;
document.addEventListener("focusin", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.type === "text") last = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const first = document.getElementById(button.dataset.into);
  const field = last && last.form === first.form && last.name.startsWith(first.name) ? last : first;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

// Rules change places by drag, too; the form's own button says where one went.
let dragged = null;
const places = (list) => [...list.children].filter((one) => one.matches("[data-place]"));
document.addEventListener("dragstart", (event) => {
  const handle = event.target instanceof Element && event.target.closest("[data-drag]");
  if (!handle) return;
  dragged = handle.closest("[data-place]");
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.place);
  event.dataTransfer.setDragImage(dragged, 16, 16);
});
document.addEventListener("dragover", (event) => {
  const over = dragged && event.target instanceof Element && event.target.closest("[data-place]");
  if (!over || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  if (over === dragged) return;
  const all = places(dragged.parentElement);
  over[all.indexOf(over) > all.indexOf(dragged) ? "after" : "before"](dragged);
});
document.addEventListener("drop", (event) => {
  if (dragged) event.preventDefault();
});
document.addEventListener("dragend", () => {
  if (!dragged) return;
  const [item, to] = [dragged, places(dragged.parentElement).indexOf(dragged)];
  dragged = null;
  item.classList.remove("dragged");
  if (Number(item.dataset.place) === to) return;
  const mover = item.closest("form").querySelector("[data-mover]");
  mover.value = `mover.${item.dataset.place}.${to}`;
  mover.click();
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
    if (event.target instanceof Element && !event.target.closest("[data-live], [data-unsaved]")) location.reload();
  });
}
document.documentElement.classList.add("js");
