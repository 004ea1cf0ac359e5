// Sets the theme before the first paint, so that a dark page never flashes light. Same rule as src/ui/mountPage.tsx.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('lora-playground.theme');
  } catch {
    // Storage is forbidden: the system's theme holds.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
