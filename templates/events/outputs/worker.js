{% load static %}// Keeps the screens of one event for when the network is cut: asks the network first, always, and answers from what it kept if
// there is none. It touches nothing else; the agenda itself the screen keeps by its own means.
const KEPT = "screens:" + self.registration.scope;
const FILES = [
  "{% static 'screen.css' %}", "{% static 'screen.js' %}", "{% static 'portal.svg' %}", "{% static 'vendor/fonts.css' %}",
  "{% static 'vendor/fonts/titillium-web-regular.woff2' %}", "{% static 'vendor/fonts/titillium-web-600.woff2' %}",
  "{% static 'vendor/fonts/titillium-web-700.woff2' %}",
];
const PATIENCE = 5000; // milliseconds for a network that is there and does not answer

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll(FILES)));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isPage = url.href.startsWith(self.registration.scope) && url.pathname.endsWith("/");
  const isFile = url.origin === self.location.origin && FILES.includes(url.pathname);
  if (event.request.method === "GET" && (isPage || isFile)) event.respondWith(answer(event.request));
});

async function answer(request) {
  const kept = await caches.open(KEPT);
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (found.ok) await kept.put(request.url, found.clone());
    if (found.status < 500) return found;
    return (await kept.match(request.url)) || found;
  } catch (trouble) {
    const found = await kept.match(request.url);
    if (found) return found;
    throw trouble;
  }
}
