// A group whose members are in several formats, as ggml's mixes have it (q and k in Q4_K, v in Q6_K): each member is packed as if it stood
// alone, and where its words and scales begin stands before all scales.
import type { MemberFormat, MixedFormat, WeightFormat } from './weightFormat.ts';

const PREFIX = 'mixed:';
/** Words before the scales: of each of four members the first of its words and the first of its scales. */
export const MIXED_HEADER = 8;

export const mixedFormat = (members: readonly MemberFormat[]): MixedFormat => `${PREFIX}${members.join(',')}`;

/** The format of each member; null for a group in one format. */
export function membersOf(format: WeightFormat, isMember: (name: string) => name is MemberFormat) {
  return format.startsWith(PREFIX) ? format.slice(PREFIX.length).split(',').filter(isMember) : null;
}
