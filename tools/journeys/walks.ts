// The journeys: what people bring, from the first press to what they take away, by class names and not by words, so that they are the same in
// every language. Each ends where the person would be content, or throws where the page never got there (whoever watches ends it).
import type { Browser } from 'puppeteer-core';
import { elementZero, failing } from '../../e2e/failingScript.ts';
import { kept } from '../../e2e/keptScript.ts';
import type { Place } from './person.ts';
import { Person } from './person.ts';

type Walk = (browser: Browser, place: Place) => Promise<void>;

const main = '.paste-box .button-main';
const run = '#v=1&generate.max_new_tokens=2';

/** Reads what is in the box, or what reads itself because Python is here. */
async function isRead(person: Person): Promise<void> {
  await person.sees(`${main}, .verdict-card`);
  if (await person.has(main)) await person.presses(main);
  await person.sees('.verdict-card');
}

const error: Walk = async (browser, place) => {
  const person = await Person.comes(browser, place);
  await person.looks('error-first-screen');
  await person.presses('[data-part=paste]');
  await person.looks('error-box');
  await person.fills('#paste-in', `RuntimeError: ${elementZero}`);
  await isRead(person);
  await person.looks('error-read');
  await person.presses('.verdict-card .dialog-actions .button');
  await person.looks('error-add-script');
  await person.leaves();
};

const script: Walk = async (browser, place) => {
  const person = await Person.comes(browser, place, run);
  await person.pastes(failing);
  await person.sees(main);
  await person.looks('script-pasted');
  await person.presses(main);
  await person.sees('.reading-busy progress');
  await person.looks('script-fetching');
  await person.sees('.verdict-card');
  await person.looks('script-cut');
  await person.scrollsTo('.script-fix');
  await person.looks('script-fix');
  await person.presses('.script-fix .button-main');
  await person.sees('.verdict-card-trains');
  await person.looks('script-mended');
  await person.presses('.reading-facts .dialog-actions .button-main');
  await person.sees('.progress', '\\d');
  await person.looks('script-training');
  await person.sees('.progress[data-phase=finished]');
  await person.looks('script-trained');
  const summary = await person.reads('figcaption');
  place.tell(`  ${summary}`);
  await person.leaves();
};

const notebook: Walk = async (browser, place) => {
  const person = await Person.comes(browser, place);
  const cells = [
    { cell_type: 'markdown', source: ['# Fine-tuning'] },
    { cell_type: 'code', source: ['!pip install -q trl==0.19.1\n', '%matplotlib inline\n'] },
    { cell_type: 'code', source: failing.split(/(?<=\n)/), outputs: [], execution_count: 1 },
  ];
  await person.drops('tune.ipynb', JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  await isRead(person);
  await person.looks('notebook-read');
  await person.scrollsTo('.versions');
  await person.looks('notebook-versions');
  await person.leaves();
};

const llamaFactory =
  'model_name_or_path: meta-llama/Llama-2-7b-hf\nstage: sft\ndo_train: true\nfinetuning_type: lora\nlora_target: all\ndataset: identity\ntemplate: llama2\nper_device_train_batch_size: 1\nlearning_rate: 1.0e-4\n';
const axolotl =
  'base_model: NousResearch/Llama-2-7b-hf\nload_in_4bit: true\nadapter: qlora\nlora_r: 32\nlora_alpha: 16\nlora_dropout: 0.05\nlora_target_linear: true\ndatasets:\n  - path: mhenrichsen/alpaca_2k_test\n    type: alpaca\nsequence_len: 4096\nsample_packing: true\ngradient_checkpointing: true\nmicro_batch_size: 2\nnum_epochs: 4\noptimizer: paged_adamw_32bit\nlearning_rate: 0.0002\n';

const configuration: Walk = async (browser, place) => {
  const person = await Person.comes(browser, place);
  await person.drops('sft.yaml', llamaFactory);
  await isRead(person);
  await person.looks('yaml-llama-factory');
  await person.scrollsTo('.reading-facts');
  await person.looks('yaml-llama-factory-facts');
  await person.drops('qlora.yml', axolotl);
  await person.sees('.lines-head', 'qlora');
  await isRead(person);
  await person.looks('yaml-axolotl');
  await person.leaves();
};

const keptProgram: Walk = async (browser, place) => {
  const person = await Person.comes(browser, place, run);
  await person.pastes(kept);
  await isRead(person);
  await person.looks('kept-read');
  await person.scrollsTo('.reading-facts .dialog-actions .button-main');
  await person.looks('kept-use');
  await person.presses('.reading-facts .dialog-actions .button:not(.button-main)');
  await person.sees('.program-note li');
  await person.looks('kept-used');
  await person.presses('.train');
  await person.sees('.progress[data-phase=finished]');
  await person.looks('kept-trained');
  await person.scrollsTo('.strip');
  await person.page.$eval('h1', (one) => one instanceof HTMLElement && one.click());
  await person.strikes('s');
  await person.sees('.share-link');
  await person.presses('.dialog .check:first-of-type');
  await person.page.waitForFunction(
    () => /[#&]program=/.test(document.querySelector<HTMLTextAreaElement>('.share-link')?.value ?? ''),
    { timeout: 400_000 },
  );
  await person.looks('kept-share');
  const link = await person.reads('.share-link');
  await person.leaves();
  const other = await Person.comes(browser, place, new URL(link).hash);
  await other.sees('.program-note li');
  await other.looks('kept-link-opened');
  await other.leaves();
};

export const walks = { error, script, notebook, configuration, kept: keptProgram } as const;
