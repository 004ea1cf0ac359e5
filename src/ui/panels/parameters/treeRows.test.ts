// The tree as rows: names below their parent, counts, filters, the way to a row that the strip selects.
import { describe, expect, it } from 'vitest';
import { inspectionOf } from '../../testing/fixture.ts';
import { joinedNorm, normShare, openable, pathTo, treeNodes, visibleRows } from './treeRows.ts';

const nodes = treeNodes(inspectionOf('trains').tree);
const layer = 'base_model.model.model.layers.2';

describe('treeNodes', () => {
  it('folds what only leads to the layers into the names', () => {
    expect(nodes.map((node) => node.label)).toEqual([
      'model.embed_tokens',
      ...[0, 1, 2, 3, 4, 5].map((index) => `model.layers.${index}`),
      'model.norm',
    ]);
  });

  it('shows the base weight of a wrapped linear on its own row and the factors below', () => {
    const q = nodes[1]?.children[0];
    expect(q?.label).toBe('self_attn.q_proj');
    expect(q?.parameter?.quantised).toBe('nf4');
    expect(q?.children.map((child) => child.label)).toEqual(['lora_A.default', 'lora_B.default']);
  });

  it('counts tensors and the trainable ones among them', () => {
    expect(nodes[1]).toMatchObject({ total: 23, trainable: 14, gradient: 'nonzero' });
    expect(nodes[0]).toMatchObject({ total: 1, trainable: 0, gradient: 'frozen' });
  });

  it('gives every norm to exactly one tensor', () => {
    const names = nodes.flatMap((node) => node.told);
    expect(new Set(names).size).toBe(84);
    expect(names).toHaveLength(84);
  });
});

describe('visibleRows', () => {
  it('shows children of open rows only, with level and parent', () => {
    const rows = visibleRows(nodes, new Set([layer]), 'all');
    expect(rows).toHaveLength(8 + 9);
    expect(rows.find((row) => row.node.label === 'self_attn.q_proj')).toMatchObject({
      level: 2,
      parent: layer,
    });
  });

  it('filters by trainable and by missing gradient', () => {
    expect(visibleRows(nodes, new Set(), 'trainable')).toHaveLength(6);
    expect(visibleRows(nodes, new Set(), 'dead')).toHaveLength(0);
    expect(visibleRows(treeNodes(inspectionOf('raises').tree), new Set(), 'dead')).toHaveLength(6);
  });

  it('shows every tensor when everything is open', () => {
    const rows = visibleRows(nodes, new Set(openable(nodes)), 'all');
    expect(rows.filter((row) => row.node.parameter !== null)).toHaveLength(1 + 6 * 23 + 1);
  });
});

describe('pathTo', () => {
  it('leads through the rows that must be open', () => {
    expect(pathTo(nodes, layer)).toEqual([layer]);
    expect(pathTo(nodes, `${layer}.mlp.up_proj`)).toEqual([layer, `${layer}.mlp.up_proj`]);
  });
  it('ends at the nearest row when the module has none of its own', () => {
    expect(pathTo(nodes, `${layer}.mlp`)).toEqual([layer, `${layer}.mlp.gate_proj`]);
    expect(pathTo(nodes, `${layer}.mlp.up_proj.lora_dropout`)).toEqual([layer, `${layer}.mlp.up_proj`]);
    expect(pathTo(nodes, 'base_model.model.lm_head')).toEqual([]);
  });
});

describe('norms', () => {
  it('joins norms as one vector', () => {
    const places = new Map([
      ['a', 0],
      ['b', 1],
    ]);
    expect(joinedNorm([3, 4, 12], places, ['a', 'b'])).toBe(5);
    // One of the form's that the run does not train adds nothing.
    expect(joinedNorm([3, 4, 12], places, ['a', 'c'])).toBe(3);
    expect(joinedNorm([], places, ['a'])).toBeNull();
    expect(joinedNorm([1], places, ['c'])).toBeNull();
    expect(joinedNorm([1], places, [])).toBeNull();
  });
  it('keeps the bar within its track on a logarithmic scale', () => {
    expect(normShare(0)).toBe(0);
    expect(normShare(Number.NaN)).toBe(0);
    expect(normShare(1e-12)).toBeGreaterThan(0);
    expect(normShare(1e9)).toBe(1);
    expect(normShare(0.1)).toBeGreaterThan(normShare(0.01));
  });
});
