// The trainings of a script, each examined on the tape when it happens, and which of them decides: the first that raises, then the first
// that learns nothing, else the first.
import type { TrainingEvent, TrainingJudge } from '../../python/run/acting.ts';
import type { ExaminedTraining, ExamineOptions } from '../inspect/examineTraining.ts';
import { examineTraining } from '../inspect/examineTraining.ts';
import type { StripCell } from '../inspect/inspection.ts';
import { stripOf } from '../inspect/strip.ts';

export interface JudgedTraining {
  readonly event: TrainingEvent;
  /** null: what it trains isn't modelled. */
  readonly examined: ExaminedTraining | null;
  readonly strip: readonly StripCell[];
}

const plain: ExamineOptions = { batch: { rows: 1, tokens: 8 }, allMasked: false };

/** Steps of a loop that say nothing new: the same line, model and modes. */
const MOST_OF_A_KIND = 2;
/** Steps of a program that are looked at; who has more has shown what they do. */
const MOST = 100;

const isAlike = (one: TrainingEvent, other: TrainingEvent): boolean =>
  one.line === other.line &&
  one.model.script === other.model.script &&
  one.gradMode === other.gradMode &&
  one.loss === other.loss &&
  one.twice === other.twice;

export class Judge {
  readonly trainings: JudgedTraining[] = [];
  readonly #options: ExamineOptions;

  constructor(options: ExamineOptions = plain) {
    this.#options = options;
  }

  readonly judge: TrainingJudge = (event) => {
    const alike = this.trainings.filter((one) => isAlike(one.event, event));
    if (event.unknown === null && (alike.length >= MOST_OF_A_KIND || this.trainings.length >= MOST))
      return null;
    const examined = event.unknown === null ? examineTraining(event, this.#options) : null;
    // Taken now: the tree goes on changing.
    const strip = examined ? stripOf(examined) : [];
    this.trainings.push({ event, examined, strip });
    return examined?.raised ?? null;
  };

  /** The training that the verdict is about. `died`: the script ended with an exception, so that what raised decides. */
  deciding(died: boolean): JudgedTraining | null {
    const known = this.trainings.filter(({ examined }) => examined !== null);
    const kind = (one: JudgedTraining) => one.examined?.outcome.kind;
    const learnt = known.filter((one) => kind(one) !== 'raises');
    return (
      (died || learnt.length === 0 ? known.find((one) => kind(one) === 'raises') : undefined) ??
      this.trainings.find(({ examined }) => examined === null) ??
      learnt.find((one) => kind(one) === 'silent') ??
      learnt[0] ??
      null
    );
  }
}
