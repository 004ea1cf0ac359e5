// Whether a GGUF file says the model that it is made of: what llama.cpp would read of it is read here, and compared. It takes some numbers
// for granted (which layers are told no positions), and leaves out others (windows of most architectures).

import type { MetadataValue } from '../../ground/formats/gguf/types.ts';
import type { Entry, TensorSpec } from '../../ground/formats/gguf/writer.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { familyOf } from '../../models/families.ts';
import { ggufConfig } from '../../models/gguf/ggufConfig.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { kindOfLayer } from '../../models/modelConfig.ts';
import { unsaidInGguf } from '../exchangeErrors.ts';

/** What the two disagree on, or null. A window of the whole context is none. */
function unsaid(config: ModelConfig, read: ModelConfig): Text | null {
  const windowOf = ({ window }: { readonly window: number | null }): number =>
    Math.min(window ?? config.maxPositions, config.maxPositions);
  for (let layer = 0; layer < config.layers; layer++) {
    const [own, found] = [kindOfLayer(config, layer), kindOfLayer(read, layer)];
    if ((own.rotation === null) !== (found.rotation === null))
      return text(`which layers are told no positions`, '哪些层不带位置信息');
    if (windowOf(own) !== windowOf(found))
      return text(
        `that layer ${layer} sees ${windowOf(own)} tokens`,
        `第 ${layer} 层只看 ${windowOf(own)} 个词元`,
      );
    const [turned, turnedThere] = [own, found].map(
      ({ rotation }, i) => (i === 0 ? config : read).rotations[rotation ?? 0],
    );
    if (
      turned?.dims !== turnedThere?.dims ||
      Math.fround(turned?.theta ?? 0) !== Math.fround(turnedThere?.theta ?? 0)
    )
      return text(`how layer ${layer} turns heads`, `第 ${layer} 层如何旋转注意力头`);
  }
  const other = Object.entries(config.own).find(
    ([name, value]) => Math.fround(value) !== Math.fround(read.own[name] ?? Number.NaN),
  );
  return other ? text(`${other[0]} = ${other[1]}`, `${other[0]} = ${other[1]}`) : null;
}

/** Throws UserError 'export-gguf-config' where the file would say another model. */
export function assertGgufSays(
  config: ModelConfig,
  metadata: readonly Entry[],
  specs: readonly TensorSpec[],
): void {
  const values = new Map<string, MetadataValue>();
  for (const [key, , value] of metadata)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      values.set(key, value);
  const type = { name: 'F32', blockElements: 1, blockBytes: 4 };
  const tensors = new Map(
    specs.map(({ name, axes, bytes }) => [
      name,
      { name, shape: [...axes].reverse(), type, offset: 0, bytes: bytes.length },
    ]),
  );
  const read = ggufConfig('model.gguf', { metadata: values, tensors, headerBytes: 0 });
  const what = unsaid(config, read);
  if (what) throw unsaidInGguf({ architecture: familyOf(config).gguf.architecture, what });
}
