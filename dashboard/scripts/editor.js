// The mapping editor's form comes back whole after each press. What a hurried person presses or types meanwhile
// is done to the form that comes back: nothing is lost, and nothing is done twice.
let busy = 0;
const waiting = [];
let typed = [];

const form = () => document.querySelector("#editor form[data-unsaved]");
const inForm = (event, selector) => (event.target instanceof Element ? event.target.closest(`#editor form[data-unsaved] ${selector}`) : null);
const bringsForm = (event) => event.detail.ctx?.target?.id === "editor";
const row = (key) => [...(form()?.querySelectorAll("[data-row]") ?? [])].find((one) => one.dataset.row === key);
const bare = (control) => control.name.replace(/^r\.\d+\./, "");

// Rows change their numbers when others go: a field is known by its row's key and its place among its like.
function fieldIn(control) {
  const key = control.closest("[data-row]")?.dataset.row;
  const alike = () => [...((key === undefined ? form() : row(key))?.elements ?? row(key)?.querySelectorAll("input, select") ?? [])]
    .filter((one) => bare(one) === bare(control) && (control.type !== "checkbox" || one.value === control.value));
  const place = alike().indexOf(control);
  return () => alike()[place];
}

function buttonIn(button) {
  const [act, place, to] = button.value.split(".");
  if (act === "mover") {
    const key = form().querySelector(`[data-place="${place}"]`)?.dataset.row;
    return () => {
      const [mover, moved] = [form()?.querySelector("[data-mover]"), row(key)];
      if (mover && moved) mover.value = `mover.${moved.dataset.place}.${to}`;
      return moved && mover;
    };
  }
  const key = button.closest("[data-row]")?.dataset.row;
  const wanted = key === undefined ? (one) => one.value === button.value : (one) => one.value.split(".")[0] === act;
  return () => [...((key === undefined ? form() : row(key))?.querySelectorAll("button[name=acao]") ?? [])].find(wanted);
}

function later(event, find, press) {
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.push(() => {
    const found = find();
    if (found && !found.disabled) press(found);
  });
}

document.addEventListener("click", (event) => {
  const button = busy && inForm(event, "button[name=acao]");
  if (button) later(event, buttonIn(button), (one) => one.click());
}, true);

document.addEventListener("input", (event) => {
  const control = busy && inForm(event, ":is(input, select)");
  if (!control) return;
  const find = fieldIn(control);
  typed.push(() => {
    const field = find();
    if (!field) return;
    if (field.type === "checkbox") field.checked = control.checked;
    else field.value = control.value;
  });
}, true);

document.addEventListener("change", (event) => {
  const control = busy && inForm(event, "select[hx-trigger=change]");
  if (control) later(event, fieldIn(control), (one) => one.dispatchEvent(new Event("change", { bubbles: true })));
}, true);

document.addEventListener("htmx:before:request", (event) => {
  if (bringsForm(event)) busy += 1;
});

// The cursor stays where it was. Between the swap and htmx's word of it a key may be struck: not waited for.
let cursor = null;
document.addEventListener("htmx:before:swap", (event) => {
  if (!bringsForm(event)) return;
  const at = document.activeElement;
  const isTyping = at instanceof HTMLInputElement && at.type === "text" && at.closest("#editor form[data-unsaved]");
  cursor = isTyping ? { find: fieldIn(at), at } : null;
});
new MutationObserver(() => {
  for (const again of typed) again();
  typed = [];
  if (!cursor || cursor.at.isConnected) return;
  const field = cursor.find();
  field?.focus();
  field?.setSelectionRange(cursor.at.selectionStart, cursor.at.selectionEnd);
  cursor = null;
}).observe(document.querySelector("#editor").parentElement, { childList: true });

document.addEventListener("htmx:finally:request", (event) => {
  if (!bringsForm(event)) return;
  busy -= 1;
  typed = [];
  setTimeout(next);
});
function next() {
  while (!busy && waiting.length) waiting.shift()();
}
