// What whoever tries the page's WebGPU on a software adapter has a page do before anything else: keep the choice of it, as a person's, where
// Automatic would take what is faster there. Runs in the page.
export function onWebgpu(): void {
  try {
    localStorage['lora-playground.backend'] ??= 'webgpu';
  } catch {
    // A document without an origin keeps nothing.
  }
}
