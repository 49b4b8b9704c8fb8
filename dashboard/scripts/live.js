// The live view: one stream of notices for the page. What stands on it asks for itself anew (`data-live`, through
// htmx), at most once in `PAUSE_MS`, so that a burst of ten thousand changes costs the page no more than a few.
const PAUSE_MS = 900;
const POLL_MS = 5000;
const parts = () => document.querySelectorAll("[data-live]");
const state = { paused: false, waiting: null, last: 0, poll: null };

function refresh() {
  state.waiting = null;
  state.last = Date.now();
  if (state.paused || document.hidden) return;
  for (const part of parts()) {
    if (part.hasAttribute("data-reload")) reloadIfOver();
    else window.htmx?.trigger(part, "ponte:settled");
  }
}

// A page that waits for one thing is loaded anew when that is over, not at each notice.
async function reloadIfOver() {
  const page = await fetch(location.href);
  if (page.ok && !(await page.text()).includes("data-reload")) location.reload();
}

function settled() {
  if (state.waiting || state.paused) return;
  state.waiting = setTimeout(refresh, Math.max(60, PAUSE_MS - (Date.now() - state.last)));
}

function say(key) {
  for (const sign of document.querySelectorAll("[data-live-state]")) {
    sign.textContent = sign.dataset[key];
    sign.classList.toggle("live-still", key !== "on");
  }
}

function mode(live) {
  clearInterval(state.poll);
  state.poll = live ? null : setInterval(settled, POLL_MS);
}

function connect() {
  const stream = new EventSource(document.documentElement.classList.contains("in-frame") ? "/live?frame=1" : "/live");
  stream.addEventListener("settled", settled);
  stream.addEventListener("reload", settled);
  // The first message after each (re)connection says how long it has been quiet: what settled since the page was
  // asked for, and before it listened, is asked for once.
  stream.addEventListener("mode", (message) => {
    const told = JSON.parse(message.data);
    mode(told.live);
    const missed = told.quiet_s === undefined || (told.quiet_s !== null && told.quiet_s * 1000 < performance.now() + 500);
    if (missed) settled();
  });
  stream.addEventListener("open", () => {
    if (!state.paused) say("on");
  });
  stream.addEventListener("error", () => {
    if (!state.paused) say("lost");
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, POLL_MS);
  });
  addEventListener("pagehide", () => stream.close(), { once: true });
}

function pause(button) {
  state.paused = !state.paused;
  button.setAttribute("aria-pressed", String(state.paused));
  button.querySelector("span").textContent = state.paused ? button.dataset.resume : button.dataset.pause;
  say(state.paused ? "off" : "on");
  if (!state.paused) settled();
}

// While paused nothing may be exchanged, not even by htmx's own clock.
document.addEventListener("htmx:before:request", (event) => {
  if (state.paused && event.target instanceof Element && event.target.hasAttribute("data-live")) event.preventDefault();
});
document.addEventListener("htmx:before:swap", (event) => {
  if (state.paused && event.target instanceof Element && event.target.hasAttribute("data-live")) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-live-pause]");
  if (button) pause(button);
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) settled();
});

if (parts().length || document.querySelector("[data-live-state]")) connect();
