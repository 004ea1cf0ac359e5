// The mark in the gutter, in the strip's own signs: a filled dot where tensors require grad, a hollow one where none does any more,
// scissors at the cut; beside them a cross for an exception and a sign for what is worth a look.
import type { Mark } from './lineNotes.ts';

export function LineMark({ mark }: { readonly mark: Mark }) {
  if (mark === 'cut')
    return (
      <span className="mark mark-cut" aria-hidden="true">
        ✂
      </span>
    );
  return (
    <svg className={`mark mark-${mark}`} viewBox="0 0 12 12" aria-hidden="true">
      {mark === 'raises' && <path d="M2.5 2.5l7 7m0-7l-7 7" />}
      {mark === 'warns' && <path d="M6 2v4.6M6 9.2v.9" />}
      {mark === 'missing' && <path d="M4 4.2a2 2 0 1 1 2.7 1.9c-.5.2-.7.5-.7 1.1M6 9.4v.8" />}
      {(mark === 'trains' || mark === 'frozen') && <circle cx="6" cy="6" r="4.2" />}
      {mark === 'acts' && <path d="M3 6h6" />}
      {mark === 'assumed' && <path d="M6 5.7v.6" />}
    </svg>
  );
}
