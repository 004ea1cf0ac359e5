// In which order the parts of the check run: two at a time where the machine has two cores, for none keeps two busy from its first second
// to its last. It knows of names alone; what a part does is in parts.ts.

export interface Task {
  readonly name: string;
  /** What must have ended before it begins, as far as that runs at all. */
  readonly after?: readonly string[];
}

/** Runs all in their order, `atOnce` at a time; who has to wait lets the next go first. Rejects as soon as one does. */
export async function runInTurn<T extends Task>(
  tasks: readonly T[],
  atOnce: number,
  run: (task: T) => Promise<void>,
): Promise<void> {
  const waiting = [...tasks];
  const unended = new Set(tasks.map(({ name }) => name));
  const running = new Set<Promise<void>>();
  const begin = (task: T): void => {
    waiting.splice(waiting.indexOf(task), 1);
    const ends: Promise<void> = run(task).then(() => {
      running.delete(ends);
      unended.delete(task.name);
    });
    running.add(ends);
  };
  while (unended.size > 0) {
    while (running.size < atOnce) {
      const next = waiting.find(({ after = [] }) => !after.some((name) => unended.has(name)));
      if (!next) break;
      begin(next);
    }
    if (running.size === 0)
      throw new Error(`These wait for one another: ${waiting.map(({ name }) => name).join(', ')}.`);
    await Promise.race(running);
  }
}
