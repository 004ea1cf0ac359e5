// What is wider than its room and scrolls in itself: the keyboard comes to it, arrows scroll it, and it has a name. No landmark: there are many.
// biome-ignore-all lint/a11y/useSemanticElements: a <fieldset> is for controls
// biome-ignore-all lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
import type { ReactNode } from 'react';

export function Scroll(props: {
  readonly className: string;
  readonly label: string;
  readonly children: ReactNode;
}) {
  const { className, label, children } = props;
  return (
    <div role="group" className={className} tabIndex={0} aria-label={label}>
      {children}
    </div>
  );
}
