// Before the first paint: sets the theme, so that a dark page never flashes light (same rule as src/ui/mountPage.tsx), and says so when a
// script or a style of the page does not come. And has the browser read its tables of languages.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('lora-playground.theme');
  } catch {
    // Storage is forbidden: the system's theme holds.
  }
  const dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';

  const tell = ({ target }) => {
    if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    removeEventListener('error', tell, true);
    const name = new URL(target.src || target.href).pathname.split('/').at(-1);
    const line = document.createElement('p');
    line.role = 'alert';
    line.textContent = `${name}: this file of the page could not be fetched. Check the connection and reload. 页面的这个文件未能取得：请检查网络并刷新。`;
    const show = () => document.body.prepend(line);
    if (document.body) show();
    else addEventListener('DOMContentLoaded', show);
  };
  addEventListener('error', tell, true);

  // The browser reads them at the first question about a language: here it is while the page's program is on its way, and not in the task
  // that runs that.
  Intl.DateTimeFormat.supportedLocalesOf([navigator.language || 'en-US']);
})();
