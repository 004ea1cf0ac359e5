// What the assembly of an AMD GPU says of a kernel: its hottest loop, and what share of its instructions multiply and add. That bounds what
// share of the peak it can reach there, however well latency is hidden. Reads text; compiles nothing.

export interface Loop {
  readonly multiplyAdds: number;
  readonly instructions: number;
  /** Of workgroup memory. */
  readonly localAccesses: number;
  /** Of buffers. */
  readonly loads: number;
  /** The one back to its beginning among them. */
  readonly branches: number;
}

/** A packed or dual instruction holds two. */
const multiplyAdd = /v_(?:dual_)?(?:fma|fmac|mac)\w*_f32|v_pk_fma_f16|v_fma_mix|v_dot\w+|v_wmma\w+/g;
/** Fewer are an address's or an exponent's. */
const LEAST_MULTIPLY_ADDS = 4;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** From a label to the last branch back to it. */
function spansOf(lines: readonly string[]): Span[] {
  const labels = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    const label = /^(BB\d+):/.exec(line)?.[1];
    if (label !== undefined) labels.set(label, at);
  }
  const ends = new Map<number, number>();
  for (const [at, line] of lines.entries()) {
    const target = /^s_c?branch\S* (BB\d+)/.exec(line)?.[1];
    const from = target === undefined ? undefined : labels.get(target);
    if (from !== undefined && from < at) ends.set(from, at);
  }
  return [...ends].map(([from, to]) => ({ from, to }));
}

function loopOf(lines: readonly string[], { from, to }: Span): Loop {
  const body = lines.slice(from, to + 1).filter((line) => !/^(BB\d+:|;|$)/.test(line));
  const count = (pattern: RegExp): number => body.filter((line) => pattern.test(line)).length;
  return {
    multiplyAdds: body.reduce((sum, line) => sum + (line.match(multiplyAdd)?.length ?? 0), 0),
    instructions: body.length,
    localAccesses: count(/^ds_/),
    loads: count(/^(buffer|global)_load/),
    branches: count(/^s_c?branch/),
  };
}

interface Found {
  readonly span: Span;
  readonly loop: Loop;
}

const sumOf = (loops: readonly Loop[], of: (loop: Loop) => number): number =>
  loops.reduce((sum, loop) => sum + of(loop), 0);

/** Several loops as one; branches are those of a step of the worst. */
const together = (loops: readonly Loop[]): Loop => ({
  multiplyAdds: sumOf(loops, ({ multiplyAdds }) => multiplyAdds),
  instructions: sumOf(loops, ({ instructions }) => instructions),
  localAccesses: sumOf(loops, ({ localAccesses }) => localAccesses),
  loads: sumOf(loops, ({ loads }) => loads),
  branches: Math.max(...loops.map(({ branches }) => branches)),
});

/** Loops inside another, and in no third between them. */
function insideOf({ span }: Found, all: readonly Found[]): Found[] {
  const inner = all.filter(
    (one) => one.span !== span && one.span.from >= span.from && one.span.to <= span.to,
  );
  return inner.filter(
    ({ span: own }) =>
      !inner.some((one) => one.span !== own && one.span.from <= own.from && one.span.to >= own.to),
  );
}

/** What loops inside hold of a loop's arithmetic where its time goes there. */
const MOST = 0.5;

/** A loop's own counts, or where the loops inside it have most of the arithmetic together, theirs: a kernel may have several products in a row. */
function innermost(outer: Found, all: readonly Found[]): Loop {
  const inside = insideOf(outer, all);
  const held = sumOf(
    inside.map(({ loop }) => loop),
    ({ multiplyAdds }) => multiplyAdds,
  );
  if (inside.length === 0 || held < MOST * outer.loop.multiplyAdds) return outer.loop;
  // One that has hardly any of it is not where the time goes.
  const counted = inside.filter(({ loop }) => loop.multiplyAdds * inside.length >= MOST * held);
  return together(counted.map((one) => innermost(one, all)));
}

/**
 * From the loop with most arithmetic inwards, as long as loops inside hold at least half of it: what is decoded or masked in a small loop
 * on the way, or between them, is not where the time goes. null where there is no arithmetic.
 */
export function hottestLoop(assembly: string): Loop | null {
  const lines = assembly.split('\n').map((line) => line.trim());
  const all = spansOf(lines)
    .map((span): Found => ({ span, loop: loopOf(lines, span) }))
    .filter(({ loop }) => loop.multiplyAdds >= LEAST_MULTIPLY_ADDS);
  const [hottest] = all.toSorted(
    (a, b) =>
      b.loop.multiplyAdds - a.loop.multiplyAdds || b.span.to - b.span.from - (a.span.to - a.span.from),
  );
  return hottest ? innermost(hottest, all) : null;
}
