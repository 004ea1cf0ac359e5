// What whoever tries one backend (webgpu, ort, cpu) on a software adapter has a page do before anything else: keep the choice of it, as a person's, where
// Automatic would take what is faster there. Runs in the page.
export function onBackend(choice: string): void {
  try {
    localStorage['lora-playground.backend'] ??= choice;
  } catch {
    // A document without an origin keeps nothing.
  }
}
