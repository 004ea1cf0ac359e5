// Keeps the keyboard in a dialog: a button that was pressed may be disabled or gone with the next state, and the focus with it; then neither Esc nor
// Tab would reach the dialog. It takes the focus itself, and Tab goes on from its top.

/** A ref of an element that can be focused. */
export function keyboardInside(dialog: HTMLElement | null): (() => void) | undefined {
  if (dialog === null) return undefined;
  const look = (): void => {
    // Under another dialog it is inert.
    if (document.activeElement === document.body && dialog.closest('[inert]') === null)
      dialog.focus({ preventScroll: true });
  };
  // A browser takes the focus from what is disabled when it next draws.
  const watcher = new MutationObserver(() => void requestAnimationFrame(() => setTimeout(look)));
  watcher.observe(dialog, { subtree: true, childList: true, attributeFilter: ['disabled'] });
  return () => watcher.disconnect();
}
