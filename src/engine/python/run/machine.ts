// Executes a program, one call after another, on module trees: what CPython sends while a script runs, what the form's settings make, and
// what is replayed from a file are the same list. An unknown call gives a placeholder; what decides and isn't modelled is noted.

import { invariant } from '../../ground/errors.ts';
import type { Text } from '../../ground/text.ts';
import { same } from '../../ground/text.ts';
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { Stack } from '../../libraries/stacks.ts';
import { PythonError } from '../../torch/autograd/pythonError.ts';
import type { BridgeWarning, Note, Question, Reply } from '../program/bridge.ts';
import type { Program, ProgramCall, ProgramValue } from '../program/program.ts';
import type { Signatures } from '../program/signatures.ts';
import { isPlaceholder, isRef, truthOf } from '../program/values.ts';
import type { Acted, Acting, ModelRequest, ModelSource, TrainingEvent, TrainingJudge } from './acting.ts';
import { answerTo } from './answers.ts';
import { bindArguments, statementOf } from './bound.ts';
import { calleeNamed } from './callees.ts';
import { setAttribute } from './calls/attributes.ts';
import { trainerState } from './calls/trainers.ts';
import type { GradMode, ModelObject, ProgramObject, TrainerObject } from './objects.ts';
import { classOf, focus, modelOf } from './objects.ts';
import { ScriptModel } from './scriptModel.ts';

export interface MachineOptions {
  readonly stack: Stack;
  readonly models: ModelSource;
  /** Runs the step of a training; absent: nothing is trained. */
  readonly judge?: TrainingJudge;
  readonly signatures?: Signatures | null;
  /** Whether the effect of every call is kept; it takes a walk of the tree each. Default: yes. */
  readonly watch?: boolean;
}

/** What one call did, for whoever shows lines. */
export interface Effect {
  readonly index: number;
  readonly line: number;
  readonly callee: string;
  /** Tensors that require grad, of the model concerned. */
  readonly trainable: { readonly before: number; readonly after: number } | null;
  readonly hooks: { readonly before: number; readonly after: number } | null;
  readonly checkpointing: { readonly before: Checkpointing; readonly after: Checkpointing } | null;
  /** The state of the tree that it acted on, to be told from others'. */
  readonly script: ScriptModel | null;
  readonly said: readonly Text[];
  readonly warnings: readonly BridgeWarning[];
  readonly raised: { readonly type: string; readonly message: string } | null;
}

/** Words of a warning as ScriptModel keeps them. */
function warningOf(words: string): BridgeWarning {
  const at = words.indexOf(': ');
  return { category: words.slice(0, at), message: words.slice(at + 2) };
}

export type Checkpointing = 'off' | 'reentrant' | 'non-reentrant';

interface State {
  readonly trainable: number;
  readonly hooks: number;
  readonly checkpointing: Checkpointing;
}

