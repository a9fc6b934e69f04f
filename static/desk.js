// The desk at the door, and its rehearsal. Each arrival is first written down on this device and then sent; if no answer comes,
// the desk answers by the list it took along, and sends later. The key of an arrival is made here, so that sending it
// five times is sending it once. What is kept of people is sealed with a key that never leaves this browser.
const root = document.querySelector("[data-desk]");
const page = root.dataset;
const { verdicts, messages } = JSON.parse(document.getElementById("desk-words").textContent);
const PATIENCE = 4000; // milliseconds for an answer, while somebody stands at the door
const FRESH = 30e3; // so often the list is asked for anew
const BATCH = 100;
const clock = new Intl.DateTimeFormat("it-IT", { timeZone: "Europe/Rome", hour: "2-digit", minute: "2-digit" });

let people = null; // {salt, expires, csrf, byHash, byKey}
let online = navigator.onLine;
let signedOut = false;
let sending = null;

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const find = (selector) => root.querySelector(selector);

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

// -- what is kept on this device, sealed ---------------------------------------------------------------------------------

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

const opening = new Promise((done, failed) => {
  const request = indexedDB.open("desk", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("own"); // key of the seal, name of the device
    request.result.createObjectStore("lists"); // people, by event
    request.result.createObjectStore("waiting"); // arrivals that were not sent, by [event, key]
  };
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

async function store(name, mode, ...steps) {
  const objects = (await opening).transaction(name, mode).objectStore(name);
  let result;
  for (const step of steps) result = asked(step(objects));
  return result;
}

const read = (name, key) => store(name, "readonly", (objects) => objects.get(key));
const write = (name, key, value) => store(name, "readwrite", (objects) => objects.put(value, key));
const forget = (name, key) => store(name, "readwrite", (objects) => objects.delete(key));

async function own(name, make) {
  const found = await read("own", name);
  if (found) return found;
  const made = await make();
  // two pages of this browser at once: the first one's counts
  await store("own", "readwrite", (objects) => objects.add(made, name)).catch(() => {});
  return read("own", name);
}

const seal = () => own("seal", () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
const device = () => own("device", () => crypto.randomUUID());

async function sealed(value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await seal(), text) };
}

async function unsealed(kept) {
  const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, await seal(), kept.data);
  return JSON.parse(new TextDecoder().decode(text));
}

// -- the list of people ----------------------------------------------------------------------------------------------------

