// Two presets as the page lists them, for tests and for looking at the page without an engine.
import { defaultValues, withPatch } from '../../engine/index.ts';
import type { PresetEntry } from '../state/state.ts';

const both = (text: string) => ({ en: text, zh: text });

export const presetEntries: readonly PresetEntry[] = [
  {
    id: 'ships-log',
    title: { en: 'Ship’s log', zh: '航海日志' },
    line: both('A ship’s log.'),
    description: { en: 'Answers become a line of a ship’s log.', zh: '回答变成一行航海日志。' },
    rows: 48,
    values: defaultValues,
    prompts: ['Where does the ferry leave from?'],
    language: 'en',
  },
  {
    id: 'element-0',
    title: both('element-0'),
    line: both('It stops.'),
    description: { en: 'The error that brings people here.', zh: '让人来到这里的那个错误。' },
    rows: 48,
    values: withPatch(defaultValues, {
      'wiring.attach': 'get_peft_model',
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
    }),
    prompts: ['Where does the ferry leave from?'],
    language: 'en',
  },
];
