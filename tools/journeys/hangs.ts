// `npm run journeys -- --hangs`: what people bring that would compute without end or fill the memory, put into the page in Chromium as they
// would: a table of how long each took to be answered, how long the page left a person waiting, whether a way out stood there, and how long the
// next question took. Nothing here is ended from outside: the answers are those of the page's own budgets.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { writeBomb, writeModel } from './hostileFiles.ts';
import type { Place } from './person.ts';
import { Person } from './person.ts';

interface Hang {
  readonly name: string;
  /** Where it is put: typed into a setting, chosen as a file, or pasted. */
  readonly into: 'target_modules' | 'model' | 'adapter' | 'rows' | 'paste';
  readonly text: string;
}

const many = (text: string, count: number): string => text.repeat(count);

const hangs: readonly Hang[] = [
  { name: '(.*)*x', into: 'target_modules', text: '(.*)*x' },
  { name: '(\\w+\\.?)*!', into: 'target_modules', text: '(\\w+\\.?)*!' },
  { name: '200,000 letters', into: 'target_modules', text: many('a', 200_000) },
  { name: '100,000 blanks', into: 'target_modules', text: `a${many(' ', 100_000)}b` },
  { name: '100,000 brackets', into: 'target_modules', text: many('[', 100_000) },
  { name: '100,000 brackets', into: 'rows', text: `{"messages": ${many('[', 100_000)}` },
  { name: '100,000 blanks', into: 'rows', text: `{"text":${many(' ', 100_000)}` },
  { name: 'a zip of 0.9 MB, 900 MB unpacked', into: 'adapter', text: '' },
  {
    name: 'template: two loops of 30,000',
    into: 'model',
    text: '{% for i in range(30000) %}{% for j in range(30000) %}x{% endfor %}{% endfor %}',
  },
  { name: 'template: range(10**9)', into: 'model', text: '{% for i in range(1000000000) %}x{% endfor %}' },
  { name: 'template: 100,000 brackets', into: 'model', text: `{{ ${many('(', 100_000)}` },
  { name: 'template: {% if true %} 5,000 times', into: 'model', text: many('{% if true %}', 5000) },
  { name: 'while True', into: 'paste', text: 'x = 0\nwhile True:\n    x += 1\n' },
  {
    name: 'while True that catches everything',
    into: 'paste',
    text: 'while True:\n    try:\n        while True: pass\n    except BaseException: pass\n',
  },
  {
    name: 'two loops of 30,000',
    into: 'paste',
    text: 'for i in range(30000):\n    for j in range(30000):\n        pass\n',
  },
  { name: 'list(range(10**9))', into: 'paste', text: 'x = list(range(10**9))\n' },
  { name: 'recursion', into: 'paste', text: 'def f():\n    return f()\nf()\n' },
  { name: 'gigabytes', into: 'paste', text: 'x = bytearray(10**9)\n' },
  {
    name: 'gigabytes by and by',
    into: 'paste',
    text: 'x = []\nwhile True:\n    x.append(bytearray(10**7))\n',
  },
  { name: '100,000 brackets', into: 'paste', text: `x = ${many('(', 100_000)}\n` },
  { name: '100,000 blanks', into: 'paste', text: `x =${many(' ', 100_000)}1\nprint(x)\n` },
  { name: '200,000 letters', into: 'paste', text: many('a', 200_000) },
  {
    name: 'YAML of 100,000 brackets',
    into: 'paste',
    text: `base_model: a\nadapter: ${many('[', 100_000)}\n`,
  },
  {
    name: 'target_modules="(.*)*x"',
    into: 'paste',
    text: [
      'from peft import LoraConfig, get_peft_model',
      'from transformers import AutoModelForCausalLM',
      'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")',
      'model = get_peft_model(model, LoraConfig(target_modules="(.*)*x"))\n',
    ].join('\n'),
  },
  {
    name: 'asks the wiring without end',
    into: 'paste',
    text: [
      'from transformers import AutoModelForCausalLM',
      'while True:',
      '    model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")\n',
    ].join('\n'),
  },
];

/** How long the page's thread did not get to a timer, since it was last asked. */
function watchTheThread(): void {
  let last = performance.now();
  const seen = { longestMs: 0 };
  Object.assign(window, { seen });
  setInterval(() => {
    const now = performance.now();
    seen.longestMs = Math.max(seen.longestMs, now - last);
    last = now;
  }, 10);
}

const longestMs = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const { seen } = Object(window);
    const longest: number = seen.longestMs;
    seen.longestMs = 0;
    return longest;
  });

