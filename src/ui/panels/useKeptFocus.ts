// Keeps the keyboard in the centre: a button that was pressed may go with the card it stood in (Train, Apply), and the focus with it. Then the
// centre itself takes the focus, and Tab goes on from its top.
import type { FocusEvent } from 'react';
import { useEffect, useRef } from 'react';

/** `shown`: changes whenever the centre shows other cards. The returned handlers belong on the centre's element, whose id is `id`. */
export function useKeptFocus(id: string, shown: string) {
  const held = useRef(false);
  useEffect(() => {
    void shown;
    if (held.current && document.activeElement === document.body)
      document.getElementById(id)?.focus({ preventScroll: true });
  }, [id, shown]);
  return {
    onFocus: (): void => {
      held.current = true;
    },
    // Where it goes nowhere, its element may have gone.
    onBlur: ({ relatedTarget, currentTarget }: FocusEvent): void => {
      if (relatedTarget !== null && !currentTarget.contains(relatedTarget)) held.current = false;
    },
  };
}
