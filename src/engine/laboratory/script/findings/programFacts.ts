// What the doctor of scripts looks at: the program that ran, the training that decides, what Python said at the end, and the text. Finds
// calls and objects; holds no opinions.
import { isAdapterParameter } from '../../../adapters/methods.ts';
import type { Versions } from '../../../libraries/version.ts';
import { compareVersions } from '../../../libraries/version.ts';
import type { PythonFailure } from '../../../python/host/host.ts';
import type { ProgramCall, ProgramValue } from '../../../python/program/program.ts';
import type { Signatures } from '../../../python/program/signatures.ts';
import { entriesOf, isRef } from '../../../python/program/values.ts';
import type { Effect } from '../../../python/run/effects.ts';
import type { Machine } from '../../../python/run/machine.ts';
import type { ConfigObject, ModelObject, ProgramObject, TrainerObject } from '../../../python/run/objects.ts';
import { modelOf, shortName } from '../../../python/run/objects.ts';
import type { Parameter } from '../../../torch/nn/module.ts';
import type { JudgedTraining } from '../judging.ts';
import type { Statement } from './pythonText.ts';
import { statementAt, writtenCall } from './pythonText.ts';

export interface ProgramSource {
  readonly source: string;
  /** Other texts that the script finds beside itself, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly versions: Versions;
  readonly machine: Machine;
  /** The exception that ended it. */
  readonly failure: PythonFailure | null;
  /** The training that the verdict is about. */
  readonly deciding: JudgedTraining | null;
  readonly signatures: Signatures | null;
}

/** A call with its place in the program. */
export interface Indexed extends ProgramCall {
  readonly index: number;
}

export interface Refusal {
  readonly type: string;
  readonly message: string;
  readonly line: number;
}

export class ProgramFacts {
  readonly source: string;
  readonly files: Readonly<Record<string, string>>;
  readonly versions: Versions;
  readonly machine: Machine;
  readonly failure: PythonFailure | null;
  readonly deciding: JudgedTraining | null;
  readonly signatures: Signatures | null;
  readonly calls: readonly Indexed[];

  constructor(of: ProgramSource) {
    this.source = of.source;
    this.files = of.files;
    this.versions = of.versions;
    this.machine = of.machine;
    this.failure = of.failure;
    this.deciding = of.deciding;
    this.signatures = of.signatures;
    this.calls = of.machine.calls.map((call, index) => ({ ...call, index }));
  }

  // --- releases --------------------------------------------------------------------------------------------------------------------

  /** `since('peft', '0.12')` */
  since(library: 'transformers' | 'peft' | 'trl' | 'torch', version: string): boolean {
    return compareVersions(this.versions[library], version) >= 0;
  }

  /** Whether a callee of these releases has an argument; null: not known here. */
  takes(callee: string, argument: string): boolean | null {
    const signature = this.signatures?.of(callee);
    if (!signature?.parameters) return null;
    const refused = /^\w+Error: /.test(signature.renamed.get(argument)?.warning ?? '');
    if (signature.renamed.has(argument) && !refused) return true;
    return signature.parameters.some(({ name, kind }) => name === argument || kind === 'keywords');
  }

  // --- calls and objects -------------------------------------------------------------------------------------------------------------

  /** Calls whose whole name fits, in the order they ran. */
  callsTo(pattern: RegExp): Indexed[] {
    return this.calls.filter(({ callee }) => pattern.test(callee));
  }

  objectOf(value: ProgramValue | undefined): ProgramObject | null {
    return this.machine.object(value);
  }

  made({ index }: Indexed): ProgramObject | null {
    return this.machine.object({ ref: index });
  }

  /** The call that made what a value refers to. */
  makerOf(value: ProgramValue | undefined): Indexed | null {
    return isRef(value) ? (this.calls[value.ref] ?? null) : null;
  }

  /** An argument by name, or at a position; undefined: not given. */
  argument(call: ProgramCall, name: string, position: number | null = null): ProgramValue | undefined {
    return call.kwargs[name] ?? (position === null ? undefined : call.args[position]);
  }

