// What loading asks of a device that quantises a group's members by itself. Which device, and how, is a backend's business.
import type { FourBitFormat, MemberFormat } from '../../shaders/quant/weightFormat.ts';

/** A tensor as its file holds it: blocks of 64, whole. */
export interface PlainTensor {
  readonly format: MemberFormat;
  /** The quantiser's own from then on. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Elements. */
  readonly count: number;
}

export interface QuantisedGroup {
  /** Of the buffer of words; its scales are `<name>.scales`. */
  readonly name: string;
  readonly format: FourBitFormat;
  /** Elements of each member, multiples of 64. */
  readonly counts: readonly number[];
}

/** One group after another: begun, each member put, ended. The buffers are bit for bit what packing on the CPU makes. */
export interface GroupQuantiser {
  /** False, with nothing done, where this thread is faster: found with a part of the first tensor that comes, which is not used up. */
  begin(group: QuantisedGroup, first: PlainTensor): Promise<boolean>;
  /** Resolves when the tensor's bytes are on their way. */
  put(member: number, tensor: PlainTensor): Promise<void>;
  end(): Promise<void>;
  /** After the last group: gives back what was held beside the groups. */
  close(): void;
}
