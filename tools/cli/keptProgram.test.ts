// Recipes that carry a script: the laboratory and a run judge the same program, whatever the form says beside it. Scripts are read by CPython here
// and acted out without it.
import { beforeAll, describe, expect, it } from 'vitest';
import { examineRecipe, judgedBefore } from '../../src/engine/laboratory/examineRecipe.ts';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import type { ScriptWorld } from '../../src/engine/laboratory/script/runSource.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { Recipe, RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { recipeOfReading } from '../../src/engine/recipe/recipeOfReading.ts';
import { sameRun } from '../../src/engine/recipe/sameRun.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { errorData } from '../../src/engine/session/errorData.ts';
import { inspectRecipe } from '../../src/engine/session/inspectRecipe.ts';
import { laboratory } from '../../src/engine/session/laboratory.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { decodeSnapshot } from '../../src/engine/session/snapshotDecode.ts';
import { steadyClock } from '../../src/engine/testing/steadyClock.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { nodePython } from './nodePython.ts';
import { readPublic } from './readPublic.ts';

const assets = new Assets(readPublic);
let world: ScriptWorld;
beforeAll(async () => {
  const [host, known] = await Promise.all([nodePython(), openKnownModels()]);
  world = { host, signatures: signaturesFor, models: knownSource(known) };
});

const IMPORTS = [
  '# trl==0.19.1',
  'from transformers import AutoModelForCausalLM, Trainer, TrainingArguments',
  'from peft import LoraConfig, get_peft_model',
];
const load = (id: string): string => `base = AutoModelForCausalLM.from_pretrained("${id}")`;
const LOAD = load('HuggingFaceTB/SmolLM2-135M');
const WRAP =
  'model = get_peft_model(base, LoraConfig(r=4, target_modules=["q_proj"], task_type="CAUSAL_LM"))';
const TRAIN = 'Trainer(model=model, args=TrainingArguments("out", max_steps=1), train_dataset=rows).train()';
const FREEZE = [
  'for name, p in model.named_parameters():',
  '    if "layers.0." in name: p.requires_grad = False',
];

async function kept(lines: readonly string[], patch: RecipePatch = {}): Promise<Recipe> {
  const reading = await readText([...IMPORTS, ...lines].join('\n'), world, {
    name: 'train.py',
    fixes: false,
  });
  const plain = { ...recipeOfPreset(await assets.presets(), 'ships-log'), prompts: [] };
  const recipe = recipeOfReading(plain, reading);
  return { ...recipe, values: withPatch(recipe.values, patch) };
}

const now = steadyClock();
async function begin(recipe: Recipe, store = memoryStore()): Promise<TrainingRun> {
  const opened = await openBackend({ gpu: null, choice: 'cpu', now });
  const parts = { assets, recipe, opened, store, now, emit: () => {} };
  return TrainingRun.begin({ ...parts, cancelled: () => false, breathe: () => Promise.resolve() });
}

/** How a run begins: it stands, or what it was refused with. */
async function began(recipe: Recipe): Promise<string> {
  try {
    const run = await begin(recipe);
    run.backend.destroy();
    return 'trains';
  } catch (error) {
    const { code, message, data } = errorData(error);
    return code === 'python' ? `raises ${String(data.message)}` : `${code} ${message.en}`;
  }
}

/** What the laboratory says will happen to it. */
async function foretold(recipe: Recipe): Promise<string> {
  const { outcome, program } = await laboratory(assets, recipe);
  if (program?.unfit) return `${program.unfit.code} ${program.unfit.problem.en}`;
  return outcome.kind === 'raises' ? `raises ${outcome.error?.message}` : outcome.kind;
}

