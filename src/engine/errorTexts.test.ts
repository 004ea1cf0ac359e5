// Every error in both languages with sample data; every sentence about settings, links and rows. A code without its sample fails the
// type check.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dataOptions } from './data/options.ts';
import { prepareData } from './data/prepareData.ts';
import { parseRows } from './data/rows.ts';
import type { ErrorCode } from './errorCodes.ts';
import { errorKinds } from './errorCodes.ts';
import { errorHelp } from './errorHelp.ts';
import { UserError, wordsOf } from './ground/errors.ts';
import type { Text } from './ground/text.ts';
import { same, text } from './ground/text.ts';
import { parseLink } from './recipe/link.ts';
import { presetValues } from './recipe/presets.ts';
import { defaultValues, recipeProblems, settingKeys, settingOf, withPatch } from './recipe/recipe.ts';
import { readRecipeJson } from './recipe/recipeFile.ts';
import { Assets } from './session/assets.ts';
import { errorData } from './session/errorData.ts';
import { readPublic } from './testing/embedded.ts';
import { PythonError } from './torch/autograd/pythonError.ts';

type Kinds = (typeof errorKinds)[number];
type DataOf<C extends ErrorCode> = Parameters<Extract<Kinds, { readonly code: C }>>[0];

const found = text('the header needs too many bytes', '文件头过长');
const place = { file: 'a.gguf', section: 'tensor table', offset: 12, found } as const;
const inFile = { file: 'a.gguf', found };
const unfit = { name: 'layers.0.q_proj.lora_A', found: [4, 64], wanted: [8, 64] };
const tooLarge = { name: 'logits', bytes: 300, most: 128 };
const objective = { objective: 'dpo', got: 'Trainer' };
const masked = { longest: 40, maxLength: 8 };
const problems = [text('lora.r: expected 1 to 128, got 0.', 'lora.r：应为 1 到 128，得到 0。')];

