// Has the browser keep the built page for days without a network, and tells when a newer version lies ready. It never reloads by itself.
// Where a browser or a host offers no service worker the page works as it always did.

/** `onNewer` is called with what takes the newer version: it reloads the page. */
export async function keepPage(folder: string, onNewer: (take: () => void) => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let kept: ServiceWorkerRegistration;
  try {
    kept = await serviceWorker.register(new URL('sw.js', folder), { scope: folder });
  } catch {
    // Refused, or the host has no such file: nothing depends on it.
    return;
  }
  let taken = false;
  serviceWorker.addEventListener('controllerchange', () => {
    if (taken) location.reload();
  });
  const offer = (): void =>
    onNewer(() => {
      taken = true;
      if (kept.waiting === null) location.reload();
      else kept.waiting.postMessage('take-over');
    });
  // The first one ever has nothing to take over from.
  if (kept.waiting && serviceWorker.controller) offer();
  kept.addEventListener('updatefound', () => {
    const coming = kept.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed' && serviceWorker.controller) offer();
    });
  });
}
