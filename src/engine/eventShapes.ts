// Every event with the check of each of its fields. For the page's end.

import type { RowStatistics } from './data/rowStatistics.ts';
import type { RowPreview } from './data/summary.ts';
import { decode } from './decode.ts';
import { device } from './deviceShape.ts';
import { isErrorCode } from './errorHelp.ts';
import type { Check } from './ground/shapes.ts';
import {
  anything,
  blob,
  boolean,
  list,
  nullable,
  number,
  oneOf,
  optional,
  pair,
  record,
  shape,
  string,
  tagged,
} from './ground/shapes.ts';
import { text } from './ground/text.ts';
import { guideEntry, why } from './guideShapes.ts';
import { hubEvents } from './hub/messages.ts';
import { cell, diagnosis, moduleInfo, outcome, programReport } from './inspectionShapes.ts';
import type { Inspection } from './laboratory/inspect/inspection.ts';
import type { EngineErrorData, ErrorCode, Event, ModelSummary, SavedRun } from './protocol.ts';
import { bilingual, recipe, recipePatch } from './recipe/recipeShapes.ts';
import { columnMapping, customData } from './recipe/rows/ownRowsShape.ts';
import { phaseNotes } from './runPhases.ts';
import { scriptReading } from './scriptShapes.ts';
import type { RowsView } from './session/lookAtRows.ts';
import { opinionEvents } from './session/opinionMessages.ts';
import { rowScoresEvents } from './session/rowScores.ts';
import type { OpenedRows } from './session/rowShelf.ts';
import { runsEvents } from './session/runMessages.ts';
import type { TemplateView } from './session/showTemplate.ts';
import { backendKinds } from './training/backends/deviceInfo.ts';
import type { CostEstimate } from './training/cost.ts';
import { stepMetrics } from './training/metricsShape.ts';

const id = number;

const errorCode: Check<ErrorCode> = (value) =>
  isErrorCode(value)
    ? null
    : { at: '', expected: text('a known code', '已知的错误代码'), got: String(value) };
const error = shape<EngineErrorData>({
  code: errorCode,
  message: bilingual,
  remedy: bilingual,
  data: record(anything),
});

const estimate = shape<CostEstimate>({
  memory: shape({
    weightsBytes: number,
    adapterBytes: number,
    optimizerBytes: number,
    activationBytes: number,
    scratchBytes: number,
    generationBytes: number,
    peakBytes: number,
  }),
  lessBytes: nullable(number),
  halved: boolean,
  flopsPerStep: number,
  dispatchesPerStep: number,
  steps: number,
});
const row = shape<RowPreview>({
  tokens: list(shape({ text: string, mask: oneOf('trained', 'ignored', 'truncated', 'rejected') })),
  trainedTokens: number,
  totalTokens: number,
});
const inspection = shape<Inspection>({
  program: nullable(programReport),
  strip: list(cell),
  tree: moduleInfo,
  trainableLine: string,
  trainableParams: number,
  allParams: number,
  outcome,
  diagnosis: nullable(diagnosis),
  estimate: nullable(estimate),
  data: nullable(
    shape({
      name: string,
      rows: number,
      counted: number,
      evalRows: number,
      format: string,
      longestTokens: number,
      truncatedRows: number,
      maskedRows: number,
      askedOtherwise: boolean,
      preview: list(row),
      notes: list(bilingual),
    }),
  ),
  prompts: list(string),
  script: string,
});

const model = shape<ModelSummary>({
  kind: oneOf('embedded', 'gguf', 'checkpoint'),
  name: string,
  title: string,
  digest: string,
  bytes: number,
  storedAs: string,
  unused: list(string),
  parameters: number,
  layers: number,
  hiddenSize: number,
  vocabSize: number,
  packed: list(shape({ name: string, format: string })),
});

