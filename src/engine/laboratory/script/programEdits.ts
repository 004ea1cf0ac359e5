// A repair that the doctor states as settings, made in a kept program: an argument of the call that has it, a call that comes or goes. The
// person's text stays as it was; what changed is written beside it. Null where the program has no place for the repair.
import { adapterSettings } from '../../adapters/settings.ts';
import type { ProgramCall, ProgramValue } from '../../python/program/program.ts';
import { isRef, reprOf } from '../../python/program/values.ts';
import { modelOf } from '../../python/run/objects.ts';
import { configArguments } from '../../python/run/programWriter.ts';
import type { RecipeProgram } from '../../recipe/program/program.ts';
import type { RecipePatch, RecipeValues } from '../../recipe/recipe.ts';
import { isArgumentKey, isSettingKey, placeOf, withPatch } from '../../recipe/recipe.ts';
import type { Subject } from './patchEdits.ts';

type Ref = Extract<ProgramValue, { readonly ref: number }>;

const short = ({ callee }: ProgramCall): string => callee.split('.').at(-1) ?? '';
const NOT_REENTRANT: ProgramValue = { dict: [['use_reentrant', false]] };

/** A value with every reference in it changed. */
function withRefs(value: ProgramValue, change: (ref: Ref) => ProgramValue): ProgramValue {
  const each = (items: readonly ProgramValue[]) => items.map((one) => withRefs(one, change));
  if (Array.isArray(value)) return each(value);
  if (isRef(value)) return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if ('tuple' in value) return { tuple: each(value.tuple) };
  if ('set' in value) return { set: each(value.set) };
  if ('dict' in value)
    return { dict: value.dict.map(([key, one]) => [withRefs(key, change), withRefs(one, change)] as const) };
  return value;
}

class Draft {
  readonly #program: RecipeProgram;
  readonly #calls: ProgramCall[];
  readonly #instead = new Map<number, ProgramValue>();
  readonly #changes: string[] = [];
  #inserted: { readonly at: number; readonly call: ProgramCall } | null = null;

  constructor(program: RecipeProgram) {
    this.#program = program;
    this.#calls = [...program.calls];
  }

  /** undefined takes the argument away. `only`: the call has no other, so that it may stand in a position. */
  set(index: number, name: string, value: ProgramValue | undefined, only = false): true {
    const call = this.#calls[index];
    if (!call) return true;
    const { [name]: _, ...others } = call.kwargs;
    const kwargs = value === undefined ? others : { ...others, [name]: value };
    this.#calls[index] = { ...call, args: only ? [] : call.args, kwargs };
    const said = value === undefined ? `without ${name}` : `${name}=${reprOf(value)}`;
    this.#changes.push(`line ${call.line}: ${short(call)}(${said})`);
    return true;
  }

  /** The call is gone; whoever used what it made has `instead`. */
  drop(index: number, instead: ProgramValue | null): true {
    const call = this.#calls[index];
    if (!call) return true;
    this.#calls[index] = { line: call.line, callee: 'left.out', receiver: null, args: [], kwargs: {} };
    if (instead !== null) this.#instead.set(index, instead);
    this.#changes.push(`line ${call.line}: without ${short(call)}()`);
    return true;
  }

  insertAfter(index: number, callee: string, receiver: Ref): true {
    const line = this.#calls[index]?.line ?? 0;
    this.#inserted = { at: index + 1, call: { line, callee, receiver, args: [], kwargs: {} } };
    this.#changes.push(`after line ${line}: ${callee.split('.').at(-1)}()`);
    return true;
  }

  get program(): RecipeProgram {
    const at = this.#inserted?.at ?? Number.POSITIVE_INFINITY;
    const moved = (index: number): number => (index >= at ? index + 1 : index);
    const resolve = (ref: Ref): ProgramValue => {
      const instead = this.#instead.get(ref.ref);
      if (instead !== undefined)
        return isRef(instead) && ref.path
          ? resolve({ ...instead, path: ref.path })
          : withRefs(instead, resolve);
      return { ...ref, ref: moved(ref.ref) };
    };
    const calls = this.#calls.map((call): ProgramCall => {
      const receiver = call.receiver ? resolve(call.receiver) : undefined;
      return {
        ...call,
        receiver: isRef(receiver) ? receiver : null,
        args: call.args.map((one) => withRefs(one, resolve)),
        kwargs: Object.fromEntries(
          Object.entries(call.kwargs).map(([name, one]) => [name, withRefs(one, resolve)]),
        ),
      };
    });
    if (this.#inserted) {
      const { call } = this.#inserted;
      const receiver = call.receiver ? resolve(call.receiver) : undefined;
      calls.splice(at, 0, { ...call, receiver: isRef(receiver) ? receiver : null });
    }
    const { caught, failedAt, changes } = this.#program;
    return {
      ...this.#program,
      calls,
      caught: caught.map(moved),
      failedAt: failedAt === null ? null : moved(failedAt),
      changes: [...changes, ...this.#changes],
    };
  }
}

class Mending {
  readonly draft: Draft;
  readonly #subject: Subject;
  readonly #values: RecipeValues;

  constructor(program: RecipeProgram, subject: Subject, values: RecipeValues) {
    this.draft = new Draft(program);
    this.#subject = subject;
    this.#values = values;
  }

