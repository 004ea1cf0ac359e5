// Executes a program, one call after another, on module trees: what CPython sends while a script runs, what the form's settings make, and
// what is replayed from a file are the same list. An unknown call gives a placeholder; what decides and isn't modelled is noted.
import type { Text } from '../../ground/text.ts';
import { same } from '../../ground/text.ts';
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { Stack } from '../../libraries/stacks.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import { countParameters } from '../../torch/nn/counts.ts';
import type { BridgeWarning, Note, Question, Reply } from '../program/bridge.ts';
import type { Program, ProgramCall, ProgramValue } from '../program/program.ts';
import type { Signatures } from '../program/signatures.ts';
import { isPlaceholder, isRef, truthOf } from '../program/values.ts';
import type { Acted, Acting, ModelRequest, ModelSource, TrainingEvent, TrainingJudge } from './acting.ts';
import { answerTo } from './answers.ts';
import { bindArguments } from './bound.ts';
import { calleeNamed } from './callees.ts';
import { setAttribute } from './calls/attributes.ts';
import { trainerState } from './calls/trainers.ts';
import type { GradMode, ModelObject, ProgramObject } from './objects.ts';
import { classOf, focus, modelOf } from './objects.ts';
import { ScriptModel } from './scriptModel.ts';

export interface MachineOptions {
  readonly stack: Stack;
  readonly models: ModelSource;
  /** Runs the step of a training; absent: nothing is trained. */
  readonly judge?: TrainingJudge;
  readonly signatures?: Signatures | null;
}

/** What one call did, for whoever shows lines. */
export interface Effect {
  readonly index: number;
  readonly line: number;
  readonly callee: string;
  /** Tensors that require grad, of the model concerned. */
  readonly trainable: { readonly before: number; readonly after: number } | null;
  readonly hooks: { readonly before: number; readonly after: number } | null;
  readonly said: readonly Text[];
  readonly warnings: readonly BridgeWarning[];
  readonly raised: { readonly type: string; readonly message: string } | null;
}

/** Words of a warning as ScriptModel keeps them. */
function warningOf(words: string): BridgeWarning {
  const at = words.indexOf(': ');
  return { category: words.slice(0, at), message: words.slice(at + 2) };
}

const trainableTensors = (model: ModelObject): number => {
  let count = 0;
  for (const parameter of model.root.allParameters()) if (parameter.requiresGrad) count++;
  return count;
};

export class Machine {
  readonly stack: Stack;
  readonly calls: ProgramCall[] = [];
  readonly effects: Effect[] = [];
  readonly notes: Note[] = [];
  readonly trainings: TrainingEvent[] = [];
  readonly #options: MachineOptions;
  readonly #objects: (ProgramObject | null)[] = [];
  readonly #disk = new Map<string, ProgramObject>();
  #gradMode: GradMode = 'grad';
  #loose: BridgeWarning[] = [];

  constructor(options: MachineOptions) {
    this.#options = options;
    this.stack = options.stack;
  }

  get program(): Program {
    const { transformers, peft, trl, torch, bitsandbytes } = this.stack;
    return { versions: { transformers, peft, trl, torch, bitsandbytes }, calls: this.calls };
  }

  get models(): readonly ModelObject[] {
    return this.#objects.flatMap((object) => (object?.kind === 'model' ? [object] : []));
  }

  note(note: Note): void {
    if (!this.notes.some((one) => JSON.stringify(one) === JSON.stringify(note))) this.notes.push(note);
  }

  /** The object of a call, or what stands at a path below it; null for what is no object here. */
  object(value: ProgramValue | undefined): ProgramObject | null {
    if (!isRef(value)) return null;
    const found = this.#objects[value.ref] ?? null;
    if (found?.kind !== 'trainer') return found;
    const [first] = (value.path ?? '').split('.');
    if (first === 'model') return found.model;
    return first === 'args' ? found.args : found;
  }

