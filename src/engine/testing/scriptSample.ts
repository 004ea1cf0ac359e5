// Test-only: a reading of a script with a value in each of its fields.
import { same } from '../ground/text.ts';
import type { Inspection } from '../laboratory/inspect/inspection.ts';
import type { ScriptReading } from '../laboratory/script/scriptReading.ts';

const words = same('x');
const raised = { type: 'TypeError', message: 'a' };
const patch = { 'lora.r': 8 };

/** What stands in it of an inspection is that one's. */
export const readingOf = (inspection: Inspection): ScriptReading => ({
  kind: 'script',
  source: 'x = 1',
  configLines: [1],
  versions: [{ library: 'trl', version: '0.20', said: 'trl==0.20', line: 1, modelled: '0.20.0' }],
  verdict: { kind: 'raises', line: 1, error: raised, text: words },
  outcome: inspection.outcome,
  strip: inspection.strip,
  trainableLine: inspection.trainableLine,
  diagnoses: inspection.diagnosis ? [{ ...inspection.diagnosis, lines: [1], severity: 'cause' }] : [],
  lines: [
    {
      line: 1,
      trainable: { before: 0, after: 1 },
      effects: [words],
      warnings: ['a'],
      raises: raised,
      cut: true,
    },
  ],
  precision: [words],
  assumptions: [{ line: 1, text: words }],
  notModelled: [{ line: null, text: words }],
  fixes: [{ why: words, source: 'x = 2', verdict: 'trains' }],
  patch,
  unsaid: [{ line: 1, text: words }],
  program: {
    versions: { transformers: '4.57', peft: '0.17.1', trl: '0.20', torch: '2.8', bitsandbytes: null },
    calls: [{ line: 1, callee: 'a', receiver: { ref: 0 }, args: [1], kwargs: { a: true } }],
    source: 'x = 1',
    files: {},
    caught: [0],
    failure: {
      ...raised,
      line: 1,
      column: null,
      text: null,
      kind: 'raised',
      traceback: [{ line: 1, name: '<module>' }],
    },
    failedAt: 0,
    changes: ['line 1: a(b=True)'],
  },
  output: '',
});
