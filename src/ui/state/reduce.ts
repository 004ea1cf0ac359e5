// Event → state, pure. Two engines speak: the inspector (device-free) and the trainer; both go through here.
import type { Recipe, Text } from '../../engine/index.ts';
import { changedKeys, joined, same } from '../../engine/index.ts';
import type { Event } from '../../engine/protocol.ts';
import { promptsOf } from './answerActions.ts';
import { changedNames } from './changedNames.ts';
import { isOfPlay, played } from './play.ts';
import { isBusy } from './runStatus.ts';
import type { AnswerPair, AnswerSide, PageState, PastedScript, Run, Said, StepPoint } from './state.ts';
import { placesOf } from './tensorPlaces.ts';

/** A run as it stands the moment a command was sent. */
export function newRun(recipe: Recipe): Run {
  return {
    recipe,
    queued: null,
    phase: 'loading',
    done: 0,
    total: 0,
    note: '',
    rate: null,
    file: null,
    start: null,
    steps: [],
    tensorNorms: [],
    tensorPlaces: new Map(),
    updateNorms: [],
    warnings: [],
    answers: [],
    said: [],
    fingerprint: null,
    failure: null,
    unsaved: null,
    diagnosis: null,
  };
}

/** Puts one streamed answer at its place; places before it that have no answer yet stay empty pairs. */
function withAnswer(
  answers: readonly AnswerPair[],
  event: Extract<Event, { type: 'answer' }>,
  index: number,
): readonly AnswerPair[] {
  const next = [...answers];
  while (next.length <= index) next.push({ prompt: '', before: null, after: null });
  const old = next[index];
  const kept = old?.prompt === event.prompt ? old : { prompt: event.prompt, before: null, after: null };
  // While it trains a new answer takes the place of a whole one when it is whole itself.
  if (!event.done && kept[event.side]?.done) return answers;
  next[index] = { ...kept, [event.side]: { text: event.text, done: event.done, step: event.step } };
  return next;
}

/** Answers at rest: what was not said to its end is not there; an earlier one is. */
function rested({ answers, said }: Run): readonly AnswerPair[] {
  const whole = (side: AnswerSide | null): AnswerSide | null => (side?.done ? side : null);
  return answers.map(({ prompt, before, after }) => {
    const earlier = said.findLast((one) => one.prompt === prompt);
    const last = earlier ? { text: earlier.text, step: earlier.step, done: true } : null;
    return { prompt, before: whole(before), after: whole(after) ?? last };
  });
}

/** The answers of all askings with a whole one more; asked again at one step, the newest holds. */
function withSaid(said: readonly Said[], event: Extract<Event, { type: 'answer' }>): readonly Said[] {
  const { side, done, step, prompt, text } = event;
  if (side === 'before' || !done) return said;
  return [...said.filter((one) => one.step !== step || one.prompt !== prompt), { step, prompt, text }];
}

function point({ tensorNorms: _, ...metrics }: Extract<Event, { type: 'step' }>['metrics']): StepPoint {
  return metrics;
}

const withWarning = (run: Run, category: string, message: Text): Run => ({
  ...run,
  warnings: [...run.warnings, { category, message }],
});

function reduceRun(run: Run, event: Event, state: PageState): Run {
  switch (event.type) {
    case 'phase':
      return {
        ...run,
        answers: event.phase === run.phase ? run.answers : rested(run),
        phase: event.phase,
        done: event.done,
        total: event.total,
        note: event.note,
        rate: event.rate ?? null,
        file: event.file ?? null,
      };
    case 'started': {
      const { type: _, ...start } = event;
      return { ...run, start };
    }
    case 'step': {
      // A run that went on after a loss repeats the steps that were not saved.
      const before = run.steps.filter(({ step }) => step < event.metrics.step);
      const { tensorNorms } = event.metrics;
      const tensorPlaces = placesOf(run, state);
      return { ...run, steps: [...before, point(event.metrics)], tensorNorms, tensorPlaces, updateNorms: [] };
    }
    case 'changed': {
      const { recipe, totalSteps } = event;
      return { ...run, recipe, start: run.start && { ...run.start, totalSteps } };
    }
    case 'unsaved':
      return { ...run, unsaved: event.error };
    case 'diagnosed':
      return { ...run, diagnosis: event.diagnosis };
    case 'norms':
      return { ...run, updateNorms: event.updates };
    case 'restored':
      return { ...run, steps: event.metrics.map(point) };
    case 'warning':
      // Quoted as Python prints it.
      return withWarning(run, event.category, same(event.message));
    case 'refused':
      return withWarning(run, event.error.code, joined([event.error.message, event.error.remedy]));
    case 'answer': {
      const index = event.id === 0 ? event.index : state.asked[event.id]?.[event.index];
      if (index === undefined) return run;
      return { ...run, answers: withAnswer(run.answers, event, index), said: withSaid(run.said, event) };
    }
    case 'finished':
      return { ...run, phase: 'finished', fingerprint: event.fingerprint };
    case 'failed':
      return { ...run, phase: 'failed', failure: { error: event.error, raisedBy: event.raisedBy } };
    default:
      return run;
  }
}

