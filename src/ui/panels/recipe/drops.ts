// A model file dropped anywhere on the page is opened; any other file dropped beside a field does nothing, where the browser
// would leave the page to show it.
import type { Actions } from '../../state/actions.ts';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

export function listenToDrops(actions: Pick<Actions, 'openModel'>): void {
  document.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    if (event.defaultPrevented || !carriesFiles(event)) return;
    event.preventDefault();
    const file = [...(event.dataTransfer?.files ?? [])].find(({ name }) =>
      name.toLowerCase().endsWith('.gguf'),
    );
    if (file !== undefined) actions.openModel(file);
  });
}