async function hashOf(salt, code) {
  const found = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(salt + code));
  return Array.from(new Uint8Array(found).slice(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The twin of `normal` in events/checkin/codes.py.
function normal(text) {
  const inAddress = /\/passes\/([^/?#\s]+)/.exec(text);
  const code = (inAddress ? inAddress[1] : text).replace(/[\s-]+/g, "").toUpperCase().replace(/O/g, "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{10}$/.test(code) ? code : "";
}

function take(list) {
  people = { salt: list.salt, csrf: list.csrf, expires: Date.parse(list.expires_at), byHash: new Map(), byKey: new Map() };
  for (const [hash, key, name, organisation, state, arrival, items] of list.people) {
    const one = { key, name, organisation, state, arrival, items };
    people.byHash.set(hash, one);
    people.byKey.set(key, one);
  }
}

async function askPeople() {
  const answer = await fetch(page.snapshot, { cache: "no-store", signal: AbortSignal.timeout(20e3) });
  if (answer.redirected) { signedOut = true; throw new Error("signed out"); }
  if (!answer.ok) throw new Error(String(answer.status));
  const list = await answer.json();
  signedOut = false;
  take(list);
  await write("lists", page.event, await sealed(list));
  const kept = await caches.open("desk:" + new URL(page.here, location.href).href);
  await kept.put(new URL("until", new URL(page.here, location.href)), new Response(String(people.expires)));
  await markWaiting();
}

async function rememberPeople() {
  const kept = await read("lists", page.event);
  if (!kept) return undefined;
  const list = await unsealed(kept);
  if (Date.parse(list.expires_at) <= Date.now()) return forget("lists", page.event);
  take(list);
  return markWaiting();
}

async function person(scan) {
  if (!people || people.expires <= Date.now()) return undefined;
  if (scan.person) return people.byKey.get(scan.person);
  const code = normal(scan.code ?? "");
  return code ? people.byHash.get(await hashOf(people.salt, code)) : undefined;
}

// Those who arrived here alone are here, whatever the list said that was made elsewhere.
async function markWaiting() {
  for (const one of await waiting()) markHere(one);
}

function markHere(scan) {
  if (scan.told !== "admitted" || !people) return;
  const one = people.byKey.get(scan.found);
  if (one && !one.arrival) one.arrival = [scan.at, scan.desk];
}

// -- arrivals --------------------------------------------------------------------------------------------------------------

async function waiting() {
  const range = IDBKeyRange.bound([page.event], [page.event, []]);
  const rows = await store("waiting", "readonly", (objects) => objects.getAll(range));
  const found = await Promise.all(rows.map(unsealed));
  return found.sort((one, other) => one.at - other.at);
}

const keep = async (scan) => write("waiting", [page.event, scan.key], await sealed(scan));

async function report(scans, patience) {
  const sent = scans.map(({ key, means, code, person: whose, newcomer, at, told }) => ({
    key, means, code: code ?? "", person: whose ?? "", newcomer, at, told: told ?? "",
  }));
  const answer = await fetch(page.report, {
    method: "POST", signal: AbortSignal.timeout(patience),
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ device: await device(), device_now: Date.now(), desk: page.desk, scans: sent }),
  });
  if (answer.redirected || answer.status === 403) { signedOut = true; throw new Error("signed out"); }
  if (answer.status === 400 || answer.status === 409) throw new Refused((await answer.json()).error);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).answers;
}

class Refused extends Error {}

const token = () => people?.csrf ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

async function arrived(scan) {
  scan.key = crypto.randomUUID();
  scan.at = Date.now();
  scan.desk = page.desk;
  await keep(scan);
  try {
    if (!online) throw new Error("no network");
    const answer = (await report([scan], PATIENCE))[scan.key];
    await forget("waiting", [page.event, scan.key]);
    const one = people?.byKey.get(answer.person);
    if (one && answer.verdict === "admitted") one.arrival = [scan.at, scan.desk];
    draw(answer);
  } catch (trouble) {
    if (trouble instanceof Refused) {
      await forget("waiting", [page.event, scan.key]);
      draw({ tone: "stop", title: trouble.message, detail: "" });
    } else {
      online = signedOut || /^\d+$/.test(trouble.message); // the next one does not wait for an answer that does not come
      await alone(scan);
    }
  }
  await state();
}

// Without an answer: by the list. It stays written down until the server has it.
async function alone(scan) {
  const one = scan.newcomer ? null : await person(scan);
  if (!scan.newcomer && (!people || people.expires <= Date.now())) {
    scan.told = "unknown";
    await keep(scan);
    draw({ verdict: "unknown", ...verdicts.unknown, detail: messages.no_people });
    return;
  }
  const verdict = scan.newcomer ? "admitted" : !one ? "unknown" : one.arrival ? "again" : one.state;
  scan.told = verdict;
  scan.found = one?.key ?? "";
  await keep(scan);
  const words = verdicts[verdict];
  const first = verdict === "again" ? { time: clock.format(one.arrival[0]), desk: one.arrival[1] } : {};
  const extra = scan.newcomer ? messages.newcomer : messages.told_alone;
  draw({
    verdict, tone: words.tone, title: words.title, name: one?.name ?? scan.newcomer?.full_name, organisation: one?.organisation,
    items: (one?.items ?? []).map((titles) => titles[document.documentElement.lang === "en" ? 1 : 0]),
    detail: `${fill(words.detail, first)} ${extra}`.trim(),
  });
  markHere(scan);
}

async function send() {
  if (!online || signedOut) return;
  for (;;) {
    // those without `told` are being sent by `arrived` at this moment, unless they are left over from a page that was closed
    const rows = (await waiting()).filter((scan) => scan.told || Date.now() - scan.at > 3 * PATIENCE).slice(0, BATCH);
    if (!rows.length) return;
    let answers;
    try {
      answers = await report(rows, 20e3);
    } catch (trouble) {
      if (!(trouble instanceof Refused) || rows.length > 1) throw trouble;
      await forget("waiting", [page.event, rows[0].key]);
      draw({ tone: "stop", title: fill(messages.refused, { reason: trouble.message }), detail: "" });
      continue;
    }
    for (const scan of rows) if (scan.key in answers) await forget("waiting", [page.event, scan.key]);
    if (!rows.some((scan) => scan.key in answers)) return;
  }
}

const settle = () => (sending ??= send().catch(() => {}).finally(() => { sending = null; state(); }));

// -- what is seen ----------------------------------------------------------------------------------------------------------

// The twin of templates/events/checkin/_answer.html.
function draw(said) {
  const box = find("[data-answer]");
  if (!box) return;
  const line = (words, name) => (words ? element("p", { class: name }, words) : null);
  box.replaceChildren(element("div", { class: `desk-said desk-${said.tone}`, "data-verdict": said.verdict ?? "" },
    line(said.title, "desk-title"), line(said.name, "desk-name"), line(said.organisation, ""),
    line((said.items ?? []).join(" · "), "small"), line(said.detail, "desk-detail")));
  box.scrollIntoView({ block: "nearest" });
}

async function state() {
  const number = (await waiting()).length;
  const words = [signedOut ? messages.sign_in : online ? "" : messages.offline];
  if (number) words.push(fill(messages.waiting, { number }));
  const said = words.filter(Boolean).join(" ");
  const network = find("[data-network]");
  if (network && network.textContent !== said) network.textContent = said;
  root.dataset.online = online;
  root.dataset.waiting = number;
  const count = find("[data-count]");
  if (count && people) {
    const all = [...people.byKey.values()].filter((one) => one.state === "admitted");
    const words = fill(messages.here, { came: all.filter((one) => one.arrival).length, expected: all.length });
    if (count.textContent !== words) count.textContent = words;
  }
}

async function refresh() {
  try {
    await askPeople();
    online = true;
  } catch (trouble) {
    online = signedOut || /^\d+$/.test(trouble.message);
  }
  await state();
  await settle();
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (one) => words.every((word) => `${one.name} ${one.organisation}`.toLowerCase().includes(word));
  const found = words.length && people ? [...people.byKey.values()].filter(matches).slice(0, 20) : [];
  const rows = found.map((one) => {
    const state = one.arrival ? `${messages.already} ${clock.format(one.arrival[0])}, ${one.arrival[1]}`
      : one.state === "admitted" ? "" : verdicts[one.state].title;
    const button = element("button", { type: "button", class: "btn btn-primary btn-sm" }, messages.record,
      element("span", { class: "visually-hidden" }, `: ${one.name}`));
    button.addEventListener("click", () => {
      button.disabled = true;
      arrived({ means: "found", person: one.key });
    });
    return element("li", { class: "person" }, element("div", {}, element("h3", {}, one.name),
      element("p", { class: "small" }, one.organisation), state ? element("p", {}, state) : null),
    one.arrival || one.state !== "admitted" ? null : button);
  });
  find("[data-found]").replaceChildren(element("h2", {}, messages.found),
    rows.length ? element("ul", { class: "people" }, ...rows) : element("p", { class: "soft" }, people ? messages.nobody : messages.no_people));
}

function shown(text, means) {
  const code = normal(text);
  if (code) return arrived({ means, code });
  draw({ verdict: "unknown", ...verdicts.unknown, detail: messages.code });
  return undefined;
}

function listen() {
  const field = find("[data-code]");
  find("[data-code-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = "";
    field.focus();
    shown(text, /\/passes\//.test(text) ? "pass" : "typed");
  });
  find("[data-find-form]")?.addEventListener("submit", (event) => {
    if (online) return; // the server finds whole names
    event.preventDefault();
    search(find("#id_q").value);
  });
  find("[data-newcomer-form]")?.addEventListener("submit", (event) => {
    if (online) return;
    event.preventDefault();
    const posted = Object.fromEntries(new FormData(event.target));
    const name = posted.full_name.trim();
    if (!name) { draw({ tone: "stop", title: messages.name, detail: "" }); return; }
    const organisation = posted.organisation_name.trim();
    arrived({ means: "walk_in", newcomer: {
      full_name: name, organisation_name: organisation, organisation_kind: organisation ? posted.organisation_kind : "",
      email: event.target.elements.email.validity.valid ? posted.email.trim() : "",
    } });
    event.target.reset();
  });
  addEventListener("hashchange", fromCamera);
  fromCamera();
}

// The worker of the printed addresses leads here when a camera opened one without a network.
function fromCamera() {
  const text = decodeURIComponent(location.hash.slice(1));
  if (!text) return;
  history.replaceState(null, "", location.pathname);
  shown(text, "pass");
}

// -- kept for when the network is cut ----------------------------------------------------------------------------------------

async function watch() {
  await navigator.serviceWorker.register(page.worker);
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  const files = performance.getEntriesByType("resource").map((entry) => entry.name)
    .filter((name) => new URL(name).origin === location.origin && /\.(css|js|svg|woff2)$/.test(new URL(name).pathname)
      && !name.endsWith("worker.js"));
  const pages = [page.here, new URL("rehearsal/", new URL(page.here, location.href)).href];
  await Promise.all([...new Set([...files, ...pages])].map((address) => fetch(address)));
  const here = await caches.open("desk-here");
  await here.put("/passes/desk", new Response(page.here));
  await navigator.serviceWorker.register(page.passes);
  await navigator.storage?.persist?.();
  root.dataset.kept = "";
}

// -- the rehearsal ---------------------------------------------------------------------------------------------------------

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

function step(name, good, words) {
  const line = root.querySelector(`[data-step=${name}]`);
  line.dataset.good = good;
  line.querySelector("[data-result]").textContent = words;
}

const reachable = () => fetch(page.snapshot, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).then(() => true, () => false);

async function rehearse() {
  const able = Boolean(globalThis.isSecureContext && crypto.subtle && navigator.serviceWorker && globalThis.indexedDB);
  step("able", able, able ? messages.good : messages.bad);
  if (!able) return;
  step("kept", "", messages.wait);
  await watch();
  const address = new URL(page.here, location.href);
  const kept = await (await caches.open("desk:" + address.href)).match(address.href);
  step("kept", Boolean(kept), kept ? messages.good : messages.bad);
  await askPeople();
  step("people", true, fill(messages.known, { number: people.byKey.size, time: clock.format(people.expires) }));
  step("cut", "", messages.wait);
  while (await reachable()) {
    step("cut", "", messages.still_there);
    await pause(1000);
  }
  const cutAt = Date.now();
  step("cut", true, messages.cut);
  const number = people.byKey.size;
  try {
    await withoutNetwork();
    step("alone", true, messages.alone);
  } catch (trouble) {
    step("alone", false, fill(messages.failed, { reason: trouble.message }));
    return;
  }
  step("back", "", messages.wait);
  while (!(await reachable())) await pause(1000);
  const seconds = Math.round((Date.now() - cutAt) / 1000);
  const answer = await fetch(page.passed, {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify({ device: await device(), desk: page.desk, people: number, seconds }),
  });
  step("back", answer.ok, answer.ok ? messages.back : fill(messages.failed, { reason: answer.status }));
  find("[data-passed-words]").hidden = !answer.ok;
}

// Everything that a desk does alone, with the network cut: its page from the worker, its people from the seal, an arrival kept.
async function withoutNetwork() {
  const found = await fetch(page.here);
  if (!found.ok || !(await found.text()).includes("data-code-form")) throw new Error(page.here);
  people = null;
  await rememberPeople();
  if (!people) throw new Error("people");
  const trial = { key: "trial", at: Date.now(), told: "admitted" };
  await write("waiting", ["rehearsal", "trial"], await sealed(trial));
  const kept = await unsealed(await read("waiting", ["rehearsal", "trial"]));
  await forget("waiting", ["rehearsal", "trial"]);
  if (kept.key !== "trial") throw new Error("arrivals");
}

// --------------------------------------------------------------------------------------------------------------------------

async function begin() {
  await rememberPeople();
  listen();
  await refresh();
  setInterval(refresh, FRESH);
  addEventListener("online", refresh);
  addEventListener("offline", () => { online = false; state(); });
  await watch();
}

// without https a browser has neither seal nor worker: the plain page does all the work
if ("rehearsal" in page) rehearse().catch((trouble) => step("kept", false, fill(messages.failed, { reason: trouble.message })));
else if (globalThis.isSecureContext && crypto.subtle && navigator.serviceWorker) begin().catch(() => {});
