// A frame's address is read back as it was written, knows no other parts, and its rules name each hidden part once.
import { describe, expect, it } from 'vitest';
import type { Frame } from './frame.ts';
import { frameHtml, frameParts, frameRules, frameSearch, readFrame } from './frame.ts';

const wholePage = { hidden: [], readOnly: false };

const lesson: Frame = { hidden: ['parameters', 'lora.r', 'share'], readOnly: true };

describe('a frame', () => {
  it('comes back from its address, each part alone too', () => {
    expect(readFrame(frameSearch(lesson))).toEqual(lesson);
    for (const part of frameParts)
      expect(readFrame(frameSearch({ ...wholePage, hidden: [part] })).hidden).toEqual([part]);
    expect(frameSearch(wholePage)).toBe('');
    expect(readFrame('')).toEqual(wholePage);
  });
  it('takes no name that is not known, so that no address writes rules', () => {
    expect(readFrame('?hide=}*{display:none,strip,constructor,strip').hidden).toEqual(['strip']);
  });
  it('hides the first screen’s controls and cards one by one', () => {
    const hide = 'tour,teach,try,train,language,theme,menu,figures,openRun,play,preset.element-0';
    const { hidden } = readFrame(`?hide=${hide}`);
    expect(hidden.join(',')).toBe(hide);
    const rules = frameRules({ ...wholePage, hidden });
    expect(rules).toContain(':is([data-preset="element-0"]) { display: none !important; }');
    expect(rules).toContain(':is([data-part="teach"])');
    expect(readFrame('?hide=preset.,preset.a"],preset.A').hidden).toEqual([]);
  });
  it('hides settings by their row and gives columns the room', () => {
    expect(frameRules(lesson)).toContain('[data-setting="lora.r"]');
    expect(frameRules(lesson)).toContain('.columns { grid-template-columns: 296px minmax(0, 1fr); }');
    expect(frameRules({ ...wholePage, hidden: ['strip'] })).not.toContain('.columns');
  });
  it('offers nothing that would change the recipe where it is read-only', () => {
    const rules = frameRules({ ...wholePage, readOnly: true });
    for (const place of [
      '.doors-row',
      '.presets',
      '[data-part="paste"]',
      '[data-part="tour"]',
      '.fix .button',
    ])
      expect(rules).toContain(`:is(${place}) { display: none !important; }`);
    expect(rules).not.toContain('.train');
    expect(frameRules(wholePage)).toBe('');
  });
  it('escapes an address in HTML', () => {
    expect(frameHtml('https://host/?hide=bar&frame=read#v=1')).toContain(
      'src="https://host/?hide=bar&amp;frame=read#v=1"',
    );
  });
});
