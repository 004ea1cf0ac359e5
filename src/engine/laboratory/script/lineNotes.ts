// The gutter of a script: what each line did to what trains, what it warned of, where it raised, where the graph is cut.
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import type { Effect } from '../../python/run/effects.ts';
import type { Machine } from '../../python/run/machine.ts';
import type { JudgedTraining } from './judging.ts';
import type { LineNote } from './scriptReading.ts';

function changes({ hooks, checkpointing, trainable }: Effect): Text[] {
  const said: Text[] = [];
  if (trainable && trainable.before > 0 && trainable.after === 0)
    said.push(text('froze everything that required grad', '冻结了所有需要梯度的张量'));
  if (hooks && hooks.after > hooks.before)
    said.push(
      text('hooks the input embedding: its output requires grad', '在输入嵌入上装钩子：其输出需要梯度'),
    );
  if (checkpointing && checkpointing.after !== 'off')
    said.push(
      text(
        `gradient checkpointing on, ${checkpointing.after}`,
        `打开梯度检查点，${checkpointing.after === 'reentrant' ? '可重入' : '非重入'}`,
      ),
    );
  if (checkpointing?.after === 'off') said.push(text('gradient checkpointing off', '关闭梯度检查点'));
  return said;
}

/** The line at which the graph of a training's loss was cut; null: it isn't, or no line says. */
export function cutLine(machine: Machine, { event, examined, strip }: JudgedTraining): number | null {
  if (!examined || examined.outcome.kind === 'trains') return null;
  const before = machine.effects.filter(
    ({ index, script }) => index <= event.index && (script === null || script === event.model.script),
  );
  if (examined.outcome.trainableTensors === 0)
    return (
      before.findLast(({ trainable }) => trainable && trainable.before > 0 && trainable.after === 0)?.line ??
      before.findLast(({ trainable }) => trainable?.after === 0)?.line ??
      null
    );
  if (event.loss !== 'plain') return event.cutAt ?? event.line;
  if (event.gradMode !== 'grad')
    return (
      machine.calls
        .slice(0, event.index)
        .findLast(({ callee }) => /^torch\.(set_grad_enabled|inference_mode)$/.test(callee))?.line ??
      event.line
    );
  if (!strip.some(({ cut }) => cut)) return null;
  return before.findLast(({ checkpointing }) => checkpointing?.after === 'reentrant')?.line ?? event.line;
}

/** One note a line that acted, in the order of the text. */
export function lineNotes(machine: Machine, cut: number | null): LineNote[] {
  const byLine = new Map<number, Effect[]>();
  for (const effect of machine.effects) {
    if (effect.line <= 0) continue;
    const list = byLine.get(effect.line) ?? [];
    list.push(effect);
    byLine.set(effect.line, list);
  }
  const notes = [...byLine].map(([line, effects]): LineNote => {
    const counted = effects.flatMap(({ trainable }) => trainable ?? []);
    const [first] = counted;
    const last = counted.at(-1);
    const said = effects.flatMap((effect) => [...changes(effect), ...effect.said]);
    const unique = new Map(said.map((one) => [one.en, one]));
    return {
      line,
      trainable:
        first && last && first.before !== last.after ? { before: first.before, after: last.after } : null,
      effects: [...unique.values()],
      warnings: [...new Set(effects.flatMap(({ warnings }) => warnings.map(({ message }) => message)))],
      raises: effects.find(({ raised }) => raised)?.raised ?? null,
      cut: line === cut,
    };
  });
  if (cut !== null && !byLine.has(cut))
    notes.push({ line: cut, trainable: null, effects: [], warnings: [], raises: null, cut: true });
  const told = notes.filter(
    ({ trainable, effects, warnings, raises, cut: isCut }) =>
      trainable !== null || effects.length > 0 || warnings.length > 0 || raises !== null || isCut,
  );
  return told.sort((a, b) => a.line - b.line);
}
