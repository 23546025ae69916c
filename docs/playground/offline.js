// Without a network the page opens from what was kept when it was loaded; with one, the newer file wins and is kept.
const KEPT = "layouts-playground";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    try {
      const reply = await fetch(event.request);
      if (reply.ok) await kept.put(event.request, reply.clone());
      return reply;
    } catch (error) {
      const found = await kept.match(event.request, { ignoreSearch: true, ignoreVary: true });
      if (found) return found;
      throw error;
    }
  })());
});
