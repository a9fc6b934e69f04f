// Now and next on a display of the hall. It asks for everything every half minute and needs no network in between: what is
// on and what comes next it finds by itself, by the server's clock. What it got last it keeps, also through a restart.
const page = document.body.dataset;
const main = document.documentElement.lang;
const beside = main === "it" ? "en" : "it";
const KEPT = `screen:${page.state}`;
const HOUR = 3600e3;
const wallClock = new Intl.DateTimeFormat("it-IT", { timeZone: "Europe/Rome", hour: "2-digit", minute: "2-digit" });
const wallDay = new Intl.DateTimeFormat(main === "it" ? "it-IT" : "en-GB", {
  timeZone: "Europe/Rome", weekday: "long", day: "numeric", month: "long",
});

let state = null; // what the server said last
let saidAt = 0; // when, by the server's clock
let ahead = 0; // milliseconds that the server's clock is ahead of this one
let isOld = false;
let shown = "";

const now = () => Date.now() + ahead;
const say = (words) => words[main] ?? words[beside] ?? "";

// Hours and minutes in Rome; in the hour that October has twice, with the zone.
function wall(moment) {
  const time = wallClock.format(moment);
  if (wallClock.format(moment + HOUR) === time) return `${time} CEST`;
  if (wallClock.format(moment - HOUR) === time) return `${time} CET`;
  return time;
}

const today = (moment) => wallDay.format(moment).replace(",", "");

function when(item, at) {
  const hours = `${wall(item.starts)}–${wall(item.ends)}`;
  return today(item.starts) === today(at) ? hours : `${today(item.starts)}, ${hours}`;
}

function line(item, at) {
  const language = item.title[main] === undefined ? beside : main;
  return {
    key: item.id, when: when(item, at), title: say(item.title), language,
    other: language === main ? item.title[beside] : undefined,
    who: say(item.who), off: item.off, free: item.free,
  };
}

// The twin of `_panel` in events/outputs/screens.py.
function panel(room, at) {
  const here = state.items.filter((item) => !room || item.room === null || item.room === room.id);
  const running = here.filter((item) => item.starts <= at && at < item.ends);
  const coming = here.filter((item) => item.starts > at);
  const first = Math.min(...coming.map((item) => item.starts));
  const next = coming.filter((item) => item.starts === first);
  return {
    name: room ? say(room.name) : state.venue,
    now: running.map((item) => line(item, at)), next: next.map((item) => line(item, at)),
  };
}

function panels(at) {
  const wanted = page.room ? state.rooms.filter((room) => String(room.id) === page.room) : state.rooms;
  return (wanted.length ? wanted : [null]).map((room) => panel(room, at));
}

// -- drawing: only what has changed, so that nothing flickers --------------------------------------------------------------

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function drawnLine(one) {
  const labels = state.labels;
  const title = one.off ? element("del", {}, one.title) : one.title;
  const places = one.free ? `${say(labels.free)} ${one.free}` : say(labels.full);
  return element("article", { "data-item": one.key },
    element("p", { class: "when" }, one.when),
    element("p", { class: "title", lang: one.language, dir: "auto" }, title),
    one.off ? element("p", { class: "off" }, say(labels.called_off)) : null,
    one.other ? element("p", { class: "other", lang: beside, dir: "auto" }, one.other) : null,
    one.who ? element("p", { class: "who", dir: "auto" }, one.who) : null,
    one.free === null || one.off ? null : element("p", { class: "free" }, places));
}

function drawnPanel(one) {
  const labels = state.labels;
  const none = (words) => element("p", { class: "none" }, say(words));
  const head = element("h2", {}, one.name);
  if (!one.now.length && !one.next.length) return element("section", {}, head, none(labels.over));
  const running = one.now.length ? one.now.map(drawnLine) : [none(labels.nothing_now)];
  return element("section", {}, head,
    element("div", { class: "now" }, element("h3", {}, say(labels.now)), ...running),
    one.next.length
      ? element("div", { class: "next" }, element("h3", {}, say(labels.next)), ...one.next.map(drawnLine))
      : null);
}

function write(selector, text) {
  const found = document.querySelector(selector);
  if (found.textContent !== text) found.textContent = text;
}

function show() {
  const at = now();
  write("[data-clock]", wallClock.format(at));
  if (!state) return;
  const old = document.querySelector("[data-old]");
  write("[data-old]", isOld ? `${say(state.labels.old)} ${wall(saidAt)}.` : "");
  old.hidden = !isOld;
  const all = state.cancelled ? state.labels.cancelled : state.items.length ? null : state.labels.empty;
  const found = all ? [] : panels(at);
  const key = JSON.stringify([all, found, state.title, state.labels]);
  if (key === shown) return;
  shown = key;
  write("h1", say(state.title));
  const drawn = all ? [element("p", { class: "all" }, say(all))] : found.map(drawnPanel);
  document.querySelector("[data-panels]").replaceChildren(...drawn);
  fit();
}

// Nobody scrolls a display: letters shrink, down to half, until everything is seen. A telephone may scroll.
function fit() {
  const root = document.documentElement;
  root.style.fontSize = "";
  if (innerWidth < 768) return;
  const full = parseFloat(getComputedStyle(root).fontSize);
  for (let size = full; root.scrollHeight > innerHeight && size > full / 2; size *= 0.96) root.style.fontSize = `${size}px`;
}

// -- asking and keeping ----------------------------------------------------------------------------------------------------

function take(said) {
  for (const item of said.items) {
    item.starts = Date.parse(item.starts);
    item.ends = Date.parse(item.ends);
  }
  state = said;
}

async function ask() {
  try {
    const answer = await fetch(page.state, { cache: "no-cache", credentials: "omit", signal: AbortSignal.timeout(10e3) });
    if (!answer.ok) throw new Error(String(answer.status));
    const text = await answer.text();
    take(JSON.parse(text));
    const difference = Date.parse(answer.headers.get("Date")) - Date.now();
    ahead = Math.abs(difference) > 2000 ? difference : 0; // the header counts whole seconds; NaN is not above 2000
    saidAt = now();
    isOld = false;
    keep(JSON.stringify({ text, saidAt, ahead }));
  } catch {
    isOld = true;
  }
  show();
}

function keep(text) {
  try {
    localStorage.setItem(KEPT, text);
  } catch { /* a full or forbidden store costs only the restart without network */ }
}

function remember() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    if (!kept) return;
    take(JSON.parse(kept.text));
    ({ saidAt, ahead } = kept);
  } catch { /* what cannot be read is asked for anew */ }
}

async function watch() {
  if (!("serviceWorker" in navigator)) return; // without https there is none: the page must then stay open
  await navigator.serviceWorker.register(page.worker);
  await navigator.serviceWorker.ready;
  const claimed = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  if (!navigator.serviceWorker.controller) await claimed;
  await fetch(location.href); // the worker keeps this page
  document.body.dataset.kept = "";
}

remember();
ask();
watch().catch(() => {});
setInterval(show, 1000);
setInterval(ask, 30e3);
addEventListener("online", ask);
addEventListener("resize", fit);
document.fonts.ready.then(fit);
