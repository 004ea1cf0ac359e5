// What a script says of embedding, head and layers means those of its model's family, whatever they are called there.
import { describe, expect, it } from 'vitest';
import { decoderOf, parseConfig } from '../../models/families.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { goldenFamilies } from '../../testing/familyCases.ts';
import { runScript, wire } from './wire.ts';

const configs = goldenFamilies.cases.map(({ name, config }) => [name, parseConfig(config)] as const);
const loop = {
  'bnb.bnb_4bit_quant_type': 'none',
  'wiring.attach': 'none',
  'wiring.trainer': 'loop',
} as const;

describe.each(configs)('%s', (_, config) => {
  const { embedding } = decoderOf(config).paths;
  const trained = (freeze: 'embeddings' | 'outside_layers'): boolean[] => {
    const model = wire(config, withPatch(defaultValues, { ...loop, 'wiring.freeze': freeze }));
    return [...model.root.namedParameters()].map(([name, { requiresGrad }]) => {
      const within = name.split('.').some((part) => /^\d+$/.test(part));
      return requiresGrad === (freeze === 'outside_layers' ? within : !name.startsWith(`${embedding}.`));
    });
  };

  it('freezes its input embedding, and nothing else', () => {
    expect(trained('embeddings')).not.toContain(false);
  });

  it('freezes what stands outside of its layers', () => {
    expect(trained('outside_layers')).not.toContain(false);
  });

  it('is warned of a tied table that is trained', () => {
    const saved = JSON.stringify([embedding.split('.').at(-1)]);
    const patch = { 'wiring.attach': 'get_peft_model', 'lora.target_modules': 'all-linear' } as const;
    const values = withPatch(defaultValues, { ...loop, ...patch, 'lora.modules_to_save': saved });
    const { warnings } = runScript(config, withPatch(values, { 'wiring.stack': 'trl-1.9.0' })).script;
    const told = warnings.some((one) => JSON.stringify(one).includes('ensure_weight_tying'));
    expect(told).toBe(config.tied);
  });
});
