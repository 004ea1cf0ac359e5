// A reading in which nothing was found: tests change what they look at.
import type { ScriptReading } from '../laboratory/script/scriptReading.ts';

export const emptyReading: ScriptReading = {
  kind: 'words',
  source: '',
  configLines: [],
  versions: [],
  verdict: { kind: 'nothing', line: null, error: null, text: { en: '', zh: '' } },
  outcome: null,
  strip: [],
  trainableLine: null,
  diagnoses: [],
  lines: [],
  precision: [],
  assumptions: [],
  notModelled: [],
  fixes: [],
  patch: {},
  unsaid: [],
  program: null,
  output: '',
};
