// The licence that a repository states, as the hub abbreviates it: in the front matter of its card, or among its tags.
import { recordOf } from '../ground/isRecord.ts';

/** `mit`; null: none is stated. */
export function licenceOf({ cardData, tags }: Readonly<Record<string, unknown>>): string | null {
  const { license, license_name: name } = recordOf(cardData);
  const said = license === 'other' && typeof name === 'string' ? name : license;
  if (typeof said === 'string') return said;
  const list: readonly unknown[] = Array.isArray(tags) ? tags : [];
  const tag = list.find((one): one is string => typeof one === 'string' && one.startsWith('license:'));
  return tag === undefined ? null : tag.slice('license:'.length);
}