  /** The last call before the training that has such a name and is about its model. */
  #last(pattern: RegExp): number {
    const { machine, model, index } = this.#subject;
    return machine.calls.findLastIndex(
      (call, i) =>
        i <= index &&
        pattern.test(call.callee) &&
        [call.receiver, ...call.args, ...Object.values(call.kwargs), { ref: i }].some(
          (value) => modelOf(machine.object(value ?? undefined))?.script === model?.script,
        ),
    );
  }

  get #arguments(): number {
    const { machine, trainer } = this.#subject;
    return machine.calls.findIndex((_, i) => trainer !== null && machine.config(i) === trainer.args);
  }

  #argument(name: string, value: ProgramValue | undefined): boolean {
    const { machine, trainer } = this.#subject;
    const at = this.#arguments;
    if (at < 0) return false;
    // What the script sets on them later holds: it gives way.
    for (const [i, call] of machine.calls.entries())
      if (
        call.callee === 'setattr' &&
        call.args[0] === name &&
        machine.object(call.receiver ?? undefined) === trainer?.args
      )
        this.draft.drop(i, null);
    return this.draft.set(at, name, value);
  }

  #checkpointing(name: string, value: ProgramValue | undefined): boolean {
    const own = this.#last(/gradient_checkpointing_enable$/);
    if (this.#subject.trainer?.asked.gradientCheckpointing || own < 0) return this.#argument(name, value);
    return name === 'gradient_checkpointing'
      ? this.draft.drop(own, null)
      : this.draft.set(own, name, value, true);
  }

  #of(pattern: RegExp, name: string, value: ProgramValue | undefined): boolean {
    const at = this.#last(pattern);
    return at >= 0 && this.draft.set(at, name, value);
  }

  /** A call that hands its model on is left out. */
  #without(pattern: RegExp): boolean {
    const at = this.#last(pattern);
    const call = this.#subject.machine.calls[at];
    if (!call) return false;
    return this.draft.drop(at, call.kwargs.model ?? call.receiver ?? call.args[0] ?? null);
  }

  #byTrainer(): boolean {
    const { machine, trainerCall } = this.#subject;
    const at = this.#last(/get_peft_model$/);
    const wrap = machine.calls[at];
    const config = wrap?.kwargs.peft_config ?? wrap?.args[1];
    const trainer = trainerCall ? machine.calls.indexOf(trainerCall) : -1;
    if (!wrap || config === undefined || trainer < 0 || !/SFTTrainer$/.test(trainerCall?.callee ?? ''))
      return false;
    this.#without(/get_peft_model$/);
    return this.draft.set(trainer, 'peft_config', config);
  }

  #hook(): boolean {
    const { machine, model, index } = this.#subject;
    const at = machine.calls.findLastIndex((_, i) => {
      // What hands it on behind the training is too late.
      if (i >= index) return false;
      const made = machine.object({ ref: i });
      return made?.kind === 'model' && made.root === model?.root;
    });
    const callee = 'transformers.PreTrainedModel.enable_input_require_grads';
    return at >= 0 && this.draft.insertAfter(at, callee, { ref: at });
  }

  #adapter(key: string): boolean {
    if (!isSettingKey(key) || !isArgumentKey(key) || !Object.hasOwn(adapterSettings, key)) return false;
    const { machine, model } = this.#subject;
    const config = model?.configs.at(-1);
    const at = machine.calls.findLastIndex(
      (call, i) =>
        /^peft\.\w+Config$/.test(call.callee) && (config === undefined || machine.config(i) === config),
    );
    const name = placeOf(key).argument;
    return at >= 0 && this.draft.set(at, name, configArguments(this.#values)[name]);
  }

  one(key: string, value: unknown): boolean {
    switch (key) {
      case 'train.use_reentrant':
        return this.#checkpointing(
          'gradient_checkpointing_kwargs',
          value === 'false' ? NOT_REENTRANT : undefined,
        );
      case 'train.gradient_checkpointing':
        return this.#checkpointing('gradient_checkpointing', value === true);
      case 'wiring.prepare.use_reentrant':
        return this.#of(
          /prepare_model_for_\w+_training$/,
          'gradient_checkpointing_kwargs',
          value === 'false' ? NOT_REENTRANT : undefined,
        );
      case 'wiring.prepare.use_gradient_checkpointing':
        return this.#of(/prepare_model_for_\w+_training$/, 'use_gradient_checkpointing', value === true);
      case 'wiring.prepare_model_for_kbit_training':
        return value === 'never' && this.#without(/prepare_model_for_\w+_training$/);
      case 'wiring.enable_input_require_grads':
        return value === true && this.#hook();
      case 'wiring.after_attach':
        return (
          value === 'nothing' &&
          this.#without(/(merge_and_unload|unload|disable_adapter_layers|load_adapter|set_adapter)$/)
        );
      case 'wiring.attach':
        return value === 'peft_config'
          ? this.#byTrainer()
          : value === 'from_pretrained_trainable' &&
              this.#of(/Peft\w*\.from_pretrained$/, 'is_trainable', true);
      case 'wiring.train_mode':
        return false;
      case 'train.fp16':
        return value === false && this.#argument('fp16', false);
      case 'model.dtype':
        return this.#of(/^transformers\..*from_pretrained$/, 'dtype', { dtype: String(value) });
      case 'bnb.bnb_4bit_quant_type':
        return (
          value === 'none' && this.#of(/^transformers\..*from_pretrained$/, 'quantization_config', undefined)
        );
    }
    return this.#adapter(key);
  }
}

/** The program after a patch of settings; null where a part of it has no place. `values`: the settings that the program stands for. */
export function mendedProgram(
  program: RecipeProgram,
  subject: Subject,
  values: RecipeValues,
  patch: RecipePatch,
): RecipeProgram | null {
  const mending = new Mending(program, subject, withPatch(values, patch));
  const done = Object.entries(patch).every(([key, value]) => mending.one(key, value));
  return done ? mending.draft.program : null;
}
