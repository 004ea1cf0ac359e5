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
import { isPlaceholder, truthOf } from '../program/values.ts';
import type { Acted, Acting, ModelSource, TrainingEvent, TrainingJudge } from './acting.ts';
import { answerTo } from './answers.ts';
import { assumedTrue } from './assumed.ts';
import { boundTo, fallbackIn } from './binding.ts';
import { statementOf } from './bound.ts';
import { calleeNamed } from './callees.ts';
import { setAttribute } from './calls/attributes.ts';
import type { ConfigContext } from './calls/peftConfigs.ts';
import { trainerState } from './calls/trainers.ts';
import type { Effect, State } from './effects.ts';
import { change, checkpointingChange, stateOf } from './effects.ts';
import { loadedModel } from './loadedModel.ts';
import type { ConfigObject, GradMode, ModelObject, ProgramObject, TrainerObject } from './objects.ts';
import { classOf, focus, modelOf } from './objects.ts';
import { ObjectTable } from './objectTable.ts';
import type { ScriptModel } from './scriptModel.ts';

export interface MachineOptions {
  readonly stack: Stack;
  readonly models: ModelSource;
  /** Runs the step of a training; absent: nothing is trained. */
  readonly judge?: TrainingJudge;
  readonly signatures?: Signatures | null;
  /** Whether the effect of every call is kept; it takes a walk of the tree each. Default: yes. */
  readonly watch?: boolean;
}

/** Words of a warning as ScriptModel keeps them. */
function warningOf(words: string): BridgeWarning {
  const at = words.indexOf(': ');
  return { category: words.slice(0, at), message: words.slice(at + 2) };
}

export class Machine {
  readonly stack: Stack;
  readonly calls: ProgramCall[] = [];
  readonly effects: Effect[] = [];
  readonly notes: Note[] = [];
  readonly trainings: TrainingEvent[] = [];
  readonly #options: MachineOptions;
  readonly #objects = new ObjectTable();
  readonly #disk = new Map<string, ProgramObject>();
  #gradMode: GradMode = 'grad';
  #loose: BridgeWarning[] = [];
  #raised: PythonError | null = null;
  #lastRaised: PythonError | null = null;

  constructor(options: MachineOptions) {
    this.#options = options;
    this.stack = options.stack;
  }

  get program(): Program {
    const { transformers, peft, trl, torch, bitsandbytes } = this.stack;
    return { versions: { transformers, peft, trl, torch, bitsandbytes }, calls: this.calls };
  }

  get signatures(): Signatures | null {
    return this.#options.signatures ?? null;
  }

  /** The newest exception, also where the script caught it. */
  get lastRaised(): PythonError | null {
    return this.#lastRaised;
  }

  /** The model of a program that loads one. */
  get only(): ModelObject {
    const [model] = this.models;
    invariant(model, 'a program that loads no model');
    return model;
  }

  /** The trainer that a call made. */
  trainer(ref: number): TrainerObject | null {
    const found = this.#objects.at(ref);
    return found?.kind === 'trainer' ? found : null;
  }

  /** The model that a call was about. */
  concernedBy(index: number): ModelObject | null {
    const call = this.calls[index];
    return call ? this.#concerned(call) : null;
  }

  /** The configuration that a call made. */
  config(index: number): ConfigObject | null {
    const found = this.#objects.at(index);
    return found?.kind === 'config' ? found : null;
  }

  /** For whoever reads a configuration of this program without a call. */
  get context(): ConfigContext {
    return this.#acting({ line: 0, callee: '', receiver: null, args: [], kwargs: {} }, false);
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
    return this.#objects.models;
  }

  /** The object of a call, or what stands at a path below it; null for what is no object here. */
  object(value: ProgramValue | undefined): ProgramObject | null {
    return this.#objects.of(value);
  }

  note(note: Note): void {
    if (!this.notes.some((one) => JSON.stringify(one) === JSON.stringify(note))) this.notes.push(note);
  }

  ask(question: Question): Reply {
    const own = question.path === '' && question.what === 'attribute';
    const part = own ? this.#objects.partOf(question.ref, question.name ?? '') : null;
    if (part) return part;
    const at = { ref: question.ref, path: question.path };
    return answerTo(question, this.#objects.of(at), this.#objects.pathOf(at));
  }

  /** Executes a call; its index in the program is that of the object it makes. */
  call(call: ProgramCall): Reply {
    const index = this.calls.length;
    this.calls.push(call);
    this.#objects.push();
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
      this.#lastRaised = caught;
    }
    if (acted.object) this.#objects.set(index, acted.object);
    const warnings = watch ? [...this.#loose, ...this.#newWarnings(warned)] : [];
    const raised = this.#raised && { type: this.#raised.type, message: this.#raised.message };
    if (watch)
      this.#keep(index, call, acted, { before, after: modelOf(acted.object ?? null) ?? concerned }, warnings);
    if (raised) return { raise: raised, warnings };
    return {
      value: acted.object ? (acted.value ?? { ref: index }) : (acted.value ?? null),
      ...(acted.class !== undefined
        ? { class: acted.class }
        : acted.object
          ? { class: classOf(acted.object) }
          : {}),
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
      checkpointing: checkpointingChange(before, now),
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
    for (const object of this.#objects.all) {
      if (object?.kind !== 'trainer' || object.args !== config) continue;
      const acting = this.#acting({ line: 0, callee: '', receiver: null, args: [], kwargs: {} });
      Object.assign(object.state, trainerState(acting, object.args));
    }
  }

  #acting(call: ProgramCall, notes = true): Acting {
    const { stack } = this;
    const signatures = this.#options.signatures ?? null;
    const { given, fallbacks, rest, warnings } = boundTo(call, signatures);
    this.#loose.push(...warnings.map(warningOf));
    const value = (name: string): ProgramValue | undefined => given.get(name) ?? fallbacks.get(name);
    const note = (kind: Note['kind'], text: Text): Note => {
      const made: Note = { kind, line: call.line, text };
      if (notes) this.note(made);
      return made;
    };
    return {
      callee: call.callee,
      index: this.calls.length - 1,
      stack,
      line: call.line,
      gradMode: this.#gradMode,
      self: call.receiver && this.object(call.receiver),
      path: this.#objects.pathOf(call.receiver),
      receiver: call.receiver,
      rest,
      given,
      disk: this.#disk,
      behaves: (key) => behaviour(stack, key),
      value,
      truth: (name, otherwise) => {
        const own = value(name);
        if (isPlaceholder(own)) note('assumption', assumedTrue(name, own.placeholder));
        return own === undefined ? otherwise : (truthOf(own) ?? true);
      },
      fallback: (callee, name) => fallbackIn(signatures, callee, name),
      object: (one) => this.object(one),
      load: (request) => {
        const { model, assumed } = loadedModel(this.#options.models, { ...request, stack });
        for (const text of assumed) note('assumption', text);
        return model;
      },
      judge: (event) => this.#judge(event),
      models: () => this.models,
      trained: (model) => this.trainings.some((event) => event.model.script === model.script),
      note,
      warn: (words) => void this.#loose.push(warningOf(words)),
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

  #judge(event: TrainingEvent): PythonError | null {
    this.trainings.push(event);
    focus(event.model);
    return this.#options.judge?.(event) ?? null;
  }
}