  /** Path below the object that `object` gives. */
  #pathOf(value: ProgramValue | null): string {
    if (!isRef(value)) return '';
    const parts = (value.path ?? '').split('.');
    const inTrainer = this.#objects[value.ref]?.kind === 'trainer' && /^(model|args)$/.test(parts[0] ?? '');
    return (inTrainer ? parts.slice(1) : parts).join('.');
  }

  ask(question: Question): Reply {
    const at = { ref: question.ref, path: question.path };
    return answerTo(question, this.object(at), this.#pathOf(at));
  }

  /** Executes a call; its index in the program is that of the object it makes. */
  call(call: ProgramCall): Reply {
    const index = this.calls.length;
    this.calls.push(call);
    this.#objects.push(null);
    const concerned = this.#concerned(call);
    const before = concerned && {
      trainable: trainableTensors(concerned),
      hooks: concerned.script.inputGradHooks,
    };
    const warned = new Map(this.models.map(({ script }) => [script, script.warnings.length] as const));
    this.#loose = [];
    let acted: Acted = {};
    let error: PythonError | null = null;
    try {
      acted = this.#act(call);
    } catch (caught) {
      if (!(caught instanceof PythonError)) throw caught;
      error = caught;
    }
    if (acted.object) this.#objects[index] = acted.object;
    const warnings = [...this.#loose, ...this.#newWarnings(warned)];
    const after = modelOf(acted.object ?? null) ?? concerned;
    this.effects.push({
      index,
      line: call.line,
      callee: call.callee,
      trainable: change(before?.trainable ?? null, after && trainableTensors(after)),
      hooks: change(before?.hooks ?? null, after?.script.inputGradHooks ?? null),
      said: [...(acted.effects ?? []), ...(acted.printed === undefined ? [] : [same(acted.printed)])],
      warnings,
      raised: error && { type: error.type, message: error.message },
    });
    if (error) return { raise: { type: error.type, message: error.message }, warnings };
    return {
      value: acted.object ? { ref: index } : (acted.value ?? null),
      ...(acted.object ? { class: classOf(acted.object) } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(acted.printed === undefined ? {} : { printed: acted.printed }),
    };
  }

  /** The model whose flags a call may change. */
  #concerned({ receiver, args, kwargs }: ProgramCall): ModelObject | null {
    for (const value of [receiver, kwargs.model, ...args, ...Object.values(kwargs)]) {
      const found = modelOf(this.object(value ?? undefined));
      if (found) return found;
      const output = this.object(value ?? undefined);
      if (output?.kind === 'output') return output.model;
    }
    return null;
  }

  #newWarnings(before: ReadonlyMap<ScriptModel, number>): BridgeWarning[] {
    const scripts = new Set(this.models.map(({ script }) => script));
    return [...scripts].flatMap(({ warnings }, i) => {
      const script = [...scripts][i];
      const from = (script && before.get(script)) ?? 0;
      return warnings.slice(from).map(({ category, message }) => ({ category, message }));
    });
  }

  #act(call: ProgramCall): Acted {
    const acting = this.#acting(call);
    if (call.callee === 'setattr') return setAttribute(acting, call, (config) => this.#refresh(config));
    const found = calleeNamed(call.callee);
    if (!found) return { value: { placeholder: call.callee } };
    return found.callee.act(acting);
  }

  /** Trainers read their arguments when they are used: what is set on them later holds. */
  #refresh(config: ProgramObject): void {
    for (const object of this.#objects) {
      if (object?.kind !== 'trainer' || object.args !== config) continue;
      const acting = this.#acting({ line: 0, callee: '', receiver: null, args: [], kwargs: {} });
      Object.assign(object.state, trainerState(acting, object.args));
    }
  }

  #acting(call: ProgramCall): Acting {
    const { stack } = this;
    const found = calleeNamed(call.callee);
    const signatures = this.#options.signatures ?? null;
    const signature = signatures?.of(call.callee) ?? (found && signatures?.of(found.name)) ?? null;
    const bound = call.receiver !== null || /(^|\.)[A-Z]\w*$/.test(call.callee);
    const { given, fallbacks, rest, warnings } = bindArguments(
      call,
      signature,
      found?.callee.positions ?? [],
      bound,
    );
    this.#loose.push(...warnings.map(warningOf));
    const value = (name: string): ProgramValue | undefined => given.get(name) ?? fallbacks.get(name);
    const note = (kind: Note['kind'], text: Text): Note => {
      const made: Note = { kind, line: call.line, text };
      this.note(made);
      return made;
    };
    return {
      callee: call.callee,
      stack,
      line: call.line,
      gradMode: this.#gradMode,
      self: call.receiver && this.object(call.receiver),
      path: this.#pathOf(call.receiver),
      rest,
      given,
      disk: this.#disk,
      behaves: (key) => behaviour(stack, key),
      value,
      truth: (name, otherwise) => {
        const own = value(name);
        if (own === undefined) return otherwise;
        if (isPlaceholder(own))
          note('assumption', {
            en: `${name}=${own.placeholder} is not known here; True is assumed.`,
            zh: `${name}=${own.placeholder} 在此未知，假定为 True。`,
          });
        return truthOf(own) ?? true;
      },
      fallback: (callee, name) =>
        signatures?.of(callee)?.parameters?.find((parameter) => parameter.name === name)?.fallback,
      object: (one) => this.object(one),
      load: (request) => this.#load(request, call.line),
      judge: (event) => this.#judge(event),
      models: () => this.models,
      trained: (model) => this.trainings.some((event) => event.model.script === model.script),
      note,
      warn: (words) => {
        this.#loose.push(warningOf(words));
      },
      raise: (type, message, statement = call.callee) => {
        throw new PythonError(type, message, statement);
      },
      setGradMode: (mode) => {
        const before = this.#gradMode;
        this.#gradMode = mode;
        return before;
      },
    };
  }

  #load(request: Omit<ModelRequest, 'stack'>, line: number): ModelObject {
    const built = this.#options.models({ ...request, stack: this.stack });
    for (const text of built.assumed) this.note({ kind: 'assumption', line, text });
    const script = new ScriptModel(this.stack, built.root, built.quantisation);
    script.modelType = built.modelType;
    Object.assign(script.places, built.places ?? {});
    return {
      kind: 'model',
      script,
      root: built.root,
      causalPath: '',
      config: built.config,
      name: request.name,
      configs: [],
      unknown: null,
    };
  }

  #judge(event: TrainingEvent): PythonError | null {
    this.trainings.push(event);
    focus(event.model);
    return this.#options.judge?.(event) ?? null;
  }

  /** Counts of a model, as print_trainable_parameters has them. */
  static counts = (model: ModelObject) => countParameters(model.root);
}

const change = (before: number | null, after: number | null) =>
  after === null || (before ?? -1) === after ? null : { before: before ?? 0, after };
