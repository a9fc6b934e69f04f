// A camera opens a pass's address. Without network there is no answer to it, but a desk on this device: go there with the code.
const HERE = "desk-here"; // the desk that was opened last writes its address under this name
const PATIENCE = 3000; // milliseconds

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && event.request.mode === "navigate") event.respondWith(answer(event.request, url));
});

async function answer(request, url) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (trouble) {
    const kept = await caches.open(HERE);
    const desk = await kept.match("/passes/desk");
    const code = url.pathname.split("/")[2];
    if (!desk || !code) throw trouble;
    return Response.redirect(`${await desk.text()}#${code}`, 302);
  }
}
