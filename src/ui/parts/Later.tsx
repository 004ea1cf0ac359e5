// A dialog that is fetched when it is opened, so that the first load does without it. Where it can't be had, that is said.
import type { ComponentType } from 'react';
import { startTransition, useEffect, useState } from 'react';
import { useActions, useTexts } from '../PageContext.tsx';
import { Sheet } from './Sheet.tsx';

export function Later({ load }: { readonly load: () => Promise<ComponentType> }) {
  const { t } = useTexts();
  const actions = useActions();
  const [Part, setPart] = useState<ComponentType | null>(null);
  const [missing, setMissing] = useState(false);
  useEffect(() => {
    let left = false;
    load().then(
      // Drawn in slices: a dialog is hundreds of elements.
      (part) => !left && startTransition(() => setPart(() => part)),
      () => !left && setMissing(true),
    );
    return () => {
      left = true;
    };
  }, [load]);
  if (Part !== null) return <Part />;
  return (
    <Sheet title={t('bar.unfetched')} open={missing} onClose={() => actions.openDialog(null)}>
      <p>{t('paste.missing')}</p>
    </Sheet>
  );
}
