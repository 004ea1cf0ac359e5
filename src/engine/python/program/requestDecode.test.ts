// Requests are taken field by field; what is none is refused by the field.
import { describe, expect, it } from 'vitest';
import { decodeRequest } from './requestDecode.ts';

const call = { line: 3, callee: 'peft.get_peft_model', receiver: null, args: [{ ref: 0 }], kwargs: {} };

describe('requests of the bridge', () => {
  it('takes calls, questions and notes', () => {
    const nested = { dict: [['use_reentrant', { tuple: [false, { float: 'nan' }] }]] };
    for (const request of [
      { call: { ...call, receiver: { ref: 1, path: 'base_model' }, kwargs: { nested } } },
      { ask: { ref: 0, path: '', what: 'parameters' } },
      { note: { kind: 'assumption', line: 2, text: { en: 'a', zh: 'b' }, source: 'x' } },
    ])
      expect(decodeRequest(request)).toBe(request);
  });

  it.each([
    [null, ''],
    [{}, ''],
    [{ call, ask: {} }, ''],
    [{ call: { ...call, line: '3' } }, 'line'],
    [{ call: { ...call, args: [{ other: 1 }] } }, 'args.0'],
    [{ call: { ...call, args: [{ placeholder: 'x', more: 1 }] } }, 'args.0'],
    [{ ask: { ref: 0, path: '', what: 'everything' } }, 'what'],
    [{ note: { kind: 'assumption', line: 2, text: { en: 'a' } } }, 'text.zh'],
  ])('refuses %j', (request, at) => {
    expect(() => decodeRequest(request)).toThrow(`bridge: ${at} is`);
  });
});
