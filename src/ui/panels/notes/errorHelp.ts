// What to do about an error of the engine, by its code: one sentence and at most one kind of button. Codes that have
// no entry of their own are sorted by what they begin with.

export type HelpAction = 'model' | 'rows' | 'recipe' | 'cpu' | 'reload' | null;

const table = {
  'worker-died': 'reload',
  'device-lost': 'cpu',
  'out-of-memory': 'recipe',
  'empty-data': 'rows',
  'all-labels-masked': 'recipe',
  'nan-loss': 'recipe',
  'target-modules': 'recipe',
  'model-load': 'reload',
  'model-missing': 'model',
  'adapter-file': 'recipe',
  gguf: 'model',
  settings: 'recipe',
  data: 'rows',
  other: 'recipe',
} as const satisfies Record<string, HelpAction>;

type HelpCode = keyof typeof table;
const isHelpCode = (code: string): code is HelpCode => Object.hasOwn(table, code);

function sorted(code: string): HelpCode {
  if (isHelpCode(code)) return code;
  if (code === 'adapter' || code === 'adapter-missing') return 'adapter-file';
  if (/^(rows?|json|jsonl|utf|data|format|line)/.test(code)) return 'data';
  if (/^(file|model-family|model-config)/.test(code)) return 'gguf';
  if (/^(target)/.test(code)) return 'target-modules';
  if (/^(device|gpu|adapter)/.test(code)) return 'device-lost';
  if (/^(nan|loss)/.test(code)) return 'nan-loss';
  if (/^(fetch|model|safetensors|tokenizer)/.test(code)) return 'model-load';
  if (/^(setting|recipe|learning)/.test(code)) return 'settings';
  return 'other';
}

/** Key of the help text and the kind of button beside it. */
export function helpFor(code: string): { readonly text: `help.${HelpCode}`; readonly action: HelpAction } {
  const known = sorted(code);
  return { text: `help.${known}`, action: table[known] };
}
