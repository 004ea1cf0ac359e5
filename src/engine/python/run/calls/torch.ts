// torch's part: flags of parameters, modes of modules, casts, hooks, the forward pass, backward, grad mode, the gradient scaler.
import { text } from '../../../ground/text.ts';
import type { DType } from '../../../torch/autograd/value.ts';
import type { Module, Parameter } from '../../../torch/nn/module.ts';
import { bytesOf } from '../../../torch/nn/module.ts';
import type { ProgramValue } from '../../program/program.ts';
import { itemsOf, namesOf, numberOf, textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting, CalleeTable } from '../acting.ts';
import { callee } from '../acting.ts';
import type { GradMode, LossTreatment, ModelObject, OutputObject } from '../objects.ts';
import { focus, modelOf, shortName } from '../objects.ts';
import { floatOf } from './loading.ts';
import { harmless, moduleAt, selfModel } from './reading.ts';
import { trainLoop } from './training.ts';

const INTEGERS = 'only Tensors of floating point dtype can require gradients';
const SETTER = 'only Tensors of floating point and complex dtype can require gradients';

const isFloat = ({ dtype }: Parameter): boolean =>
  dtype === 'float32' || dtype === 'bfloat16' || dtype === 'float16';

/** Sets a flag as requires_grad_() or the attribute does; integers refuse to be thawed. */
function setFlags(call: Acting, parameters: Iterable<Parameter>, value: boolean, refusal: string): void {
  const statement = refusal === SETTER ? 'param.requires_grad' : 'requires_grad_';
  for (const parameter of parameters) {
    if (value && !isFloat(parameter)) call.raise('RuntimeError', refusal, statement);
    parameter.requiresGrad = value;
  }
}

/** Parameters below the receiver's path: of a module, or the one of that name. */
function parametersAt(model: ModelObject, path: string): Parameter[] {
  const module = model.root.at(path);
  if (module) return [...module.allParameters()];
  const named = [...model.root.namedParameters()].find(([name]) => name === path);
  return named ? [named[1]] : [];
}

function traced(call: Acting, statement: string, body: (model: ModelObject) => void): Acted {
  const model = selfModel(call);
  const script = focus(model);
  script.call = statement;
  script.trace(shortName(call.callee), () => body(model));
  return { object: model };
}

const requiresGrad = callee('requires_grad', (call) =>
  traced(call, 'requires_grad_', (model) =>
    setFlags(call, parametersAt(model, call.path), call.truth('requires_grad', true), INTEGERS),
  ),
);

/** Many parameters in one statement: a loop over named_parameters(); without names, over all. */
const flagsByName = callee('value names', (call) => {
  const given = namesOf(call.value('names'));
  // A trainer's model stands under that name below it.
  const names =
    given &&
    new Set(given.map((name) => (call.self?.kind === 'trainer' ? name.replace(/^model\./, '') : name)));
  const acted = traced(call, 'param.requires_grad', (model) => {
    const chosen = [...model.root.namedParameters()].flatMap(([name, one]) =>
      names === null || names.has(name) ? [one] : [],
    );
    setFlags(call, chosen, call.truth('value', true), SETTER);
  });
  return { ...acted, value: null };
});

/** `param.requires_grad = …`, `param.data = param.data.to(…)`. */
export function setParameter(call: Acting, model: ModelObject, name: string, value: ProgramValue): void {
  const chosen = parametersAt(model, call.path);
  if (name === 'requires_grad')
    traced(call, 'param.requires_grad', () => setFlags(call, chosen, truthOf(value) ?? true, SETTER));
  const dtype = name === 'data' ? floatOf(value) : null;
  if (dtype) cast(chosen, dtype);
}

function cast(parameters: Iterable<Parameter>, dtype: DType): void {
  for (const parameter of parameters) {
    if (!isFloat(parameter)) continue;
    parameter.bytes = (parameter.bytes / bytesOf(parameter.dtype)) * bytesOf(dtype);
    parameter.dtype = dtype;
  }
}

const casting = (dtype: DType) =>
  callee('', (call) => {
    const model = selfModel(call);
    const name = shortName(call.callee);
    if (model.script.quantised && (name === 'half' || name === 'float') && call.path === '')
      call.raise(
        'ValueError',
        `\`.${name}()\` is not supported for quantized model. Please use the model as it is, since the model has already been casted to the correct \`dtype\`.`,
      );
    cast(parametersAt(model, call.path), dtype);
    return { object: model };
  });

/** to(device) changes nothing that decides; to(dtype) casts. */
const moveTo = callee('device dtype', (call) => {
  const model = modelOf(call.self);
  if (!model) return { value: null };
  const dtypes = [...call.given.values(), ...call.rest].map((value) => floatOf(value));
  const dtype = dtypes.find((one) => one !== null);
  if (dtype) cast(parametersAt(model, call.path), dtype);
  return { object: model };
});

const mode = (training: boolean) =>
  callee('mode', (call) => {
    const model = modelOf(call.self);
    if (!model) return { value: null };
    const module: Module = moduleAt(call, model);
    module.train(training && call.truth('mode', true));
    return { object: model };
  });

/** A hook on the input embedding by which people make its output require grad by hand. `requires_grad`: whether it was seen to. */
const forwardHook = callee('', (call) => {
  const model = selfModel(call);
  const script = focus(model);
  const embedding = script.causal.at(script.places.embedding);
  const thaws = truthOf(call.given.get('requires_grad')) ?? true;
  const hooks = embedding !== null && moduleAt(call, model) === embedding && thaws;
  if (hooks) script.inputGradHooks++;
  const values = new Map<string, ProgramValue>([['hooks', hooks]]);
  return { object: { kind: 'plain', callee: 'torch.utils.hooks.RemovableHandle', values, model } };
});

