// Every command with the check of each of its fields. For the worker's end.
import { decode } from './decode.ts';
import { exportFormats } from './exchange/export/formats.ts';
import type { Of } from './ground/messages.ts';
import {
  blob,
  boolean,
  list,
  nullable,
  number,
  oneOf,
  optional,
  shape,
  string,
  tagged,
  whole,
} from './ground/shapes.ts';
import { hubCommands } from './hub/messages.ts';
import type { Command, VersionChoice } from './protocol.ts';
import { changePatch } from './recipe/changePatch.ts';
import { recipe, recipePatch } from './recipe/recipeShapes.ts';
import { dataSource } from './recipe/rows/dataSource.ts';
import { dataFormats } from './recipe/rows/ownRows.ts';
import type { RowsAsked } from './session/lookAtRows.ts';
import { rowFilters } from './session/lookAtRows.ts';
import { opinionCommands } from './session/opinionMessages.ts';
import { rowScoresCommands } from './session/rowScores.ts';
import { runsCommands } from './session/runMessages.ts';
import { runName } from './session/runNote.ts';
import { backendKinds } from './training/backends/deviceInfo.ts';
import type { GenerationOptions } from './training/generate/generator.ts';
import type { Watch } from './training/generate/watch.ts';

const backend = oneOf('auto', ...backendKinds);
const id = number;
const nothing = shape<object>({});
const versions = shape<VersionChoice>({
  transformers: optional(string),
  peft: optional(string),
  trl: optional(string),
  torch: optional(string),
  bitsandbytes: optional(string),
});

const command = tagged<Command>({
  ...hubCommands,
  ...runsCommands,
  ...rowScoresCommands,
  ...opinionCommands,
  inspect: shape<Omit<Extract<Command, { type: 'inspect' }>, 'type'>>({
    id,
    recipe,
    onOrt: optional(boolean),
  }),
  'weigh-runs': shape({ id, recipe, patches: list(recipePatch) }),
  probe: shape({ backend }),
  train: shape<Of<Command, 'train'>>({ recipe, backend, as: optional(runName) }),
  step: shape({ recipe, backend }),
  pause: nothing,
  watch: shape({
    watch: shape<Watch>({
      every: whole(0, 1_000_000),
      prompts: list(string),
      generation: shape<GenerationOptions>({
        seed: number,
        maxNewTokens: number,
        doSample: boolean,
        temperature: number,
        topP: number,
      }),
    }),
  }),
  stop: nothing,
  reset: nothing,
  'open-model': shape({ id, name: string, files: list(shape({ name: string, file: blob })) }),
  'open-adapter': shape({
    id,
    adapters: list(shape({ name: string, files: list(shape({ name: string, file: blob })) })),
    recipe,
  }),
  'open-rows': shape({
    id,
    name: string,
    file: blob,
    format: nullable(oneOf(...dataFormats)),
    source: nullable(dataSource),
  }),
  'look-at-rows': shape({
    id,
    recipe,
    asked: shape<RowsAsked>({
      from: number,
      count: number,
      search: string,
      filter: oneOf(...rowFilters),
      tokens: boolean,
    }),
  }),
  'count-rows': shape({ id, recipe }),
  'show-template': shape({ id, recipe }),
  'hold-rows': shape({ digest: string, name: string, file: blob }),
  saved: nothing,
  resume: shape<Of<Command, 'resume'>>({
    recipe: nullable(recipe),
    until: nullable(number),
    backend,
    as: optional(runName),
  }),
  change: shape({ patch: changePatch }),
  discard: nothing,
  'take-run': nothing,
  'open-run': shape({ file: blob }),
  norms: shape({ id }),
  export: shape({
    id,
    format: oneOf(...exportFormats),
    dtype: oneOf('float32', 'float16', 'bfloat16'),
  }),
  bundle: shape({ id, recipe }),
  'script-cost': nothing,
  'read-script': shape({ id, text: string, name: nullable(string), versions }),
  'cancel-script': shape({ id }),
  why: shape({ id, recipe, path: string }),
  guide: shape({ id }),
  'ask-untouched': shape({ id, recipe, prompts: list(string) }),
  ping: nothing,
  ask: shape({ id, recipe, prompts: list(string), backend }),
  pace: shape({ id, prompt: string, adapter: boolean, limit: number }),
});

/** Throws UserError 'protocol' naming the field. */
export const decodeCommand = (value: unknown): Command => decode('command', command, value);
