// Edits, undo and what counts as different.
import { describe, expect, it } from 'vitest';
import { presetEntries } from '../testing/presetEntries.ts';
import { differences, edited, oneEditMs, presetRecipe, redone, undone } from './recipeEdits.ts';
import type { PageState } from './state.ts';
import { emptyState } from './store.ts';

const first: PageState = {
  ...emptyState('en', 'system'),
  presets: presetEntries,
  recipe: presetRecipe(presetEntries, 'ships-log'),
};
const rank = (state: PageState, r: number, at: number): PageState =>
  edited(state, { kind: 'values', patch: { 'lora.r': r } }, at);

describe('edits', () => {
  it('undoes and redoes', () => {
    const changed = rank(first, 32, 0);
    expect(changed.recipe.values['lora.r']).toBe(32);
    const back = undone(changed);
    expect(back.recipe).toBe(first.recipe);
    expect(redone(back).recipe.values['lora.r']).toBe(32);
    expect(undone(back)).toBe(back);
  });

  it('makes one undo of a drag, and two of two visits', () => {
    const dragged = rank(rank(rank(first, 9, 0), 10, 100), 11, 200);
    expect(dragged.past).toHaveLength(1);
    expect(rank(dragged, 12, 200 + oneEditMs).past).toHaveLength(2);
  });

  it('never joins the edits of two settings, nor an edit to the one before an undo', () => {
    const two = edited(rank(first, 9, 0), { kind: 'values', patch: { 'lora.lora_alpha': 4 } }, 10);
    expect(two.past).toHaveLength(2);
    const after = rank(undone(rank(first, 9, 0)), 10, 5);
    expect(after.past).toHaveLength(1);
    expect(undone(after).recipe).toBe(first.recipe);
  });

  it('forgets the future after a new edit', () => {
    expect(rank(undone(rank(first, 9, 0)), 10, 5).future).toEqual([]);
  });

  it('tells own changes from those of the preset', () => {
    const lab = edited(first, { kind: 'preset', id: 'element-0' }, 0);
    expect(differences(lab).own).toEqual([]);
    expect(differences(lab).preset).toContain('train.gradient_checkpointing');
    const fixed = edited(lab, { kind: 'values', patch: { 'train.use_reentrant': 'false' } }, 1);
    expect(differences(fixed).own).toEqual(['train.use_reentrant']);
  });

  it('takes a chat template and gives the model’s own back, each one undo', () => {
    const own = edited(first, { kind: 'template', template: '{{ messages }}' }, 0);
    expect(own.recipe.chatTemplate).toBe('{{ messages }}');
    const other = edited(own, { kind: 'template', template: null }, 10);
    expect(other.recipe).not.toHaveProperty('chatTemplate');
    expect(undone(other).recipe).toBe(own.recipe);
    expect(undone(undone(other)).recipe).toBe(first.recipe);
  });

  it('drops own rows with the preset and keeps them through other edits', () => {
    const data = { name: 'mine.jsonl', text: '{"text":"a"}' };
    const own = edited(first, { kind: 'data', data }, 0);
    expect(rank(own, 4, 1).recipe.data).toBe(data);
    expect(edited(own, { kind: 'data', data: null }, 2).recipe).not.toHaveProperty('data');
    expect(edited(own, { kind: 'preset', id: 'element-0' }, 3).recipe).not.toHaveProperty('data');
  });
});