const removeHook = callee('', (call): Acted => {
  const handle = call.self;
  if (handle?.kind === 'plain' && handle.values.get('hooks') === true && handle.model)
    handle.model.script.inputGradHooks = Math.max(0, handle.model.script.inputGradHooks - 1);
  return { value: null };
});

const forward = callee('', (call): Acted => {
  const model = selfModel(call);
  if (call.path !== '' && moduleAt(call, model) !== model.root) return { value: { placeholder: 'output' } };
  return {
    object: { kind: 'output', model, gradMode: call.gradMode, line: call.line, backwards: 0 },
  };
});

/** A loss that no model gave: nothing to tell. */
function strangeLoss(call: Acting): Acted {
  call.note(
    'not-modelled',
    text('Which model this loss comes from is not known.', '不知道这个损失来自哪个模型。'),
  );
  return { value: null };
}

/** What is told of a loss on its way from the model: `detached`, or how; `requires_grad_set`; the mode that it was made in. */
export function treatmentOf(given: ReadonlyMap<string, ProgramValue>, gradMode: GradMode): LossTreatment {
  const detached = given.get('detached');
  const mode = textOf(given.get('grad_mode'));
  const cut = truthOf(detached) ? (textOf(detached) === 'item' ? 'item' : 'detach') : 'plain';
  return {
    gradMode: mode === 'no_grad' || mode === 'inference_mode' ? mode : gradMode,
    loss: truthOf(given.get('requires_grad_set')) ? 'requires_grad_' : cut,
    severed: cut !== 'plain',
    twice: truthOf(given.get('twice')) ?? false,
    cutAt: numberOf(given.get('cut_at_line')),
    own: numberOf(given.get('own')) ?? 0,
  };
}

/** `loss.backward()`; the kwargs say what happened to the loss on its way from the model. */
export const backward = callee('', (call): Acted => {
  const outputs = [call.self, ...(itemsOf(call.given.get('tensors')) ?? []).map((one) => call.object(one))];
  const output = outputs.find((one): one is OutputObject => one?.kind === 'output');
  if (!output) return strangeLoss(call);
  const retained = truthOf(call.given.get('retain_graph')) ?? false;
  const treatment = treatmentOf(call.given, output.gradMode);
  const twice = output.backwards > 0 && !retained;
  const error = trainLoop(call, output, { ...treatment, twice });
  output.backwards++;
  if (error) throw error;
  return { value: null };
});

const gradMode = (off: 'no_grad' | 'inference_mode') =>
  callee('mode', (call): Acted => {
    const value = call.truth('mode', true);
    const on = off === 'inference_mode' ? !value : value;
    call.setGradMode(on ? 'grad' : off);
    return { value: null };
  });

const UNSCALE = 'Attempting to unscale FP16 gradients.';

/** scaler.unscale_(optimizer), and step() where it wasn't called: refuses float16 gradients. */
export const unscale = callee('optimizer', (call): Acted => {
  for (const model of call.models()) {
    const half = [...model.root.allParameters()].some(
      ({ requiresGrad: trains, dtype }) => trains && dtype === 'float16',
    );
    if (half && call.trained(model)) call.raise('ValueError', UNSCALE, 'scaler.unscale_(optimizer)');
  }
  return { value: null };
});

const optimizer = (name: string) =>
  callee('params lr', (call): Acted => {
    const items = itemsOf(call.value('params'));
    if (items?.length === 0) call.raise('ValueError', 'optimizer got an empty parameter list');
    return { object: { kind: 'plain', callee: name, values: call.given } };
  });

const plain = (name: string) =>
  callee('', (call): Acted => ({ object: { kind: 'plain', callee: name, values: call.given } }));

const optimizers = 'Adafactor Adagrad Adam AdamW Adamax LBFGS NAdam RAdam RMSprop SGD Optimizer'.split(' ');

export const torchCallees: CalleeTable = {
  'torch.nn.Module.requires_grad_': requiresGrad,
  'torch.Tensor.requires_grad_': requiresGrad,
  'torch.nn.Parameter.requires_grad_': requiresGrad,
  'torch.nn.Parameter.requires_grad': flagsByName,
  'torch.nn.Module.train': mode(true),
  'torch.nn.Module.eval': mode(false),
  'torch.nn.Module.half': casting('float16'),
  'torch.nn.Module.float': casting('float32'),
  'torch.nn.Module.bfloat16': casting('bfloat16'),
  'torch.nn.Module.to': moveTo,
  'torch.nn.Module.cuda': harmless,
  'torch.nn.Module.cpu': harmless,
  'torch.nn.Module.zero_grad': callee('', (): Acted => ({ value: null })),
  'torch.nn.Module.register_forward_hook': forwardHook,
  'torch.utils.hooks.RemovableHandle.remove': removeHook,
  'torch.nn.Module.__call__': forward,
  'torch.Tensor.backward': backward,
  'torch.autograd.backward': backward,
  'torch.set_grad_enabled': gradMode('no_grad'),
  'torch.inference_mode': gradMode('inference_mode'),
  'torch.amp.GradScaler': plain('torch.amp.GradScaler'),
  'torch.amp.GradScaler.unscale_': unscale,
  'torch.amp.GradScaler.step': unscale,
  'torch.cuda.amp.GradScaler': plain('torch.amp.GradScaler'),
  'torch.cuda.amp.GradScaler.unscale_': unscale,
  'torch.cuda.amp.GradScaler.step': unscale,
  ...Object.fromEntries(
    optimizers.map((name) => [`torch.optim.${name}`, optimizer(`torch.optim.${name}`)] as const),
  ),
};