const event = tagged<Event>({
  ...hubEvents,
  ...runsEvents,
  ...rowScoresEvents,
  ...opinionEvents,
  'opinion-failed': shape({ id, error: nullable(error) }),
  'hub-weighed': shape({ id, estimate: nullable(estimate) }),
  'hub-failed': shape({ id, error }),
  'runs-failed': shape({ id, error }),
  'run-shelved': shape({ error: nullable(error), run: nullable(blob) }),
  device: shape({ device }),
  inspected: shape({ id, inspection }),
  'inspect-failed': shape({ id, error }),
  'runs-weighed': shape({
    id,
    runs: list(shape({ estimate: nullable(estimate), problem: nullable(bilingual) })),
  }),
  phase: shape<Omit<Extract<Event, { type: 'phase' }>, 'type'>>({
    phase: oneOf('idle', 'loading', 'before', 'running', 'paused', 'after', 'finished', 'failed'),
    done: number,
    total: number,
    note: oneOf(...phaseNotes),
    rate: optional(shape({ bytesPerSecond: number, etaMs: number })),
    file: optional(shape({ name: string, waitMs: number })),
  }),
  started: shape({
    trainable: number,
    all: number,
    peakBytes: number,
    totalSteps: number,
    backend: oneOf(...backendKinds),
    dispatchesPerStep: number,
  }),
  step: shape({ metrics: stepMetrics }),
  changed: shape({ recipe, totalSteps: number }),
  diagnosed: shape({ diagnosis: nullable(diagnosis) }),
  restored: shape({ recipe, metrics: list(stepMetrics) }),
  saved: shape({ run: shape<SavedRun>({ recipe, step: number, totalSteps: number, device: string }) }),
  'saved-refused': shape({ from: oneOf('store', 'file'), error }),
  unsaved: shape({ error: nullable(error) }),
  model: shape({ id, model }),
  'model-failed': shape({ id, error }),
  adapter: shape({
    id,
    adapter: shape({
      name: string,
      digest: string,
      base: string,
      modules: number,
      parameters: number,
      patch: recipePatch,
    }),
  }),
  'adapter-failed': shape({ id, error }),
  rows: shape({
    id,
    rows: shape<OpenedRows>({
      data: customData,
      columns: list(string),
      rows: number,
      guess: nullable(columnMapping),
    }),
  }),
  'rows-failed': shape({ id, error }),
  'rows-seen': shape({
    id,
    view: shape<RowsView>({
      columns: list(string),
      total: number,
      matches: number,
      problems: number,
      rows: list(
        shape({
          place: number,
          cells: list(shape({ text: string, whole: boolean })),
          problem: nullable(bilingual),
          leftOut: boolean,
          preview: nullable(row),
        }),
      ),
    }),
  }),
  'rows-counted': shape({
    id,
    done: number,
    total: number,
    statistics: nullable(
      shape<RowStatistics>({
        rows: number,
        longest: number,
        tokens: number,
        buckets: list(shape({ from: number, to: number, rows: number })),
        marks: shape({ cut: number, untrained: number, duplicate: number, empty: number }),
        tokensCut: number,
        packed: shape({ sequences: number, filled: number }),
        filled: number,
      }),
    ),
  }),
  'rows-unseen': shape({ id, error }),
  'template-seen': shape({
    id,
    view: shape<TemplateView>({
      own: nullable(string),
      text: string,
      spans: list(pair(number, number)),
      problem: nullable(shape({ message: bilingual, remedy: bilingual })),
    }),
  }),
  kept: shape({ run: nullable(blob) }),
  pong: shape({ guarded: boolean }),
  norms: shape({ id, updates: list(number) }),
  'rows-unscored': shape({ id, error }),
  exported: shape({ id, folder: string, files: list(shape({ name: string, file: blob })) }),
  'bundle-failed': shape({ id, error }),
  'script-cost': shape({ bytes: number }),
  'script-progress': shape({
    id,
    phase: oneOf('loading', 'running'),
    loadedBytes: number,
    totalBytes: number,
  }),
  'script-read': shape({ id, reading: scriptReading }),
  'script-failed': shape({ id, error }),
  why: shape({ id, why: nullable(why) }),
  'why-failed': shape({ id, error }),
  untouched: shape({ id, answers: nullable(list(string)) }),
  guide: shape({ id, entries: list(guideEntry) }),
  refused: shape({ error }),
  warning: shape({ category: string, message: string }),
  answer: shape({
    id,
    index: number,
    side: oneOf('before', 'after'),
    prompt: string,
    text: string,
    done: boolean,
    step: number,
  }),
  paced: shape({ id, text: string, tokens: number, ms: number }),
  finished: shape({
    steps: number,
    fingerprint: shape({ losses: list(pair(number, number)), device: string }),
  }),
  failed: shape({ error, raisedBy: oneOf('python', 'engine') }),
});

/** Throws UserError 'protocol' naming the field. */
export const decodeEvent = (value: unknown): Event => decode('event', event, value);
