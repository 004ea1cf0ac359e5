// A box to tick with its sentence.
import type { ReactNode } from 'react';
import { Checkbox } from 'react-aria-components';

export function Tick(props: {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <Checkbox
      className="check"
      isSelected={props.on}
      onChange={props.onChange}
      isDisabled={props.disabled ?? false}
    >
      <span className="check-box" aria-hidden="true" />
      <span>{props.children}</span>
    </Checkbox>
  );
}