type ScriptEvent = Extract<
  Event,
  { type: 'script-cost' | 'script-progress' | 'script-read' | 'script-failed' }
>;

function reduceScript(script: PastedScript, event: ScriptEvent): PastedScript {
  if (event.type === 'script-cost') return { ...script, costBytes: event.bytes };
  if (event.id !== script.id || script.phase === 'idle') return script;
  switch (event.type) {
    case 'script-progress': {
      const { phase, loadedBytes, totalBytes } = event;
      return { ...script, phase, loadedBytes, totalBytes };
    }
    case 'script-read':
      return { ...script, phase: 'idle', reading: event.reading, failure: null };
    case 'script-failed':
      return { ...script, phase: 'idle', failure: event.error };
  }
}

/** The state after an event. Answers to older inspections are dropped; events without a run leave it absent. */
export function reduce(state: PageState, event: Event): PageState {
  switch (event.type) {
    case 'device':
      return { ...state, device: event.device };
    case 'inspected':
      if (isOfPlay(event.id)) return played(state, event);
      // The recipe with its first fix is asked for under the negative id.
      if (event.id === -state.inspectId) return { ...state, fixedScript: event.inspection.script };
      if (event.id !== state.inspectId) return state;
      return {
        ...state,
        inspection: event.inspection,
        inspectFailure: null,
        fixedScript: null,
        changed: state.inspection
          ? changedNames(state.inspection.tree, event.inspection.tree)
          : state.changed,
      };
    case 'inspect-failed':
      if (event.id !== state.inspectId) return state;
      return { ...state, inspectFailure: event.error };
    case 'runs-weighed':
      if (event.id !== state.queue.weighed?.id) return state;
      return { ...state, queue: { ...state.queue, weighed: { id: event.id, runs: event.runs } } };
    case 'script-cost':
    case 'script-progress':
    case 'script-read':
    case 'script-failed':
      return { ...state, script: reduceScript(state.script, event) };
    case 'untouched': {
      if (event.id !== state.untouched.id) return state;
      const [text] = event.answers ?? [];
      const said = text === undefined ? { text: null } : { text, prompt: promptsOf(state)[0] ?? '' };
      return { ...state, untouched: { ...state.untouched, asking: false, ...said } };
    }
    case 'why':
      return { ...state, why: event.why, whyFailure: null };
    case 'why-failed':
      return { ...state, why: null, whyFailure: event.error };
    case 'bundle-failed':
      return { ...state, linkNotes: [joined([event.error.message, event.error.remedy])] };
    case 'guide':
      return { ...state, guide: event.entries };
    case 'saved':
      return isBusy(state.run) ? state : { ...state, saved: event.run, savedRefusal: null };
    case 'saved-refused':
      return { ...state, savedRefusal: { from: event.from, error: event.error } };
    default: {
      if (state.run === null) return state;
      // The form holds what was asked for: with the note of when, it is the run's recipe again.
      if (event.type === 'changed' && changedKeys(event.recipe.values, state.recipe.values).length === 0)
        return { ...state, recipe: event.recipe, run: reduceRun(state.run, event, state) };
      if (event.type === 'phase' && event.phase === 'idle') return { ...state, run: null, asked: {} };
      return { ...state, run: reduceRun(state.run, event, state) };
    }
  }
}

/** Many events at once, as they gather between two frames. */
export function reduceAll(state: PageState, events: readonly Event[]): PageState {
  return events.reduce(reduce, state);
}