  /** A configuration's value as it stands now, else its release's default. */
  valueOf(config: ConfigObject, name: string): ProgramValue | undefined {
    return (
      config.values.get(name) ??
      this.signatures?.of(config.callee)?.parameters?.find((one) => one.name === name)?.fallback
    );
  }

  /** Trainers that were made, with their calls. */
  get trainers(): readonly { readonly call: Indexed; readonly trainer: TrainerObject }[] {
    return this.calls.flatMap((call) => {
      const made = this.made(call);
      return made?.kind === 'trainer' ? [{ call, trainer: made }] : [];
    });
  }

  /** Configurations of a class, with their calls. */
  configs(pattern: RegExp): readonly { readonly call: Indexed; readonly config: ConfigObject }[] {
    return this.calls.flatMap((call) => {
      const made = this.made(call);
      return made?.kind === 'config' && pattern.test(call.callee) ? [{ call, config: made }] : [];
    });
  }

  /** Entries of a dictionary that was passed. */
  entries(value: ProgramValue | undefined): ReadonlyMap<string, ProgramValue> {
    return entriesOf(value) ?? new Map();
  }

  modelOf(value: ProgramValue | undefined): ModelObject | null {
    return modelOf(this.objectOf(value));
  }

  /** The call that loaded the weights which a model object stands on. */
  loadOf(model: ModelObject): Indexed | null {
    return (
      this.calls.find((call) => {
        const made = this.made(call);
        return made?.kind === 'model' && made.script === model.script;
      }) ?? null
    );
  }

  // --- the training that decides -------------------------------------------------------------------------------------------------------

  get model(): ModelObject | null {
    return this.deciding?.event.model ?? null;
  }

  /** Calls that acted on its model before it ran. */
  get effectsBefore(): readonly Effect[] {
    const event = this.deciding?.event;
    if (!event) return this.machine.effects;
    return this.machine.effects.filter(
      ({ index, script }) => index <= event.index && script === event.model.script,
    );
  }

  /** What stopped it: of the training, of a call, or of Python. */
  get refusal(): Refusal | null {
    if (this.failure?.kind === 'raised')
      return { type: this.failure.type, message: this.failure.message, line: this.failure.line ?? 0 };
    const raised = this.deciding?.examined?.raised;
    if (raised) return { type: raised.type, message: raised.message, line: this.deciding.event.line };
    const effect = this.machine.effects.find((one) => one.raised !== null);
    return effect?.raised ? { ...effect.raised, line: effect.line } : null;
  }

  get isElement0(): boolean {
    return this.refusal?.message.startsWith('element 0 of tensors') ?? false;
  }

  get isSilent(): boolean {
    return this.deciding?.examined?.outcome.kind === 'silent';
  }

  get trains(): boolean {
    return this.deciding?.examined?.outcome.kind === 'trains';
  }

  get trainable(): number {
    return this.deciding?.examined?.outcome.trainableTensors ?? 0;
  }

  /** It goes through, or would, and no parameter can learn. */
  get lifeless(): boolean {
    return (this.isElement0 || this.isSilent) && this.trainable === 0;
  }

  get parameters(): readonly (readonly [name: string, parameter: Parameter])[] {
    const root = this.deciding?.examined?.script.root ?? this.model?.root;
    return root ? [...root.namedParameters()].map(([name, one]) => [name, one] as const) : [];
  }

  get adapterTensors(): number {
    return this.parameters.filter(([name]) => isAdapterParameter(name)).length;
  }

  // --- the text ----------------------------------------------------------------------------------------------------------------------

  statement(line: number): Statement | null {
    return line > 0 ? statementAt(this.source, line) : null;
  }

  /** How the text writes a call's name at its line, an own class that derives from it included; null: it doesn't. */
  writtenName(call: ProgramCall): string | null {
    const { text = '' } = this.statement(call.line) ?? {};
    const own = shortName(call.callee);
    if (writtenCall(text, own)) return own;
    const derived = [...this.source.matchAll(/class\s+(\w+)\s*\(([^)]*)\)/g)].find(
      ([, name = '', bases = '']) => new RegExp(`\\b${own}\\b`).test(bases) && writtenCall(text, name),
    );
    return derived?.[1] ?? null;
  }
}
