// Every family: its tree against transformers' own parameters, its default targets against PEFT's of every release in the table, its
// configuration written and read again, and what is refused by name.
import { beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import { buildModel, configJson, defaultTargetsOf, parseConfig } from './families.ts';
import type { KnownModels } from './known/knownModels.ts';
import { openKnownModels } from './known/knownModels.ts';

const bare = { dtype: 'float32', quantType: null, doubleQuant: false } as const;

describe.each(goldenFamilies.cases.map((own) => [own.name, own] as const))('%s', (_, own) => {
  const config = parseConfig(own.config);

  it('has the parameters of transformers, in their order', () => {
    const found = [...buildModel(config, bare).namedParameters()].map(([name, { shape }]) => [name, shape]);
    expect(found).toEqual(own.base.map(({ name, shape }) => [name, shape]));
  });

  it('reads what it writes', () => {
    expect(parseConfig(JSON.parse(JSON.stringify(configJson(config))))).toEqual(config);
  });
});

describe('default targets', () => {
  let known: KnownModels;
  beforeAll(async () => {
    known = await openKnownModels();
  });
  const versions = [
    '0.5.0',
    '0.7.1',
    '0.10.0',
    '0.11.1',
    '0.13.2',
    '0.14.0',
    '0.15.2',
    '0.17.1',
    '0.18.0',
    '0.21.2',
  ];
  const types = [...new Set(goldenFamilies.cases.map(({ config }) => parseConfig(config).family))];

  it.each(types)('of %s are those of PEFT', (type) => {
    for (const method of ['LORA', 'ADALORA', 'IA3', 'VERA', 'LN_TUNING'])
      for (const version of versions)
        expect(defaultTargetsOf(method, type, version), `${method} ${version}`).toEqual(
          known.targetsOf(method, type, version),
        );
  });
});

it('GPT-2 drops a tenth while it is trained, unless its file says otherwise', () => {
  const own = goldenFamilies.cases.find(({ name }) => name === 'gpt2')?.config ?? {};
  const { embd_pdrop: _, attn_pdrop: __, ...silent } = { embd_pdrop: 0, attn_pdrop: 0, ...own };
  expect(parseConfig(silent).dropouts).toEqual({ embedding: 0.1, attention: 0.1, residual: 0 });
});

describe('what is refused', () => {
  const of = (type: string): Record<string, unknown> => ({
    ...goldenFamilies.cases.find(({ config }) => parseConfig(config).family === type)?.config,
  });
  const refused = (config: object): string => {
    try {
      parseConfig(config);
    } catch (error) {
      if (error instanceof UserError) return error.message;
      throw error;
    }
    return '';
  };
  it.each([
    ['another family, with those that are here', 'llama', { model_type: 'mamba' }, /"mamba".*Llama.*Gemma 3/],
    ['no family', 'llama', { model_type: undefined }, /names no model_type/],
    [
      'longrope',
      'phi3',
      { rope_parameters: { rope_type: 'longrope', rope_theta: 1e4 } },
      /rope_type "longrope" is not supported.* default, linear, dynamic, llama3, yarn/s,
    ],
    [
      'longrope as older files say it',
      'phi3',
      { rope_parameters: null, rope_scaling: { type: 'su', short_factor: [1], long_factor: [1] } },
      /rope_type "su" is not supported/,
    ],
    [
      'scaling of a llama that is no release’s',
      'llama',
      { rope_parameters: { rope_type: 'proportional', rope_theta: 1e4 } },
      /rope_type "proportional" is not supported/,
    ],
    ['biases of a llama', 'llama', { attention_bias: true }, /attention_bias' true/],
    ['dropout of attention', 'qwen2', { attention_dropout: 0.1 }, /attention_dropout' 0.1/],
    ['another activation', 'gpt2', { activation_function: 'relu' }, /activation_function' "relu"/],
    ['scales by layer', 'gpt2', { scale_attn_by_inverse_layer_idx: true }, /inverse_layer_idx' true/],
    ['capped logits', 'gemma3_text', { final_logit_softcapping: 30 }, /final_logit_softcapping' 30/],
    [
      'a kind of layer',
      'gemma3_text',
      { layer_types: ['chunked', 'full_attention'] },
      /layer_types' "chunked"/,
    ],
    [
      'an odd part of heads',
      'phi3',
      { partial_rotary_factor: 0.1, rope_parameters: null },
      /partial_rotary_factor/,
    ],
    [
      'a scaling without its factor',
      'llama',
      { rope_parameters: { rope_type: 'yarn' } },
      /'factor' without a value/,
    ],
    ['a size that is none', 'mistral', { sliding_window: -1 }, /sliding_window' must be a positive number/],
  ])('%s', (_, type, change, words) => {
    expect(refused({ ...of(type), ...change })).toMatch(words);
  });
});
