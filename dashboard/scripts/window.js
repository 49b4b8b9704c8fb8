// Waits for a consent in another window, then goes on where it is told what became of it.
const EVERY_MS = 1500;
const pane = document.querySelector("[data-wait]");
const sign = pane.querySelector("[role=status]");
let asking = null;

async function ask() {
  const answer = await fetch(pane.dataset.wait, { headers: { "X-Ponte-Frame": "1", Accept: "application/json" } });
  if (answer.status === 204) return;
  clearInterval(asking);
  if (answer.ok) location.assign((await answer.json()).path);
  else sign.textContent = sign.dataset.over;
}

pane.querySelector("a[target]").addEventListener("click", () => {
  sign.textContent = sign.dataset.waiting;
  asking ??= setInterval(ask, EVERY_MS);
});