const samples: { readonly [C in ErrorCode]: DataOf<C> } = {
  'fetch-address': {},
  'fetch-missing': { name: 'model/config.json', status: 404 },
  'fetch-login': { name: 'https://h.org/a.gguf', status: 401 },
  'fetch-forbidden': { name: 'https://h.org/a.gguf', status: 403 },
  'fetch-busy': { name: 'https://h.org/a.gguf', status: 429, tries: 5, waitSeconds: 60 },
  'fetch-status': { name: 'https://h.org/a.gguf', status: 418 },
  'fetch-offline': { name: 'https://h.org/a.gguf', tries: 5, cause: 'ECONNREFUSED' },
  'fetch-cut': { name: 'https://h.org/a.gguf', tries: 5, doneBytes: 7, totalBytes: null },
  'fetch-silent': { name: 'https://h.org/a.gguf', seconds: 30, doneBytes: 7, totalBytes: 9 },
  'fetch-length': { name: 'https://h.org/a.gguf', mostBytes: 9 },
  'fetch-range': {
    name: 'https://h.org/a.gguf',
    found: text('the server answered 200', '服务器的回答是 200'),
  },
  'fetch-changed': { name: 'https://h.org/a.gguf', found: text('its ETag is another', 'ETag 已不同') },
  'fetch-digest': { name: 'model/config.json', wantedBytes: 9, gotBytes: 8 },
  'fetch-program': { what: 'engine' },
  'hub-name': { got: '"SmolLM2"' },
  'hub-address': { got: '"ftp://h.org"' },
  'hub-none': { id: 'a/b', host: 'huggingface.co', revision: 'main' },
  'hub-gated': { id: 'a/b', host: 'h.org', page: 'https://h.org/a/b', hasToken: true },
  'hub-token': { host: 'huggingface.co' },
  'hub-answer': { name: 'https://h.org/a/b', found: text('no JSON', '不是 JSON') },
  'hub-page': { name: 'https://h.org/a/b' },
  'hub-files': { id: 'a/b', pickles: ['pytorch_model.bin'], others: 3 },
  'hub-several': { id: 'a/b', files: ['a.Q4_0.gguf', 'a.Q8_0.gguf'], got: null },
  'hub-checksum': { name: 'model.safetensors', id: 'a/b', wantedBytes: 9, gotBytes: 8 },
  'hub-room': { name: 'model.safetensors', neededBytes: 9, freeBytes: 8 },
  'hub-rows': { id: 'a/b', others: 2, script: true },
  'hub-split': { id: 'a/b', got: 'main/x', known: ['main/train'] },
  'hub-in-use': { name: 'model.safetensors' },
  'hub-unreached': { host: 'huggingface.co' },
  'hub-search': { host: 'modelscope.cn' },
  'hub-datasets': { id: 'a/b', host: 'modelscope.cn' },
  'hub-write-token': { host: 'huggingface.co' },
  'hub-write': { id: 'a/b', host: 'huggingface.co' },
  'hub-push': { id: 'a/b', host: 'huggingface.co', said: text('503', '503') },
  'hub-push-name': { got: '"adapter"' },
  'hub-blob': { name: 'model.safetensors' },
  file: { file: 'a.gguf', offset: 0, length: 8, cause: same('NotFoundError') },
  'file-closed': { path: 'a.gguf', cause: 'ENOENT' },
  'gguf-damaged': place,
  'gguf-cut': place,
  'gguf-none': place,
  'gguf-version': place,
  'gguf-type': place,
  'gguf-beyond': place,
  safetensors: { file: 'model.safetensors', found },
  onnx: { file: 'model_q4.onnx', byte: 7, found },
  settings: { problems },
  stack: { known: ['trl-0.7.1'], got: 'trl-9' },
  'value-too-large': { name: 'h', path: 'model.layers.0', bytes: 300, most: 128 },
  'schedule-shape': { name: 'decay_type', got: '"exp"' },
  'schedule-argument': { schedule: 'linear', takes: [], got: 'power' },
  'schedule-number': { schedule: 'cosine', name: 'num_cycles', got: 'null' },
  'script-hung': { seconds: 20 },
  'method-limit': {
    path: 'layers.0.k_proj',
    found,
    remedy: text('Use another.', '请换一个。'),
  },
  'lora-rank': { path: 'layers.0.k_proj', r: 100, smaller: 64, shape: [64, 128] },
  'link-rows': { most: 1000 },
  'preset-settings': { id: 'ships-log', problem: problems[0] ?? same('lora.r') },
  presets: {},
  preset: { known: ['ships-log'], got: 'gone' },
  'preset-field': { found: text('a', '甲') },
  'recipe-field': { found: text('a', '甲') },
  'recipe-json': { cause: same('SyntaxError') },
  'recipe-version': { wanted: 1, got: '9' },
  'recipe-settings': { problems },
  'utf-8': { name: 'mine.jsonl', byte: 3 },
  'empty-data': { name: 'mine.jsonl', list: true },
  'json-line': { name: 'mine.jsonl', line: 2, cause: same('a') },
  'json-list': { name: 'mine.jsonl', cause: same('a') },
  row: {
    where: text('mine.jsonl, line 2', 'mine.jsonl，第 2 行'),
    found: text('`text` is not text', '`text` 不是文本'),
  },
  cell: {
    where: text('mine.csv, line 2', 'mine.csv，第 2 行'),
    column: 'answer',
    wanted: 'text',
    got: '3',
  },
  column: { name: 'mine.csv', role: 'prompt', column: 'ask', columns: ['a', 'b'] },
  'csv-ragged': { name: 'mine.csv', line: 3, wanted: 2, got: 3 },
  'csv-quote': { name: 'mine.csv', line: 3 },
  'rows-too-many': { name: 'mine.csv', line: null, what: 'rows', most: 10, got: null },
  'rows-no-columns': { name: 'mine.csv' },
  parquet: { name: 'mine.parquet', cause: same('a') },
  'parquet-codec': { name: 'mine.parquet', column: 'a', codec: 'LZO', known: ['SNAPPY'] },
  'rows-missing': { name: 'mine.csv', digest: '0123456789abcdef' },
  'pairs-missing': { objective: 'dpo', format: 'messages' },
  'pairs-unwanted': {},
  'answers-cut': masked,
  'all-labels-masked': masked,
  tokenizer: {},
  'tokenizer-file': { found: text('a', '甲') },
  'chat-template-broken': { line: 2, cause: text('a', '甲') },
  'chat-template-endless': { line: 2 },
  'chat-template-missing': {},
  'chat-template-refuses': { cause: 'TemplateError' },
  'chat-template-rewrites': {},
  'gguf-metadata': inFile,
  'gguf-tokenizer': inFile,
  'gguf-tokenizer-kind': inFile,
  'gguf-pre-tokenizer': inFile,
  'gguf-tensor-missing': inFile,
  'gguf-tensor-shape': inFile,
  'gguf-tensor-type': inFile,
  'export-tokenizer': {},
  'export-gguf-config': { architecture: 'llama', what: text('a', '甲') },
  'model-family': { file: 'config.json', key: 'model_type', got: 'gpt_neox', known: ['Llama'] },
  'model-config': { key: 'hidden_size', most: 8, got: '-1' },
  'model-heads': { file: 'config.json', headDim: 3, heads: 5, kvHeads: 2 },
  'model-setting': { file: 'config.json', key: 'attention_bias', got: 'true' },
  'model-rope': { file: 'config.json', got: '"longrope"', known: ['default', 'linear'] },
  'model-json': { path: 'model/config.json', cause: same('SyntaxError') },
  'model-tensor': { file: 'model.safetensors', name: 'lm_head.weight', wanted: [8, 4], got: null },
  'model-files': { model: 'SmolLM2', missing: 'config.json', instead: null },
  'model-shards': { file: 'model.safetensors.index.json', missing: ['a', 'b', 'c', 'd'], of: 5 },
  'model-index': inFile,
  'model-several': { model: 'SmolLM2', names: ['a.safetensors', 'b.safetensors'] },
  'model-file-json': inFile,
  'model-tensor-extra': { file: 'model.safetensors', name: 'model.layers.9.x', count: 2 },
  'model-tensor-type': { file: 'model.safetensors', name: 'lm_head.weight', dtype: 'I32' },
  'model-quantised-tensor': { file: 'model.safetensors', name: 'lm_head.qweight', found },
  'model-quantised': { method: '"hqq"', found: null },
  'table-too-large': tooLarge,
  'buffer-too-large': tooLarge,
  'adapter-too-large': tooLarge,
  'device-lost': { cause: 'unknown' },
  'memory-planned': { bytes: 300, most: 128 },
  'rows-too-long': { tokens: 300, most: 128 },
  'out-of-memory': { cause: 'GPUOutOfMemoryError' },
  'gpu-error': { cause: 'GPUValidationError' },
  'ort-error': { cause: 'std::bad_alloc' },
  'ort-blocked': { cause: 'Refused to compile' },
  'ort-unstarted': { cause: 'no memory' },
  'no-gpu': {},
  'nan-loss': { step: 3, loss: Number.NaN },
  'prompt-too-long': { tokens: 600, most: 511 },
  'beyond-engine': { first: 'model.norm.weight', count: 2 },
  'preference-trainer': objective,
  'preference-stack': objective,
  'preference-attach': objective,
  'loss-treated': { done: 'loss.requires_grad_(True)' },
  'own-layers': { count: 2 },
  'program-unknown': { says: text('It can’t be told.', '无法判断。') },
  'program-model': { name: 'google/flan-t5-small', type: 't5' },
  'program-elsewhere': { theirs: text('It trains.', '能训练。'), ours: text('It raises.', '会抛出异常。') },
  'program-table': { name: 'lm_head', found: [100, 64], wanted: [96, 64] },
  'program-empty': {},
  'lora-alpha': { kind: 'pissa', name: 'layers.0.q_proj' },
  'loftq-base': { name: 'layers.0.q_proj' },
  'export-base': { reason: text('LoftQ rounded the base', ' LoftQ 舍入了底座') },
  'export-layers': { format: same('MLX'), what: text('vectors', '向量'), module: 'lm_head' },
  'export-dora': {},
  'export-ranks': { rank: 8, module: 'layers.1.q_proj', other: 4 },
  'adapter-pickle': { name: 'adapter_model.bin' },
  'adapter-path': { path: '../x' },
  'adapter-size': { path: 'adapter_config.json', bytes: 300, most: 128 },
  'adapter-zip': { name: 'a.zip', cause: same('a') },
  'adapter-files': { missing: 'b.json', among: ['a.json'], wanted: ['a.json', 'b.json'] },
  'adapter-config': { cause: text('a', '甲') },
  'adapter-method': { got: '"IA3"', opened: ['LORA'] },
  'adapter-feature': { name: 'lora_bias', got: 'true' },
  'adapter-tensor': { name: 'model.norm' },
  'adapter-nan': { name: 'layers.0.q_proj.lora_A' },
  'adapter-empty': {},
  'adapter-half': { missing: 'q_proj.lora_B', beside: 'q_proj.lora_A' },
  'adapter-ranks': { name: 'q.lora_A', shape: [2, 4], other: 'q.lora_B', otherShape: [4, 3] },
  'adapter-setting': { found: 'r=0' },
  'adapter-lacks': { name: 'layers.0.q_proj.lora_A' },
  'adapter-rank': unfit,
  'adapter-base': { ...unfit, base: '' },
  'adapter-stray': { name: 'layers.9.q_proj.lora_A', more: 3, base: 'HuggingFaceTB/SmolLM2-135M' },
  'stack-part': { name: 'mine', part: 'lora_magnitude_vector' },
  'stack-base': { name: 'mine', init: 'pissa' },
  'stack-rank': { rank: 200, most: 128 },
  'stack-shapes': { name: 'layers.0.q_proj', one: [4, 8], other: [8, 16] },
  'model-missing': { name: 'a.gguf', digest: '0123456789abcdef' },
  'adapter-missing': { name: 'mine', digest: '0123456789abcdef' },
  'no-kept-run': {},
  'runs-unread': { cause: found },
  'runs-large': { bytes: 3e9, most: 2 ** 30 },
  'no-saved-run': {},
  'no-run-to-take': {},
  'no-run-to-ask': {},
  save: { cause: same('NotAllowedError') },
  'save-full': { needed: 5000, free: 1000 },
  'save-missing': { missing: 'files' },
  'save-elsewhere': {},
  'run-elsewhere': {},
  'saved-unreadable': { found },
  'reader-died': { cause: 'x' },
  protocol: { what: 'event', type: 'step', at: 'metrics.loss', expected: text('a number', '数'), got: '"x"' },
  'worker-silent': {},
  'worker-strange': { problem: text('Event.', '事件。') },
  'worker-ended': {},
  'inspect-hung': { changed: ['lora.r'] },
  'worker-died': { cause: 'RangeError' },
  python: { type: 'RuntimeError', message: 'element 0', call: 'loss.backward()' },
  internal: { cause: 'RangeError' },
};

