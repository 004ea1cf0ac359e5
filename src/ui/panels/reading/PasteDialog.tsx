// Where a script is pasted and what was read from it is shown: fetched when it is first opened, with its texts and styles.
import { useState } from 'react';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Sheet } from '../../parts/Sheet.tsx';
import { PasteBox } from './PasteBox.tsx';
import { Progress } from './Progress.tsx';
import { Reading } from './Reading.tsx';
import '../../styles/reading.css';

export function PasteDialog() {
  const { t } = useTexts();
  const actions = useActions();
  const { reading, text, name, phase, id, failure } = usePageState((state) => state.script);
  /** The reading whose text is being edited: the next one ends that. */
  const [editOf, setEditOf] = useState<number | null>(null);
  const boxed = reading === null || editOf === id || failure !== null;
  const fromNotebook = reading?.kind === 'notebook';
  return (
    <Sheet title={t('paste.open')} full open onClose={() => actions.openDialog(null)}>
      <Progress />
      {boxed ? (
        <PasteBox
          initial={fromNotebook ? reading.source : text}
          name={fromNotebook ? null : name}
          onBack={reading === null ? null : () => setEditOf(null)}
        />
      ) : (
        <Reading reading={reading} busy={phase !== 'idle'} onEdit={() => setEditOf(id)} />
      )}
    </Sheet>
  );
}
