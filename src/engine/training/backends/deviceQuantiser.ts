// Quantises a loaded file's weights to NF4 or FP4 on the device: a tensor's bytes go there as the file has them, in pieces, and their codes
// land in the buffers that training reads. The second level of double quantisation, a 64th of the work, stays on this thread: its mean is
// one sum in torch's order. Whether the device is the faster one is measured once, on a part of the first tensor.

import type { BufferRange } from '../../../shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../../shaders/host/dispatch.ts';
import type { Pipelines } from '../../../shaders/host/pipelines.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { BLOCK, doubleQuantise, fourBitType, quantise4 } from '../../../shaders/quant/blockwise4.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { fillGroup, firstBlocks, packScales } from '../../../shaders/quant/packing.ts';
import type { FourBitFormat } from '../../../shaders/quant/weightFormat.ts';
import { quantize } from '../../../shaders/quantize/quantize.ts';
import { invariant } from '../../ground/errors.ts';
import type { GroupQuantiser, PlainTensor, QuantisedGroup } from '../../models/groupQuantiser.ts';
import { floatsOf } from '../../models/weightSource.ts';
import type { Backend } from './backend.ts';

/** Elements that are on their way at once, a multiple of every format's block; and those that both are timed on. */
const PIECE = 2 ** 22;
const TIMED = 2 ** 17;

/** Names of buffers while groups are quantised: a piece as the file has it, and the scales of a group before their second level. */
const [WORDS, SCALES, LARGEST] = ['quantising', 'quantising.scales', 'quantising.largest'];

/** What it asks of its backend. */
interface Room extends Pick<Backend, 'allocate' | 'has' | 'free' | 'upload' | 'write' | 'read'> {
  buffer(name: string): GPUBuffer;
  /** Rejects when the device is lost. */
  unlessLost<T>(work: Promise<T>): Promise<T>;
}

/** For tests: what is else measured, and smaller pieces. */
interface Known {
  readonly faster?: boolean;
  readonly piece?: number;
}

/** Of a tensor's bytes, those of some elements. */
function pieceOf({ format, bytes, count }: PlainTensor, from: number, length: number): PlainTensor {
  const each = bytes.length / count;
  return { format, bytes: bytes.subarray(from * each, (from + length) * each), count: length };
}

/** The less of two times, in milliseconds, after a run that compiles: other work on a machine only adds. */
async function best(work: () => Promise<void> | void): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return Math.min(...times.slice(1));
}

export class DeviceQuantiser implements GroupQuantiser {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #backend: Room;
  readonly #piece: number;
  #group: QuantisedGroup | null = null;
  /** null until measured. */
  #faster: boolean | null;
  /** The piece before; no more than one is on its way while the next is made ready. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(device: GPUDevice, pipelines: Pipelines, backend: Room, known: Known = {}) {
    this.#device = device;
    this.#pipelines = pipelines;
    this.#backend = backend;
    this.#faster = known.faster ?? null;
    this.#piece = known.piece ?? PIECE;
  }

  async begin(group: QuantisedGroup, first: PlainTensor): Promise<boolean> {
    this.#faster ??= await this.#measured(group.format, first);
    if (!this.#faster) return false;
    this.#open(group);
    return true;
  }

  async put(member: number, tensor: PlainTensor): Promise<void> {
    const group = this.#group;
    const first = firstBlocks(group?.counts ?? [])[member];
    invariant(group && first !== undefined, 'no such member of a group');
    for (let from = 0; from < tensor.count; from += this.#piece) {
      const piece = pieceOf(tensor, from, Math.min(this.#piece, tensor.count - from));
      await this.#quantise(group, piece, first + from / BLOCK);
    }
  }

  async end(): Promise<void> {
    const group = this.#group;
    invariant(group, 'a group ends that was not begun');
    this.#group = null;
    if (!group.format.endsWith('double')) return;
    const backend = this.#backend;
    const blocks = group.counts.map((count) => count / BLOCK);
    const all = await backend.read(
      LARGEST,
      0,
      blocks.reduce((sum, count) => sum + count, 0),
      'save',
    );
    const members = firstBlocks(group.counts).map((first, i) => {
      const absmax = all.subarray(first, first + (blocks[i] ?? 0));
      return { absmax, double: doubleQuantise(absmax) };
    });
    backend.upload(`${group.name}.scales`, packScales(members));
  }

  close(): void {
    for (const name of [WORDS, SCALES, LARGEST]) this.#backend.free(name);
  }

  #open(group: QuantisedGroup): void {
    const backend = this.#backend;
    const blocks = group.counts.reduce((sum, count) => sum + count, 0) / BLOCK;
    this.#group = group;
    backend.allocate(group.name, 8 * blocks);
    if (!group.format.endsWith('double')) backend.allocate(`${group.name}.scales`, Math.max(4, blocks));
    else this.#atLeast(LARGEST, blocks);
  }

  /** A buffer that is only read after it was written anew. */
  #atLeast(name: string, words: number): void {
    const backend = this.#backend;
    if (!backend.has(name) || backend.buffer(name).size < 4 * words) backend.allocate(name, words);
  }

  async #quantise(
    { name, format }: Pick<QuantisedGroup, 'name' | 'format'>,
    piece: PlainTensor,
    firstBlock: number,
  ): Promise<void> {
    const [device, backend] = [this.#device, this.#backend];
    const filling = fillGroup(piece.format, [piece.count]);
    filling.put(0, piece.bytes);
    const { words, scales } = filling.filled();
    await backend.unlessLost(this.#before);
    this.#atLeast(WORDS, words.length);
    this.#atLeast(SCALES, scales.length);
    backend.write(WORDS, words);
    backend.write(SCALES, scales);
    const largest = format.endsWith('double') ? LARGEST : `${name}.scales`;
    const made: KernelCall<BufferRange> = call(quantize, {
      buffers: {
        w: { buffer: backend.buffer(WORDS) },
        w_scales: { buffer: backend.buffer(SCALES) },
        words: { buffer: backend.buffer(name) },
        largest: { buffer: backend.buffer(largest) },
      },
      params: { blocks: piece.count / BLOCK, first_block: firstBlock },
      constants: { FP4: fourBitType(format) === 'fp4' ? 1 : 0 },
      slots: { decode: decoder(piece.format) },
    });
    const { dispatches, params } = await prepareCalls(device, this.#pipelines, [made]);
    const encoder = device.createCommandEncoder({ label: 'quantise' });
    const pass = encoder.beginComputePass();
    for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    pass.end();
    device.queue.submit([encoder.finish()]);
    params.destroy();
    this.#before = device.queue.onSubmittedWorkDone();
  }

  /** Whether the device takes less time than this thread. */
  async #measured(format: FourBitFormat, tensor: PlainTensor): Promise<boolean> {
    const piece = pieceOf(tensor, 0, Math.min(TIMED, tensor.count));
    const name = 'quantising.timed';
    this.#open({ name, format, counts: [piece.count] });
    const there = async (): Promise<void> => {
      await this.#quantise({ name, format }, { ...piece, bytes: piece.bytes.slice() }, 0);
      await this.#backend.unlessLost(this.#before);
    };
    const here = (): void => void quantise4(floatsOf(piece), fourBitType(format), false);
    const [device, thread] = [await best(there), await best(here)];
    for (const each of [name, `${name}.scales`]) this.#backend.free(each);
    this.#group = null;
    if (device >= thread) this.close();
    return device < thread;
  }
}
