{% load static %}// Keeps the desk of one event for when the network is cut: asks the network first, always, and answers from what it kept if
// there is none. It keeps pages and files, never a list of people: that is the page's own, sealed (static/desk.js).
const KEPT = "desk:" + self.registration.scope;
const SCOPE = new URL(self.registration.scope).pathname;
const PAGES = [SCOPE, SCOPE + "rehearsal/"];
const PATIENCE = 4000; // milliseconds for a network that is there and does not answer

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const isPage = PAGES.includes(url.pathname) && !url.search;
  const isFile = url.pathname.startsWith("{% get_static_prefix %}");
  if (isPage || isFile) event.respondWith(answer(event.request, url.origin + url.pathname));
});

async function answer(request, address) {
  const kept = await caches.open(KEPT);
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (found.ok && !found.redirected && found.type === "basic") await kept.put(address, found.clone());
    if (found.status < 500) return found;
    return (await remembered(kept, address)) || found;
  } catch (trouble) {
    const found = await remembered(kept, address);
    if (found) return found;
    throw trouble;
  }
}

// The page writes until when it may be answered without asking; afterwards this device knows nothing any more.
async function remembered(kept, address) {
  const until = await kept.match(SCOPE + "until");
  if (!until || Number(await until.text()) > Date.now()) return kept.match(address);
  await caches.delete(KEPT);
  return undefined;
}
