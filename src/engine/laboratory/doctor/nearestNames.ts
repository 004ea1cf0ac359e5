// Which module names a wrong target was probably meant to be: small edit distance, or the known name in other families.
import { own } from '../../ground/own.ts';

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Names that other model families use for the same place. Source: PEFT utils/constants.py, mapping of target modules. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  c_attn: ['q_proj', 'k_proj', 'v_proj'],
  c_proj: ['o_proj', 'down_proj'],
  c_fc: ['up_proj'],
  query_key_value: ['q_proj', 'k_proj', 'v_proj'],
  qkv_proj: ['q_proj', 'k_proj', 'v_proj'],
  W_pack: ['q_proj', 'k_proj', 'v_proj'],
  Wqkv: ['q_proj', 'k_proj', 'v_proj'],
  query: ['q_proj'],
  key: ['k_proj'],
  value: ['v_proj'],
  q: ['q_proj'],
  k: ['k_proj'],
  v: ['v_proj'],
  o: ['o_proj'],
  out_proj: ['o_proj'],
  dense: ['o_proj'],
  fc1: ['up_proj'],
  fc2: ['down_proj'],
  w1: ['gate_proj'],
  w2: ['down_proj'],
  w3: ['up_proj'],
  gate_up_proj: ['gate_proj', 'up_proj'],
};

/** Up to three names for a wrong one, nearest first; empty when nothing is near. */
export function nearestNames(wrong: string, known: readonly string[]): readonly string[] {
  const last = wrong.split('.').at(-1) ?? wrong;
  const mapped = own(elsewhere, last)?.filter((name) => known.includes(name)) ?? [];
  if (mapped.length > 0) return mapped;
  return known
    .map((name) => ({ name, distance: editDistance(last.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}
