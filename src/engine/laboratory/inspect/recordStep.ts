// Records one training step of a wired llama, forward and loss, for the inspection. The same Tape, checkpointing and
// backward as the engine's run; structure as transformers 4.57 models/llama/modeling_llama.py.

import type { LlamaConfig } from '../../models/llamaConfig.ts';
import { checkpointNonReentrant, checkpointReentrant } from '../../torch/autograd/segment.ts';
import { Tape } from '../../torch/autograd/tape.ts';
import type { Value } from '../../torch/autograd/value.ts';
import type { BatchShape, WiredModel } from '../../torch/recording.ts';
import { Recording } from '../../torch/recording.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import { AutogradRecorder } from './autogradRecorder.ts';
import { runModule } from './recordModules.ts';

export interface StepOptions {
  readonly batch: BatchShape;
  /** Every label is -100: the loss does not depend on anything, so all its gradients are zero. */
  readonly allMasked: boolean;
  /** Value of the setting `wiring.step`. */
  readonly step: string;
  /** grad_fn of the loss under this trainer. */
  readonly lossGradFn: string;
}

export interface RecordedStep {
  readonly tape: Tape;
  readonly recording: Recording;
  readonly embedding: Value;
  readonly layers: readonly Value[];
  readonly final: Value;
  readonly logits: Value;
  readonly loss: Value;
}

function decoderLayer(recorder: AutogradRecorder, config: LlamaConfig, index: number, hidden: Value): Value {
  const { recording, tape } = recorder;
  const layer = `model.layers.${index}`;
  const run = (name: string, x: Value): Value => runModule(recorder, `${layer}.${name}`, x);
  const noteAt = (name: string, value: Value): void =>
    tape.noteModule(recording.path(`${layer}.${name}`), value);
  const rows = hidden.shape[0] ?? 0;
  const normed = run('input_layernorm', hidden);
  const [q, k, v] = [
    run('self_attn.q_proj', normed),
    run('self_attn.k_proj', normed),
    run('self_attn.v_proj', normed),
  ];
  const context = recorder.apply({
    name: `${layer}.attention`,
    shape: [rows, config.heads * config.headDim],
    gradFn: 'ViewBackward0',
    inputs: [q, k, v],
  });
  const attended = run('self_attn.o_proj', context);
  noteAt('self_attn', attended);
  const middle = recorder.sum(`${layer}.residual`, hidden, attended);
  const normed2 = run('post_attention_layernorm', middle);
  const gate = run('mlp.gate_proj', normed2);
  const up = run('mlp.up_proj', normed2);
  const active = recorder.apply({
    name: `${layer}.mlp.act_fn`,
    shape: gate.shape,
    gradFn: 'SiluBackward0',
    inputs: [gate],
  });
  noteAt('mlp.act_fn', active);
  const gated = recorder.apply({
    name: `${layer}.mlp.gated`,
    shape: gate.shape,
    gradFn: 'MulBackward0',
    inputs: [active, up],
  });
  const down = run('mlp.down_proj', gated);
  noteAt('mlp', down);
  return recorder.sum(layer, middle, down);
}

function forward(
  recorder: AutogradRecorder,
  config: LlamaConfig,
  options: StepOptions,
): Omit<RecordedStep, 'tape' | 'recording' | 'loss'> {
  const { tape, recording } = recorder;
  const { model } = recording;
  const ids = tape.leaf(
    'input_ids',
    [options.batch.rows * options.batch.tokens],
    { kind: 'persistent', buffer: 'ids', offset: 0 },
    { dtype: 'int64' },
  );
  const embedding = runModule(recorder, 'model.embed_tokens', ids);
  if (model.inputGradHooks > 0 && tape.gradEnabled) embedding.requiresGrad = true;
  tape.noteModule(recording.path('model.embed_tokens'), embedding);
  const layers: Value[] = [];
  let hidden = embedding;
  for (let index = 0; index < config.layers; index++) {
    const body = (input: Value): Value => decoderLayer(recorder, config, index, input);
    const mode = recording.module(`model.layers.${index}`).training ? model.checkpointing : null;
    if (mode === null) hidden = body(hidden);
    else
      hidden = mode.useReentrant
        ? checkpointReentrant(tape, hidden, body)
        : checkpointNonReentrant(tape, hidden, body);
    tape.noteModule(recording.path(`model.layers.${index}`), hidden);
    layers.push(hidden);
  }
  const final = runModule(recorder, 'model.norm', hidden);
  return { embedding, layers, final, logits: runModule(recorder, 'lm_head', final) };
}

/** Forward pass and loss [1] of `model` under the step's own grad mode; backward is left to the caller. */
export function recordStep(model: WiredModel, config: LlamaConfig, options: StepOptions): RecordedStep {
  const tape = new Tape();
  const recording = new Recording(tape, model, layoutAdapters(model.root));
  const recorder = new AutogradRecorder(recording);
  const { step } = options;
  return tape.withGrad(step !== 'no_grad' && step !== 'inference_mode', () => {
    const parts = forward(recorder, config, options);
    const loss = recorder.apply({
      name: 'loss',
      shape: [1],
      gradFn: options.lossGradFn,
      inputs: [parts.logits],
      zeroGradient: () => options.allMasked,
    });
    if (step === 'requires_grad_') loss.requiresGrad = true;
    const cut = step === 'detach' || step === 'item' ? tape.leaf('loss', [1], { kind: 'planned' }) : loss;
    return { tape, recording, ...parts, loss: cut };
  });
}