describe('a recipe with a script', () => {
  it.each([
    ['flags set by hand', [LOAD, WRAP, ...FREEZE, TRAIN], 'trains'],
    [
      'its own checkpointing, reentrant',
      [LOAD, WRAP, 'model.gradient_checkpointing_enable({"use_reentrant": True})', TRAIN],
      'raises element 0',
    ],
    ['another family', [load('gpt2'), WRAP.replace('q_proj', 'c_attn'), TRAIN], 'program-model'],
    ['the whole base set free', [LOAD, WRAP, 'base.model.norm.requires_grad_(True)', TRAIN], 'beyond-engine'],
    ['a table of another size', [LOAD, 'base.resize_token_embeddings(49154)', WRAP, TRAIN], 'program-table'],
    [
      'layers that the page’s model has not',
      [
        LOAD,
        WRAP.replace('r=4', 'r=4, layers_to_transform=[20]'),
        'model.lm_head.requires_grad_(False)',
        TRAIN,
      ],
      'program-elsewhere',
    ],
  ] as const)('%s: is trained, or not, as the laboratory says', async (_, lines, expected) => {
    const recipe = await kept(lines);
    expect(recipe.program).toBeDefined();
    const said = await foretold(recipe);
    expect(said.startsWith(expected), said).toBe(true);
    expect(await began(recipe)).toBe(said);
  });

  it.each([
    [
      'its own checkpointing',
      [LOAD, WRAP, 'model.gradient_checkpointing_enable({"use_reentrant": True})', TRAIN],
      [
        "line 6: gradient_checkpointing_enable(gradient_checkpointing_kwargs={'use_reentrant': False})",
        'after line 5: enable_input_require_grads()',
      ],
    ],
    [
      'what cleans up behind it',
      [
        LOAD,
        WRAP,
        'model.gradient_checkpointing_enable({"use_reentrant": True})',
        'try:',
        `    ${TRAIN}`,
        'finally:',
        '    model.train()',
      ],
      ['after line 5: enable_input_require_grads()'],
    ],
    [
      'another adapter’s settings',
      [
        LOAD,
        'from peft import LNTuningConfig',
        WRAP.replace(/LoraConfig\(r=4, /, 'LNTuningConfig(').replace('q_proj', 'query'),
        TRAIN,
      ],
      [],
    ],
    [
      'two faults, each of which stops it',
      [
        LOAD,
        WRAP.replace('q_proj', 'query'),
        'base.gradient_checkpointing_enable()',
        'base.lm_head.requires_grad_(False)',
        TRAIN,
      ],
      [],
    ],
    [
      'arguments that are set later',
      [
        LOAD,
        WRAP,
        'args = TrainingArguments("out", max_steps=1)',
        'args.gradient_checkpointing = True',
        'model.lm_head.requires_grad_(False)',
        'Trainer(model=model, args=args, train_dataset=rows).train()',
      ],
      ["line 6: TrainingArguments(gradient_checkpointing_kwargs={'use_reentrant': False})"],
    ],
  ] as const)('%s: each repair that is offered ends in training', async (_, lines, wanted) => {
    const recipe = await kept(lines);
    const { outcome, diagnoses } = await laboratory(assets, recipe);
    expect(outcome.kind).toBe('raises');
    const fixes = diagnoses[0]?.fixes ?? [];
    for (const one of wanted) expect(fixes.map(({ code }) => code)).toContain(one);
    for (const { program, code } of fixes) {
      const mended = { ...recipe, ...(program ? { program } : {}) };
      expect((await laboratory(assets, mended)).outcome.kind, code).toBe('trains');
      const { script } = await inspectRecipe(assets, mended);
      expect(script.replaceAll('\n# ', ' ')).toContain(`Changed on the page, ${program?.changes[0]}`);
    }
  });

  it('decides, whatever the form says of the wiring', async () => {
    const recipe = await kept([LOAD, WRAP, ...FREEZE, TRAIN]);
    const against: RecipePatch = {
      'lora.r': 9,
      'wiring.attach': 'get_peft_model',
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
    };
    const edited = { ...recipe, values: withPatch(recipe.values, against) };
    const alone: Recipe = { preset: edited.preset, values: edited.values, prompts: [] };
    expect((await laboratory(assets, alone)).outcome.kind).toBe('raises');
    const [plain, other] = [await inspectRecipe(assets, recipe), await inspectRecipe(assets, edited)];
    expect(other.tree).toEqual(plain.tree);
    expect(other.program?.decided).toMatchObject({ 'lora.r': 4, 'train.gradient_checkpointing': false });
    expect(other.program?.unsaid).toMatchObject([{ line: 7, text: { en: 'requires_grad set by hand' } }]);
    expect(sameRun(edited, alone)).toBe(false);
  });

  it('moves what the script trains, and is gone on with from what was saved', async () => {
    const recipe = await kept([LOAD, WRAP, ...FREEZE, TRAIN], { 'train.max_steps': 2 });
    const store = memoryStore();
    const run = await begin(recipe, store);
    await run.next();
    await run.save();
    await run.next();
    const [bytes] = await store.load();
    const saved = bytes && decodeSnapshot(Uint8Array.from(bytes));
    expect(saved?.recipe.program).toEqual(recipe.program);
    const { tree } = await inspectRecipe(assets, recipe);
    const norms = await run.updateNorms();
    const tensors = (function walk(module): { name: string; normIndex: number | null }[] {
      return [...module.parameters, ...module.children.flatMap(walk)];
    })(tree).filter(({ name }) => name.includes('lora_B'));
    const moved = tensors.map(({ name, normIndex }) => [
      /layers\.(\d+)/.exec(name)?.[1],
      (norms[normIndex ?? -1] ?? 0) > 0,
    ]);
    expect(moved).toEqual(moved.map(([layer]) => [layer, layer !== '0']));
    run.backend.destroy();
  });

  it('is taken home as it was, under what the run has otherwise', async () => {
    const recipe = await kept([LOAD, WRAP, ...FREEZE, TRAIN], { 'train.max_steps': 7 });
    const { script } = await inspectRecipe(assets, recipe);
    expect(script.endsWith(`${recipe.program?.source.trimEnd()}\n`)).toBe(true);
    expect(script.slice(0, script.indexOf('# trl=='))).toMatch(/max_steps=7,/);
  });
});

it('is judged once while the form changes, and anew for a training', async () => {
  const recipe = await kept([LOAD, WRAP, ...FREEZE, TRAIN]);
  const { config } = await assets.model(recipe);
  const options = { batch: { rows: 1, tokens: 8 }, allMasked: false };
  const other = { ...structuredClone(recipe), values: { ...recipe.values, 'train.learning_rate': 1e-5 } };
  const first = (await examineRecipe(config, recipe, options, judgedBefore)).program;
  expect((await examineRecipe(config, other, options, judgedBefore)).program).toBe(first);
  expect(first?.fixes()).toBe(first?.fixes());
  expect((await examineRecipe(config, other, options)).program?.wired).not.toBe(first?.wired);
  const masked = { ...options, allMasked: true };
  expect((await examineRecipe(config, other, masked, judgedBefore)).program).not.toBe(first);
});

describe('settings alone', () => {
  const cut: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'true' };
  it.each([
    ['plain', {}, 'trains'],
    ['no_grad', {}, 'raises'],
    ['item', {}, 'raises'],
    ['twice', {}, 'raises'],
    ['requires_grad_', {}, 'trains'],
    ['requires_grad_', cut, 'silent'],
  ] as const)(
    'a step that is %s, with %j, trains where the laboratory says so',
    async (step, patch, expected) => {
      const recipe = await kept([LOAD, WRAP, TRAIN], { 'wiring.step': step, ...patch });
      expect(recipe.program).toBeUndefined();
      const said = await foretold(recipe);
      expect(said.startsWith(expected), said).toBe(true);
      const done = await began(recipe);
      expect(done.startsWith(said === 'silent' ? 'loss-treated' : said), `${said}; ${done}`).toBe(true);
    },
  );
});
