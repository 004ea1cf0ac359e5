// adapter_config.json in the words of the PEFT that the recipe names: it writes no field that this version's class does not take
// (libraries/signatures). PEFT before 0.14 raises TypeError at such a name, later ones warn.
import { expect, it } from 'vitest';
import { methods } from '../../adapters/methods.ts';
import { stacks } from '../../libraries/stacks.ts';
import { wire } from '../../python/run/wire.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { argumentsOf, entryOf } from '../../testing/signatures.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import { peftDirectory } from './peftDirectory.ts';

const peftFiles = (adapter: Parameters<typeof peftDirectory>[0]) => peftDirectory(adapter).files;

const cases = methods.flatMap(({ type, config: { className } }) =>
  stacks.flatMap(({ id, peft }) =>
    'missing' in entryOf(id, `peft.${className}`) ? [] : [{ type, className, id, peft }],
  ),
);

it.each(cases)('$className under PEFT $peft ($id)', ({ type, className, id, peft }) => {
  const patch = { 'peft.peft_type': type, 'wiring.stack': id, 'wiring.attach': 'get_peft_model' } as const;
  const { root, tables } = wire(
    benchConfig,
    withPatch(defaultValues, { ...patch, 'lora.target_modules': 'None', 'bnb.bnb_4bit_quant_type': 'none' }),
  );
  const layout = layoutAdapters({ root, tables });
  const [values, names] = [
    new Float32Array(layout.total),
    { base: 'Tiny', peftVersion: peft, recipe: '#v=1' },
  ];
  const files = peftFiles({ root, layout, values, config: benchConfig, ...names });
  const written = files.find(({ name }) => name === 'adapter_config.json');
  const config: object = JSON.parse(new TextDecoder().decode(written?.bytes));
  const known = argumentsOf(id, `peft.${className}`);
  expect(Object.keys(config)).toContain('peft_type');
  expect(Object.keys(config).filter((name) => !known.has(name))).toEqual([]);
});
