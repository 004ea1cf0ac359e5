// Dispatches of a layer and step, as docs/parallelism.md says why: what is made one stays one.
import { expect, it } from 'vitest';
import { auditOf } from './audit.ts';
import { auditModels } from './auditModels.ts';

it('a layer and step of 135 M at 128 rows takes at most 26 dispatches', () => {
  const [name, config] = auditModels[0] ?? [];
  if (!name || !config) throw new Error('no model to look at');
  const { layer } = auditOf(name, config, 128);
  const count = [...layer.values()].reduce((sum, calls) => sum + calls, 0);
  expect(count).toBeLessThanOrEqual(26);
});
