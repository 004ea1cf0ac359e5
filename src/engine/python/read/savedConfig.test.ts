// adapter_config.json from anywhere: names that every object has are names like others.
import { expect, it } from 'vitest';
import { readAdapterConfig } from '../../exchange/import/importedAdapter.ts';
import { settingsOfSaved } from './savedConfig.ts';

const bytes = (json: string): Uint8Array => new TextEncoder().encode(json);

it.each(['toString', 'constructor', 'hasOwnProperty', 'valueOf'])('lists %s as not understood', (name) => {
  const { patch, notUnderstood } = settingsOfSaved({ peft_type: 'LORA', r: 4, [name]: 'x' });
  expect(patch).toMatchObject({ 'lora.r': 4 });
  expect(notUnderstood).toEqual([`${name}: "x"`]);
});

it.each([
  ['{"peft_type":"LORA","__proto__":{"r":4}}', /__proto__/],
  ['{"peft_type":"LORA","r":4,"r":8}', /"r" stands twice/],
  [`{"peft_type":"LORA","rank_pattern":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`, /nests deeper/],
  ['["LORA"]', /not a JSON object/],
])('refuses %s', (json, words) => {
  expect(() => readAdapterConfig(bytes(json))).toThrow(words);
});

it('quotes few characters of what it does not understand', () => {
  const { notUnderstood } = settingsOfSaved({ peft_type: 'LORA', lora_dropout: 'y'.repeat(1e6) });
  expect(notUnderstood.join('').length).toBeLessThan(200);
});
