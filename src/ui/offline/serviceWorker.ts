// The service worker of the built page: events in, keptPage.ts does the rest. A newer version waits until a person takes it.
/// <reference lib="webworker" />
import type { PageFiles } from './keptPage.ts';
import { keptPage } from './keptPage.ts';

/** tools/build/offlinePage.ts puts it in. */
declare const OFFLINE_FILES: PageFiles;
declare const self: ServiceWorkerGlobalScope;

const page = keptPage(OFFLINE_FILES, {
  caches,
  scope: self.registration.scope,
  request: (address, asked) => fetch(address, asked),
});

self.addEventListener('install', (event) => event.waitUntil(page.install()));
self.addEventListener('activate', (event) =>
  // The first visit's page is answered from here on, so that what it fetches later is kept.
  event.waitUntil(page.tidy().then(() => self.clients.claim())),
);
self.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const path = page.pathOf(event.request);
  if (path !== null) event.respondWith(page.answer(path, event.request, (work) => event.waitUntil(work)));
});