/** Quotations of Python, of the browser and of commands, which are the same in both languages. */
const quoted = /RuntimeError: element 0|npm test|--backend cpu|rope scaling|（[^（）]*JSON[^（）]*）/g;

/** What is wrong with a sentence in the two languages; names of libraries may stand in Chinese, English prose may not. */
function faults({ en, zh }: Text): string[] {
  const words = zh.replaceAll(quoted, '').replaceAll(/[`'"“][^`'"”]*[`'"”]/g, '');
  return [
    ...[en, zh].flatMap((one) => (/undefined|\[object|\$\{|\{\{/.test(one) ? [`not filled: ${one}`] : [])),
    ...(en.trim() === '' || /[\u4e00-\u9fff，。：；]/.test(en) ? [`not English: ${en}`] : []),
    ...(/[\u4e00-\u9fff]/.test(zh) ? [] : [`not Chinese: ${zh}`]),
    ...(/\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b|\b(the|is|are|not|expected|got|of|and)\b/.test(words)
      ? [`English in Chinese: ${zh}`]
      : []),
    ...(/[\u4e00-\u9fff][,.:;]( |$)| {2}/.test(zh) ? [`punctuation: ${zh}`] : []),
  ];
}

const make = (kind: Kinds): UserError => (kind as (data: object) => UserError)(samples[kind.code]);

describe('every error', () => {
  it.each(errorKinds.map((kind) => [kind.code, kind] as const))('%s', (code, kind) => {
    const error = make(kind);
    expect(kind.is(error)).toBe(true);
    expect(
      [...faults(error.problem), ...faults(error.remedy)].filter(
        (fault) => code !== 'python' || !/not Chinese/.test(fault),
      ),
    ).toEqual([]);
    expect(error.message).toBe(`${error.problem.en} ${error.remedy.en}`);
    // The remedy stands behind the problem, on the same line. What Python says has its own end.
    if (code !== 'python') {
      expect(error.problem.en).toMatch(/[.?]$/);
      expect(error.problem.zh).toMatch(/[。？]$/);
    }
    expect(error.remedy.en).toMatch(/^[A-Z].*[.?]$/);
    expect(error.remedy.zh).toMatch(/[。？]$/);
    // As it crosses to the page.
    expect(structuredClone(errorData(error))).toEqual({
      code,
      message: error.problem,
      remedy: error.remedy,
      data: { ...samples[code] },
    });
    expect(errorHelp[code]).toBeDefined();
  });

  it('has a code of its own, and stands in the list', () => {
    expect(new Set(errorKinds.map(({ code }) => code)).size).toBe(errorKinds.length);
    const declared = readdirSync('src/engine', { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => [
        ...readFileSync(`src/engine/${file}`, 'utf8').matchAll(/= defineError\(\s*'([^']+)'/g),
      ])
      .map((match) => match[1]);
    expect(declared.sort()).toEqual(errorKinds.map(({ code }) => code).sort());
  });

  it('is named by its code where a comment says that it is thrown', () => {
    const codes: readonly string[] = errorKinds.map(({ code }) => code);
    const isKnown = (name: string): boolean =>
      name.endsWith('-…') ? codes.some((code) => code.startsWith(name.slice(0, -1))) : codes.includes(name);
    const named = ['src', 'tools'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => /\.tsx?$/.test(file))
        .flatMap((file) =>
          [...readFileSync(`${folder}/${file}`, 'utf8').matchAll(/Throws (?:a )?UserError ([^.]*)\./g)]
            .flatMap(([, kinds = '']) => [...kinds.matchAll(/'([^']*)'/g)])
            .map(([, name = '']) => ({ file, name })),
        ),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !isKnown(name))).toEqual([]);
  });

  it('is our own fault or Python’s where it is no UserError', () => {
    expect(errorData(new RangeError('x'))).toMatchObject({ code: 'internal', data: { cause: 'x' } });
    expect(errorData(new Error('internal: no buffer')).message).toEqual(
      text('internal: no buffer.', '内部错误：no buffer。'),
    );
    const python = errorData(new PythonError('ValueError', 'no', 'f()'));
    expect(python).toMatchObject({ code: 'python', message: same('ValueError: no') });
    expect(wordsOf(new RangeError('x'))).toEqual(same('x'));
  });
});

const assets = new Assets(readPublic);
const presets = presetValues(await assets.presets());

describe('other sentences of the engine', () => {
  it('settings that can’t be', () => {
    const wrong = settingKeys.flatMap((key) => {
      const { type } = settingOf(key);
      const values =
        type.kind === 'number'
          ? ['x', -1e9, 0.5]
          : type.kind === 'boolean'
            ? ['x']
            : ['[', '{"a":[]}', '9 9', 7];
      return values.flatMap((value) => recipeProblems({ ...defaultValues, [key]: value }));
    });
    expect(wrong.length).toBeGreaterThan(settingKeys.length);
    expect(wrong.flatMap(faults)).toEqual([]);
  });

  it('what a link got wrong', async () => {
    const link =
      '#v=9&preset=gone&lora.r=banana&nonsense=1&data=z.%%%&fp=xx&model=1&adapter=1&program=z.x&template=x';
    const { notes } = await parseLink(link, presets);
    const plain = await parseLink('#data=x', presets);
    expect(notes).toHaveLength(10);
    expect([...notes, ...plain.notes].flatMap(faults)).toEqual([]);
  });

  it('what a recipe file got wrong', () => {
    const read = (value: string): Text => {
      try {
        readRecipeJson(value, presets);
      } catch (error) {
        if (error instanceof UserError) return wordsOf(error);
      }
      return same('');
    };
    const files = ['{', '{}', '{"version":1,"settings":{"lora.r":0,"nonsense":1},"program":{"versions":{}}}'];
    expect(files.map(read).flatMap(faults)).toEqual([]);
  });

  it('rows that are cut, dropped or packed', async () => {
    const { tokenizer } = await assets.model();
    const rows = parseRows(
      '{"prompt":"a","completion":"b"}\n{"prompt":"one two three four five six seven eight","completion":"b"}',
    );
    const notes = (patch: object): readonly Text[] =>
      prepareData(
        { name: 'x', rows, loaded: null, prompts: [] },
        tokenizer,
        dataOptions(withPatch(defaultValues, { 'train.max_length': 8, ...patch })),
      ).summary.notes;
    const all = [...notes({}), ...notes({ 'train.packing': 'bfd' })];
    expect(all.map(({ en }) => en).join(' ')).toMatch(
      /1 row is longer than max_length 8 and cut.*dropped.*packed/,
    );
    expect(all.flatMap(faults)).toEqual([]);
  });
});
