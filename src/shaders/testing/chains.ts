// Test-only: counts, on a device, the iterations that a kernel's invocations run one after another, to hold a declared `chain` to. The
// kernel's text is given a counter in every innermost loop but those of a fixed small number of rounds, which are straight code.
import { assemble } from '../host/assemble.ts';
import type { BufferRange } from '../host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../host/dispatch.ts';
import type { Pipelines } from '../host/pipelines.ts';
import { invariant } from '../invariant.ts';
import type { KernelCall } from '../kernel.ts';

/** Rounds up to which a loop with a literal bound is part of one iteration: the registers of a block, the rounds of a generator. */
const STRAIGHT_ROUNDS = 16;
/**
 * What names such a number: registers of a head, of a tile or of its stages, a run of blocks, vectors of a fetch or a step, members of a
 * group (four at most).
 */
const straightNames =
  /\bD4\b|\bparams\.(?:vectors|chunk|stage)\b|\b(?:ROWS|COLUMNS|STAGE|RUN|HELD_QUADS|fours)\b|[<>]=?\s*params\.count\b/;

interface Loop {
  readonly open: number;
  readonly close: number;
  readonly straight: boolean;
}

/** Index behind the bracket that closes the one at `open`. */
function closing(code: string, open: number, pair: string): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === pair[0]) depth += 1;
    if (code[at] === pair[1]) depth -= 1;
    if (depth === 0) return at + 1;
  }
  invariant(false, 'brackets of a shader do not match');
}

const blank = (text: string): string => ' '.repeat(text.length);

function loopsOf(code: string): Loop[] {
  return [...code.matchAll(/\b(for|while|loop)\b\s*([({])/g)].map((found) => {
    const first = found.index + found[0].length - 1;
    const head = found[2] === '(' ? code.slice(first, closing(code, first, '()')) : '';
    const open = code.indexOf('{', first + head.length);
    // A loop without a head says in its first line when it ends.
    const says =
      head ||
      (code
        .slice(open + 1)
        .trimStart()
        .split('\n')[0] ??
        '');
    const literal = /<\s*(\d+)u\s*;/.exec(says)?.[1];
    const few = literal !== undefined && Number(literal) <= STRAIGHT_ROUNDS;
    return { open, close: closing(code, open, '{}'), straight: few || straightNames.test(says) };
  });
}

/** The text with counters, its longest chain in `@group(1) @binding(0)`, one u32 that only grows. */
function counted(code: string, entry: string): string {
  const plain = code.replace(/\/\/[^\n]*/g, blank);
  const loops = loopsOf(plain).filter(({ straight }) => !straight);
  const innermost = loops.filter(
    (loop) => !loops.some((other) => other.open > loop.open && other.close <= loop.close),
  );
  let text = plain;
  for (const { open } of [...innermost].sort((a, b) => b.open - a.open))
    text = `${text.slice(0, open + 1)} chain_count += 1u; ${text.slice(open + 1)}`;
  const head = new RegExp(`@compute\\s+@workgroup_size\\([^)]*\\)\\s*fn ${entry}\\(([^{]*)\\)\\s*\\{`).exec(
    text,
  );
  invariant(head, `${entry} has no entry point`);
  const [whole, given = ''] = head;
  const inner = given.replace(/@builtin\(\w+\)\s*/g, '');
  const names = [...given.matchAll(/(\w+)\s*:/g)].map(([, name]) => name);
  const wrapper = `${whole} ${entry}_counted(${names.join(', ')}); atomicMax(&chain_longest, chain_count); }`;
  return `${text.slice(0, head.index)}
var<private> chain_count: u32;
@group(1) @binding(0) var<storage, read_write> chain_longest: atomic<u32>;
${wrapper}
fn ${entry}_counted(${inner}) {${text.slice(head.index + whole.length)}`;
}

const COUNTER: GPUBindGroupLayoutEntry = { binding: 0, visibility: 4, buffer: { type: 'storage' } };

/** Longest chain that each call's invocations ran through, over buffers that it changes as the call does. */
export async function countChains(
  device: GPUDevice,
  pipelines: Pipelines,
  calls: readonly KernelCall<BufferRange>[],
): Promise<number[]> {
  const counters = device.createBindGroupLayout({ entries: [COUNTER] });
  const prepared = await prepareCalls(device, pipelines, calls);
  const longest = calls.map(() => device.createBuffer({ size: 4, usage: 0x84 }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const [i, call] of calls.entries()) {
    const { kernel, constants, slots } = call;
    const { layout } = await pipelines.get(call);
    const code = counted(assemble(kernel, constants, slots), kernel.name);
    const pipeline = await device.createComputePipelineAsync({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout, counters] }),
      compute: { module: device.createShaderModule({ code }), entryPoint: kernel.name },
    });
    const [dispatch, buffer] = [prepared.dispatches[i], longest[i]];
    invariant(dispatch && buffer, `${kernel.name} was not prepared`);
    pass.setBindGroup(
      1,
      device.createBindGroup({ layout: counters, entries: [{ binding: 0, resource: { buffer } }] }),
    );
    encodeDispatch(pass, { ...dispatch, pipeline });
  }
  pass.end();
  const target = device.createBuffer({ size: 4 * calls.length, usage: 0x09 });
  for (const [i, buffer] of longest.entries()) encoder.copyBufferToBuffer(buffer, 0, target, 4 * i, 4);
  device.queue.submit([encoder.finish()]);
  await target.mapAsync(1);
  const found = [...new Uint32Array(target.getMappedRange().slice(0))];
  for (const buffer of [...longest, target, prepared.params]) buffer.destroy();
  return found;
}
