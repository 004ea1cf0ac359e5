// What whoever drives the page by a program has it do before anything else: pick files by the plain input, which a program can fill, and not by
// the picker that gives handles, which only a person can press. Runs in the page.
export function plainPickers(): void {
  Object.assign(window, { showOpenFilePicker: undefined, showDirectoryPicker: undefined });
}
