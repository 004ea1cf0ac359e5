// An engine that answers from the fixture and streams a made-up run, for looking at the page and for testing actions.
// It trains nothing and must never ship.

import type { EngineClient, Recipe } from '../../engine/index.ts';
import { same } from '../../engine/index.ts';
import type { Command, Event } from '../../engine/protocol.ts';
import type { FixtureKind } from './fixture.ts';
import { inspectionOf } from './fixture.ts';
import { readingOf } from './readings.ts';

/** The fixture's outcome for a recipe: the wiring of the element-0 preset raises. */
function kindOf(recipe: Recipe): FixtureKind {
  const { values } = recipe;
  if (values['wiring.prepare_model_for_kbit_training'] === 'after') return 'silent';
  const cut =
    values['train.gradient_checkpointing'] &&
    values['train.use_reentrant'] !== 'false' &&
    values['wiring.attach'] === 'get_peft_model' &&
    !values['wiring.enable_input_require_grads'];
  return cut ? 'raises' : 'trains';
}

const before =
  'The ferry leaves from the harbour of the town each morning, and the people walk down to see it go.';
const after = 'Log, 06:00. Ferry leaves Pier 4. Wind light.';

const readerBytes = 6_200_000;

/** Starts a fake engine. `every`: milliseconds between two events of a run. */
export function startFakeEngine(onEvent: (event: Event) => void, every = 40): EngineClient {
  let timer: ReturnType<typeof setInterval> | undefined;
  let step = 0;
  let reading: ReturnType<typeof setTimeout> | undefined;
  let fetched = false;
  const soon = (event: Event): void => void setTimeout(() => onEvent(event), 1);

  function tick(recipe: Recipe): void {
    step += 1;
    const total = recipe.values['train.max_steps'];
    const wave = Math.sin(step * 2.7) * 0.5 + Math.sin(step * 1.3) * 0.3;
    const share = step / total;
    onEvent({
      type: 'step',
      metrics: {
        step,
        loss: 3.61 * Math.exp(-2.4 * share) + 0.4 + 0.14 * wave,
        gradNorm: 1.7 * Math.exp(-1.6 * share) + 0.3 + 0.1 * wave,
        learningRate: recipe.values['train.learning_rate'] * (step < 3 ? step / 3 : 1 - share),
        epoch: step / 12,
        tokens: 180,
        paddedTokens: 128,
        tokensPerSecond: 1840 + wave * 60,
        meanTokenAccuracy: 0.4 + 0.5 * share,
        entropy: 0.5,
        evalLoss: step % 20 === 0 ? 3.3 * Math.exp(-2 * share) + 0.5 : null,
        stepMs: every,
        etaMs: (total - step) * every,
        tensorNorms: Array.from(
          { length: 84 },
          (_, index) => 0.08 * Math.exp(-((index * 7) % 13) / 2.5) * (1 + 0.3 * wave),
        ),
      },
    });
    if (step >= total) {
      clearInterval(timer);
      timer = undefined;
      answer(0, inspectionOf('trains').prompts, 'after');
      const losses = [
        [1, 3.5],
        [total, 0.83],
      ] as const;
      onEvent({ type: 'finished', steps: step, fingerprint: { losses, device: 'webgpu:fake/adapter' } });
    }
  }

  function answer(id: number, prompts: readonly string[], side: 'before' | 'after'): void {
    prompts.forEach((prompt, index) => {
      onEvent({
        type: 'answer',
        id,
        index,
        side,
        prompt,
        text: side === 'before' ? before : after,
        done: true,
        step,
      });
    });
  }

  function begin(recipe: Recipe, once: boolean): void {
    if (kindOf(recipe) === 'raises') {
      const { error, warnings } = inspectionOf('raises').outcome;
      for (const warning of warnings)
        onEvent({ type: 'warning', category: warning.category, message: warning.message });
      onEvent({
        type: 'failed',
        raisedBy: 'python',
        error: {
          code: 'python',
          message: same(`RuntimeError: ${error?.message ?? ''}`),
          remedy: same('Apply one of the fixes.'),
          data: {},
        },
      });
      return;
    }
    if (step === 0) {
      const totalSteps = recipe.values['train.max_steps'];
      onEvent({
        type: 'started',
        trainable: 175_104,
        all: 1_614_720,
        peakBytes: 15_501_248,
        totalSteps,
        backend: 'webgpu',
        dispatchesPerStep: 420,
      });
      answer(0, inspectionOf('trains').prompts, 'before');
    }
    onEvent({
      type: 'phase',
      phase: 'running',
      done: step,
      total: recipe.values['train.max_steps'],
      note: '',
    });
    if (once) {
      tick(recipe);
      onEvent({ type: 'phase', phase: 'paused', done: step, total: 60, note: '' });
    } else timer = setInterval(() => tick(recipe), every);
  }

  /** Fetches in a few parts, runs, and says what the fixture has of it. */
  function read(id: number, text: string, loadedBytes: number): void {
    const loading = loadedBytes < readerBytes;
    onEvent({
      type: 'script-progress',
      id,
      phase: loading ? 'loading' : 'running',
      loadedBytes,
      totalBytes: readerBytes,
    });
    reading = setTimeout(() => {
      if (loading) return read(id, text, loadedBytes + readerBytes / 8);
      fetched = true;
      onEvent({ type: 'script-cost', bytes: 0 });
      onEvent({ type: 'script-read', id, reading: readingOf(text) });
    }, every);
  }

  return {
    send: (command: Command) => {
      switch (command.type) {
        case 'inspect': {
          const { values } = command.recipe;
          const inspection = inspectionOf(kindOf(command.recipe), values['train.use_reentrant'] !== 'false');
          soon({ type: 'inspected', id: command.id, inspection });
          break;
        }
        case 'probe':
          soon({
            type: 'device',
            device: {
              backend: 'webgpu',
              reason: null,
              trouble: null,
              compared: null,
              threads: null,
              adapter: {
                vendor: 'fake',
                architecture: 'adapter',
                device: '',
                description: 'Fixture',
                fallback: false,
              },
              features: ['shader-f16', 'subgroups'],
              limits: {
                maxStorageBufferBindingSize: 134_217_728,
                maxBufferSize: 268_435_456,
                maxComputeWorkgroupStorageSize: 32_768,
                maxComputeInvocationsPerWorkgroup: 256,
              },
            },
          });
          break;
        case 'train':
          begin(command.recipe, false);
          break;
        case 'step':
          begin(command.recipe, true);
          break;
        case 'pause':
          clearInterval(timer);
          soon({ type: 'phase', phase: 'paused', done: step, total: 60, note: '' });
          break;
        case 'stop':
        case 'reset':
          clearInterval(timer);
          step = 0;
          break;
        case 'script-cost':
          soon({ type: 'script-cost', bytes: fetched ? 0 : readerBytes });
          break;
        case 'read-script':
          read(command.id, command.text, fetched ? readerBytes : 0);
          break;
        case 'cancel-script':
          clearTimeout(reading);
          break;
        case 'ask':
          answer(command.id, command.prompts, 'before');
          answer(command.id, command.prompts, 'after');
          break;
      }
    },
    terminate: () => clearInterval(timer),
  };
}