function stateOf({ root, script }: ModelObject): State {
  let trainable = 0;
  for (const parameter of root.allParameters()) if (parameter.requiresGrad) trainable++;
  const mode = script.checkpointing;
  const checkpointing = mode === null ? 'off' : mode.useReentrant ? 'reentrant' : 'non-reentrant';
  return { trainable, hooks: script.inputGradHooks, checkpointing };
}

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
  #raised: PythonError | null = null;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.stack = options.stack;
  }

  get program(): Program {
    const { transformers, peft, trl, torch, bitsandbytes } = this.stack;
    return { versions: { transformers, peft, trl, torch, bitsandbytes }, calls: this.calls };
  }

  /** What the last call raised. */
  get raised(): PythonError | null {
    return this.#raised;
  }

  /** The model of a program that loads one. */
  get only(): ModelObject {
    const [model] = this.models;
    invariant(model, 'a program that loads no model');
    return model;
  }

  /** A folder that is there before the program begins. */
  save(folder: string, object: ProgramObject): void {
    this.#disk.set(folder, object);
  }

  /** Executes calls until one raises; what it raised, or null. */
  replay(calls: readonly ProgramCall[]): PythonError | null {
    for (const call of calls) {
      this.call(call);
      if (this.#raised) return this.#raised;
    }
    return null;
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
    const found = this.#objects[question.ref];
    if (found?.kind === 'trainer' && question.path === '' && question.what === 'attribute') {
      const own = this.#partOf(question.ref, found, question.name ?? '');
      if (own) return own;
    }
    return answerTo(question, this.object(at), this.#pathOf(at));
  }

  /** `trainer.model` and `trainer.args`: the object that went in, where it is still the same. */
  #partOf(ref: number, trainer: TrainerObject, name: string): Reply | null {
    const part = name === 'model' ? trainer.model : name === 'args' ? trainer.args : null;
    if (!part) return null;
    const same = this.#objects.findIndex((one) =>
      part.kind === 'model' ? one?.kind === 'model' && one.root === part.root : one === part,
    );
    return { value: same >= 0 ? { ref: same } : { ref, path: name }, class: classOf(part) };
  }

  /** Executes a call; its index in the program is that of the object it makes. */
  call(call: ProgramCall): Reply {
    const index = this.calls.length;
    this.calls.push(call);
    this.#objects.push(null);
    const watch = this.#options.watch !== false;
    const concerned = watch ? this.#concerned(call) : null;
    const before = concerned && stateOf(concerned);
    const warned = new Map(watch ? this.models.map(({ script }) => [script, script.warnings.length]) : []);
    this.#loose = [];
    this.#raised = null;
    let acted: Acted = {};
    try {
      acted = this.#act(call);
    } catch (caught) {
      if (!(caught instanceof PythonError)) throw caught;
      this.#raised = caught;
    }
    if (acted.object) this.#objects[index] = acted.object;
    const warnings = watch ? [...this.#loose, ...this.#newWarnings(warned)] : [];
    const raised = this.#raised && { type: this.#raised.type, message: this.#raised.message };
    if (watch)
      this.#keep(index, call, acted, { before, after: modelOf(acted.object ?? null) ?? concerned }, warnings);
    if (raised) return { raise: raised, warnings };
    return {
      value: acted.object ? (acted.value ?? { ref: index }) : (acted.value ?? null),
      ...(acted.object ? { class: classOf(acted.object) } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(acted.printed === undefined ? {} : { printed: acted.printed }),
    };
  }

  #keep(
    index: number,
    { line, callee }: ProgramCall,
    { effects = [], printed }: Acted,
    { before, after }: { readonly before: State | null; readonly after: ModelObject | null },
    warnings: readonly BridgeWarning[],
  ): void {
    const now = after && stateOf(after);
    this.effects.push({
      index,
      line,
      callee,
      trainable: change(before?.trainable ?? null, now?.trainable ?? null),
      hooks: change(before?.hooks ?? null, now?.hooks ?? null),
      checkpointing:
        now && now.checkpointing !== (before?.checkpointing ?? 'off')
          ? { before: before?.checkpointing ?? 'off', after: now.checkpointing }
          : null,
      script: after?.script ?? null,
      said: [...effects, ...(printed === undefined ? [] : [same(printed)])],
      warnings,
      raised: this.#raised && { type: this.#raised.type, message: this.#raised.message },
    });
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
      index: this.calls.length - 1,
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
      raise: (type, message, statement = statementOf(call)) => {
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
    script.checkpoints = built.checkpoints ?? true;
    return {
      kind: 'model',
      script,
      root: built.root,
      causalPath: '',
      architecture: built.architecture,
      name: request.name,
      stored: { quantType: built.quantisation?.type ?? null, doubleQuant: request.doubleQuant },
      configs: [],
      unknown: null,
    };
  }

  #judge(event: TrainingEvent): PythonError | null {
    this.trainings.push(event);
    focus(event.model);
    return this.#options.judge?.(event) ?? null;
  }
}

const change = (before: number | null, after: number | null) =>
  after === null || (before ?? -1) === after ? null : { before: before ?? 0, after };
