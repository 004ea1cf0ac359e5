// A number: a field to type it exactly, and a slider where its range is worth dragging through. What isn't a number in
// the range stays in the field with a sentence below and never reaches the recipe, so nothing typed is lost.
import { useEffect, useId, useState } from 'react';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import type { NumberKind, Setting } from '../../../engine/index.ts';
import { decimal } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { settingNumberText } from '../../texts/numbers.ts';
import { fromPosition, sliderSpan, toPosition } from './sliderScale.ts';

export function NumberControl(props: {
  readonly label: string;
  readonly setting: Setting;
  readonly type: NumberKind;
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  const { label, setting, type, value, onChange } = props;
  const { t } = useTexts();
  const log = type.scale === 'log';
  const text = settingNumberText(value, log);
  const [draft, setDraft] = useState<string | null>(null);
  const problemId = useId();
  useEffect(() => {
    // Whatever changed the value (slider, undo, a preset) wins over what was typed before.
    void value;
    setDraft(null);
  }, [value]);

  const typed = draft === null ? value : (decimal(draft.trim()) ?? Number.NaN);
  const whole = type.integer !== true || Number.isInteger(typed) || Number.isNaN(typed);
  const holds = typed >= type.min && typed <= type.max && whole;
  const span = sliderSpan(type, typeof setting.default === 'number' ? setting.default : 0);

  return (
    <>
      <input
        className="setting-input mono"
        aria-label={label}
        aria-invalid={!holds}
        aria-describedby={holds ? undefined : problemId}
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        value={draft ?? text}
        onChange={(event) => {
          const next = event.target.value;
          setDraft(next);
          const number = decimal(next.trim()) ?? Number.NaN;
          const fits =
            number >= type.min && number <= type.max && (type.integer !== true || Number.isInteger(number));
          if (fits && !Object.is(number, value)) {
            onChange(number);
            // Keeps "1e-" or "0.0" as typed while it means the same number.
            queueMicrotask(() => setDraft(next));
          }
        }}
        onBlur={() => holds && setDraft(null)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && holds) setDraft(null);
          if (event.key === 'Escape') setDraft(null);
        }}
      />
      {span !== null && (
        <Slider
          className="slider"
          aria-label={label}
          minValue={0}
          maxValue={span.positions}
          step={1}
          value={toPosition(span, value)}
          onChange={(position) =>
            onChange(fromPosition(span, Array.isArray(position) ? (position[0] ?? 0) : position))
          }
        >
          <SliderTrack className="slider-track">
            <SliderThumb className="slider-thumb" aria-label={label} />
          </SliderTrack>
        </Slider>
      )}
      {!holds && (
        <p id={problemId} className="setting-problem is-cut" role="alert">
          {t(whole ? 'recipe.invalidNumber' : 'recipe.invalidWhole', {
            name: label,
            min: settingNumberText(type.min, log),
            max: settingNumberText(type.max, log),
            value: draft ?? text,
            kept: text,
          })}
        </p>
      )}
    </>
  );
}
