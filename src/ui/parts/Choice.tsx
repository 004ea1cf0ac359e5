// A few options side by side, one of them chosen. Knows nothing of settings.
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';

export interface ChoiceOption {
  readonly value: string;
  readonly label: string;
}

export function Choice(props: {
  readonly label: string;
  readonly options: readonly ChoiceOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly mono?: boolean;
}) {
  const { label, options, value, onChange, mono = false } = props;
  return (
    <ToggleButtonGroup
      className="choice"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        for (const key of keys) onChange(String(key));
      }}
    >
      {options.map((option) => (
        <ToggleButton
          key={option.value}
          id={option.value}
          className={mono ? 'choice-item mono' : 'choice-item'}
        >
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