/** What stands where the page answers. */
const said = (page: Page): Promise<string> =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll(
        '.failure, .setting-problem, .verdict-card, .dialog [role=alert], .failed, .model-facts',
      ),
    ]
      .map((one) => one.textContent ?? '')
      .join(' | '),
  );

const small = 'from peft import LoraConfig\nconfig = LoraConfig(r=8)\n';
const field = '[data-setting="lora.target_modules"] input';
const paused = '.reading-stale, .reading-busy';

/** Milliseconds until `done`, looked for often; null: not within a minute. */
async function until(done: () => Promise<boolean>): Promise<number | null> {
  const from = performance.now();
  while (performance.now() - from < 60_000) {
    if (await done()) return performance.now() - from;
    await setTimeout(20);
  }
  return null;
}

async function chooses(person: Person, door: string, path: string): Promise<void> {
  await person.presses(door);
  await person.sees('.dialog .drop button');
  await person.chooses('.dialog input[type=file]', path);
}

async function brings(person: Person, hang: Hang, file: string): Promise<void> {
  switch (hang.into) {
    case 'target_modules':
      return person.fills(field, hang.text);
    case 'paste':
      // One line alone is not taken for a text that somebody wants read.
      return person.pastes(`import torch\n${hang.text}`);
    case 'rows':
      await person.presses('.select-button', ', messages');
      await person.fills('#own-rows', hang.text);
      return person.presses('.dialog .button-main');
    case 'model':
      return chooses(person, '.select-button[aria-label^="Base model"]', file);
    case 'adapter':
      return chooses(person, '.select-button[aria-label^="Adapter"]', file);
  }
}

/** Whether what was pasted is what is shown, by its first line. */
const stands = async (person: Person): Promise<boolean> =>
  (await person.has('.lines')) && (await person.reads('.lines')).includes('import torch');

/** The next question, of the same kind. */
async function next(person: Person, { into }: Hang): Promise<number | null> {
  const { page } = person;
  if (into === 'paste') {
    await person.pastes(small);
    return until(async () => !(await person.has(paused)) && /LoraConfig/.test(await person.reads('.lines')));
  }
  await person.strikes('Escape');
  // Wrong rows or a wrong model stay until they are taken back.
  if (await person.has('.recipe-undo button:first-child:not([disabled])'))
    await person.presses('.recipe-undo button');
  await person.fills(field, '["q_proj"]');
  return until(() =>
    page.evaluate(() => /\b12\b/.test(document.querySelector('.strip-question')?.textContent ?? '')),
  );
}

const seconds = (ms: number | null): string => (ms === null ? 'never' : (ms / 1000).toFixed(2));

/** Status 0 when each was answered, and the question after it too. */
export async function walkHangs(browser: Browser, place: Place, only: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hangs-'));
  const lines: string[] = [];
  let bad = 0;
  const row = (...cells: readonly string[]): void => {
    lines.push(`| ${cells.join(' | ')} |`);
    place.tell(lines.at(-1) ?? '');
  };
  row(
    'into',
    'what',
    'answered after, s',
    'longest wait of the page, ms',
    'way out meanwhile',
    'next question, s',
    'answer',
  );
  row('---', '---', '---', '---', '---', '---', '---');
  try {
    for (const hang of hangs.filter(({ name, into }) => `${into} ${name}`.includes(only))) {
      const file = join(folder, hang.into === 'adapter' ? 'bomb.zip' : 'model.gguf');
      if (hang.into === 'adapter') writeBomb(file);
      if (hang.into === 'model') writeModel(file, hang.text);
      const person = await Person.comes(browser, place);
      const { page } = person;
      if (hang.into === 'paste') {
        // Python is fetched and opened once a visit: that is not the script's time.
        await person.pastes(small);
        await person.presses('.paste-box .button-main');
        await person.sees('.verdict-card');
      }
      await page.evaluate(watchTheThread);
      const before = await said(page);
      await brings(person, hang, file);
      let wayOut = '';
      const answered = await until(async () => {
        const busy = await person.has(paused);
        if (busy && (await person.has('.reading-busy .button'))) wayOut = 'Cancel';
        if (busy) return false;
        const now = await said(page);
        // The next text may have the last one's verdict, and so soon that nobody was seen to be busy: then its lines stand there.
        return (
          wayOut !== '' || (now !== before && now !== '') || (hang.into === 'paste' && (await stands(person)))
        );
      });
      const waited = await longestMs(page);
      const words = (await said(page)).slice(0, 90).replaceAll('|', '/').replaceAll('\n', ' ');
      const then = await next(person, hang);
      if (answered === null || then === null) bad += 1;
      row(hang.into, `\`${hang.name}\``, seconds(answered), waited.toFixed(0), wayOut, seconds(then), words);
      await person.leaves();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return bad === 0 ? 0 : 1;
}
