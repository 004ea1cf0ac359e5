// LoraConfig(…) as the script writes it: the usual arguments always, the others where they are not their defaults.

import { layersOf, modulePattern } from '../../adapters/modulePatterns.ts';
import type { TargetModules } from '../../adapters/targetModules.ts';
import { parseTargetModules } from '../../adapters/targetModules.ts';
import { parseNames } from '../../ground/settings/names.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { Argument, Literal } from './python.ts';
import { call, dictionary, expression, float } from './python.ts';

function targets(target: TargetModules): Literal {
  if (target.form === 'default') return null;
  if (target.form === 'list') return target.names;
  return target.form === 'all-linear' ? 'all-linear' : target.pattern;
}

function* narrowing(values: RecipeValues): Generator<Argument> {
  for (const name of ['rank_pattern', 'alpha_pattern'] as const) {
    const pattern = modulePattern(values[`lora.${name}`]);
    if (Object.keys(pattern).length > 0) yield [name, dictionary(pattern)];
  }
  const layers = layersOf(values['lora.layers_to_transform']);
  if (layers) yield ['layers_to_transform', expression(`[${layers.join(', ')}]`)];
  const exclude = values['lora.exclude_modules'].trim();
  if (exclude !== '') yield ['exclude_modules', targets(parseTargetModules(exclude))];
}

function* unusual(values: RecipeValues): Generator<Argument> {
  if (values['lora.use_rslora']) yield ['use_rslora', true];
  if (values['lora.use_dora']) yield ['use_dora', true];
  const init = values['lora.init_lora_weights'];
  if (init !== 'true') yield ['init_lora_weights', init === 'false' ? false : init];
  if (init === 'loftq')
    yield [
      'loftq_config',
      expression(
        call(
          'LoftQConfig',
          [],
          [
            ['loftq_bits', 4],
            ['loftq_iter', values['lora.loftq_iter']],
          ],
        ),
      ),
    ];
  yield* narrowing(values);
  const saved = parseNames(values['lora.modules_to_save']) ?? [];
  if (saved.length > 0) yield ['modules_to_save', saved];
  if (values['lora.inference_mode']) yield ['inference_mode', true];
}

function ia3Config(values: RecipeValues): string {
  const saved = parseNames(values['lora.modules_to_save']) ?? [];
  const exclude = values['lora.exclude_modules'].trim();
  return call(
    'IA3Config',
    [],
    [
      ['task_type', 'CAUSAL_LM'],
      ['target_modules', targets(parseTargetModules(values['lora.target_modules']))],
      ['feedforward_modules', parseNames(values['ia3.feedforward_modules']) ?? []],
      ...(exclude === ''
        ? []
        : ([['exclude_modules', targets(parseTargetModules(exclude))]] satisfies Argument[])),
      ...(saved.length > 0 ? ([['modules_to_save', saved]] satisfies Argument[]) : []),
      ...(values['lora.inference_mode'] ? ([['inference_mode', true]] satisfies Argument[]) : []),
    ],
  );
}

function veraConfig(values: RecipeValues): string {
  const layers = layersOf(values['lora.layers_to_transform']);
  const exclude = values['lora.exclude_modules'].trim();
  const saved = parseNames(values['lora.modules_to_save']) ?? [];
  const given = (yes: boolean, ...argument: Argument): Argument[] => (yes ? [argument] : []);
  return call(
    'VeraConfig',
    [],
    [
      ['task_type', 'CAUSAL_LM'],
      ['r', values['lora.r']],
      ['vera_dropout', float(values['lora.lora_dropout'])],
      ['target_modules', targets(parseTargetModules(values['lora.target_modules']))],
      ['d_initial', float(values['vera.d_initial'])],
      ['projection_prng_key', values['vera.projection_prng_key']],
      ...given(layers !== null, 'layers_to_transform', expression(`[${(layers ?? []).join(', ')}]`)),
      ...given(exclude !== '', 'exclude_modules', targets(parseTargetModules(exclude))),
      ...given(saved.length > 0, 'modules_to_save', saved),
      ...given(values['lora.inference_mode'], 'inference_mode', true),
    ],
  );
}

export function loraConfig(values: RecipeValues): string {
  if (values['peft.peft_type'] === 'IA3') return ia3Config(values);
  if (values['peft.peft_type'] === 'VERA') return veraConfig(values);
  return call(
    'LoraConfig',
    [],
    [
      ['task_type', 'CAUSAL_LM'],
      ['r', values['lora.r']],
      ['lora_alpha', values['lora.lora_alpha']],
      ['lora_dropout', float(values['lora.lora_dropout'])],
      ['target_modules', targets(parseTargetModules(values['lora.target_modules']))],
      ['bias', values['lora.bias']],
      ...unusual(values),
    ],
  );
}
