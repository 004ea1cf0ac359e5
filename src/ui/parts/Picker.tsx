// A list behind a button, for choices too long to stand side by side. Knows nothing of settings.
import { Button, ListBox, ListBoxItem, Popover, Select, SelectValue } from 'react-aria-components';

export interface PickerOption {
  readonly value: string;
  readonly label: string;
  readonly about?: string | undefined;
}

export function Picker(props: {
  readonly label: string;
  readonly options: readonly PickerOption[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly pill?: boolean;
}) {
  const { label, options, value, onChange, pill = false } = props;
  return (
    <Select
      aria-label={label}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
    >
      <Button className={pill ? 'pill' : 'select-button'}>
        <SelectValue>{() => options.find((option) => option.value === value)?.label ?? value}</SelectValue>
        <span aria-hidden="true">▾</span>
      </Button>
      <Popover className="popover" placement="bottom end">
        <ListBox aria-label={label}>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className="list-item" textValue={option.label}>
              {option.label}
              {option.about !== undefined && <span className="about">{option.about}</span>}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
}
