// What Python may ask about an object between two calls: parameters, modules, counts, attributes. Reads only.
import { elementCount } from '../../torch/autograd/value.ts';
import { countParameters } from '../../torch/nn/counts.ts';
import type { Module, Parameter } from '../../torch/nn/module.ts';
import type { Question, Reply } from '../program/bridge.ts';
import type { ProgramValue } from '../program/program.ts';
import type { ModelObject, OutputObject, ProgramObject } from './objects.ts';
import { classOf } from './objects.ts';

const described = ({ shape, dtype, requiresGrad }: Parameter): ProgramValue[] => [
  [...shape],
  dtype,
  requiresGrad,
  elementCount(shape),
];

const missing = (className: string, name: string): Reply => ({
  raise: { type: 'AttributeError', message: `'${className}' object has no attribute '${name}'` },
});

/** Sizes that a layer was made with; a wrapper has those of its base. */
function sizeOf(module: Module, name: string): number | undefined {
  const { kind } = module.children.get('base_layer') ?? module;
  if (kind.type === 'linear')
    return name === 'in_features' ? kind.inFeatures : name === 'out_features' ? kind.outFeatures : undefined;
  if (kind.type !== 'embedding') return undefined;
  return name === 'num_embeddings' ? kind.rows : name === 'embedding_dim' ? kind.width : undefined;
}

/** Attributes of a model that scripts read, by name; undefined: not known here. */
function modelAttribute(
  { script, root }: ModelObject,
  module: Module,
  name: string,
): ProgramValue | undefined {
  switch (name) {
    case 'training':
      return module.training;
    case 'in_features':
    case 'out_features':
    case 'num_embeddings':
    case 'embedding_dim':
      return sizeOf(module, name);
    case 'is_gradient_checkpointing':
      return script.checkpointing !== null;
    case 'is_loaded_in_4bit':
      return script.quantisation?.method === 'bnb-4bit';
    case 'is_loaded_in_8bit':
      return script.quantisation?.method === 'bnb-8bit';
    case 'is_quantized':
      return script.quantised;
    case 'model_type':
      return script.modelType;
    case 'dtype':
      return { dtype: [...root.allParameters()].find(({ dtype }) => dtype !== 'uint8')?.dtype ?? 'float32' };
    case 'vocab_size':
      // Resizing the tables sets it.
      return (
        script.causal.at(script.places.embedding)?.parameters.get('weight')?.shape[0] ??
        script.config.get(name)
      );
    default:
      return script.config.get(name);
  }
}

/** A module by name, as PeftModel and its tuner hand on what they lack to the model inside. */
function forwarded(module: Module, name: string): { readonly module: Module; readonly path: string } | null {
  const own = module.children.get(name);
  if (own) return { module: own, path: name };
  const inside = module.className.startsWith('PeftModel') ? 'base_model' : 'model';
  const next = /^(PeftModel\w*|\w+Model)$/.test(module.className) ? module.children.get(inside) : undefined;
  const found = next && inside !== name ? forwarded(next, name) : null;
  return found && { module: found.module, path: `${inside}.${found.path}` };
}

function attributeOf(
  ref: number,
  object: ProgramObject,
  module: Module | null,
  path: string,
  name: string,
): Reply {
  if (object.kind === 'model' && module) {
    const child = forwarded(module, name);
    if (child) {
      const at = [path, child.path].filter((part) => part !== '').join('.');
      return { value: { ref, path: at }, class: child.module.className };
    }
    const value = modelAttribute(object, module, name);
    return { value: value ?? { placeholder: [path, name].filter((part) => part !== '').join('.') } };
  }
  if (object.kind === 'config') {
    const value = object.values.get(name);
    return { value: value === undefined ? { placeholder: name } : value };
  }
  if (object.kind === 'trainer' && name === 'model')
    return { value: { placeholder: 'model' }, class: classOf(object.model) };
  return { value: { placeholder: name } };
}

/** Parameters below a module under the names they have there. */
const parametersOf = (module: Module): ProgramValue[] =>
  [...module.namedParameters()].map(([name, parameter]) => [name, ...described(parameter)]);

function parameterAttribute(parameter: Parameter, name: string): Reply {
  if (name === 'requires_grad') return { value: parameter.requiresGrad };
  if (name === 'grad') return { value: parameter.requiresGrad ? { placeholder: 'grad' } : null };
  return { value: { placeholder: name } };
}

/** Of what a model gave: something on its way has to ask for a gradient, and somebody to record it. */
const requiresGrad = ({ gradMode, model }: OutputObject): boolean =>
  gradMode === 'grad' &&
  (model.script.inputGradHooks > 0 || [...model.root.allParameters()].some((one) => one.requiresGrad));

/** The answer to a question about `object` at `path` below it. */
export function answerTo(question: Question, object: ProgramObject | null, path: string): Reply {
  const { what, name = '' } = question;
  if (!object) return { value: { placeholder: path } };
  if (object.kind === 'output' && name === 'requires_grad') return { value: requiresGrad(object) };
  if (object.kind !== 'model') return attributeOf(question.ref, object, null, path, name);
  const module = object.root.at(path);
  if (what === 'parameter') {
    const found = [...object.root.namedParameters()].find(([one]) => one === path);
    return found ? { value: described(found[1]) } : missing(classOf(object), path);
  }
  if (!module) {
    const parameter = [...object.root.namedParameters()].find(([one]) => one === path)?.[1];
    if (parameter && what === 'attribute') return parameterAttribute(parameter, name);
    const known = what === 'attribute' ? modelAttribute(object, object.root, name) : undefined;
    return known === undefined ? missing(classOf(object), path) : { value: known };
  }
  switch (what) {
    case 'parameters':
      return { value: parametersOf(module) };
    case 'modules':
      return {
        value: [...module.namedModules()].map(([at, one]) => [at, one.className]),
        class: module.className,
      };
    case 'children':
      return {
        value: [...module.children].map(([at, one]) => [at, one.className]),
        class: module.className,
      };
    case 'trainable': {
      const { trainable, all } = countParameters(module);
      return { value: [trainable, all] };
    }
    case 'attribute':
      return attributeOf(question.ref, object, module, question.path, name);
  }
}
