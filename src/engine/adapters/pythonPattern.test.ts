// Patterns as people write them mean what JavaScript's and Python's engines take them for, and none takes longer than its path.
import { describe, expect, it } from 'vitest';
import { modulePattern, patternAt } from './modulePatterns.ts';
import './linearPatterns.ts';
import { fullMatch } from './pythonPattern.ts';
import { matchesTarget, parseTargetModules, targetModulesProblem } from './targetModules.ts';

const paths = [
  '',
  'lm_head',
  'model.norm',
  'model.layers.0.self_attn.q_proj',
  'model.layers.11.mlp.up_proj',
  'q_proj',
];

describe('agrees with the engine that backtracks', () => {
  it.each([
    ...[
      '.*q_proj',
      '.*\\.(q|v)_proj',
      'model\\.layers\\.\\d+\\..*',
      '^model.*norm$',
      '[\\w.]+proj',
      '(?i).*Q_PROJ'.slice(4),
    ],
    ...[
      '',
      '.*',
      'q_proj|lm_head',
      'model.layers.[0-9]{1,2}.*',
      '.*(?:up|down)_proj',
      '\\bq_proj\\b',
      '.*?proj',
    ],
  ])('%s', (pattern) => {
    for (const path of paths)
      expect([path, fullMatch(pattern, path)]).toEqual([path, new RegExp(`^(?:${pattern})$`).test(path)]);
  });

  it.each([
    ['(?P<side>q|v)_proj', 'q_proj', true],
    ['(?!lm_head).*', 'lm_head', false],
    ['(?!lm_head).*', 'model.norm', true],
    ['(q)_\\1', 'q_q', true],
    ['(?i)Q_PROJ', 'q_proj', true],
  ])('%s on %s', (pattern, path, expected) => {
    expect(fullMatch(pattern, path)).toBe(expected);
  });
});

// On these each engine that backtracks tries more ways than there are atoms.
it.each(['(.*)*x', '(\\w+\\.?)*!', '(a|a)*b', '(.*a){20}', '((.+)+)+\\d\\d\\d'])('ends on %s', (pattern) => {
  const path = 'model.layers.0.self_attn.q_proj.'.repeat(20);
  expect(matchesTarget(parseTargetModules(pattern), path)).toBe(false);
  expect(patternAt(modulePattern(JSON.stringify({ [pattern]: 4 })), path, 8)).toBe(8);
});

it('ends on two hundred thousand letters', () => {
  expect(fullMatch('(\\w+)*!', 'a'.repeat(2e5))).toBe(false);
});

it.each([
  ['(?i).*Q_PROJ', 'model.q_proj', true],
  ['.*q_proj\\Z', 'model.q_proj', true],
  ['\\A.*q_proj\\Z', 'model.q_proj.base', false],
  ['(?P<a>q|k)_proj_(?P=a)', 'q_proj_q', true],
  ['(?i)(?=q).*PROJ', 'q_proj', true],
])('%s is taken and matched as Python takes it', (pattern, path, matches) => {
  expect(targetModulesProblem(pattern)).toBeNull();
  expect(fullMatch(pattern, path)).toBe(matches);
});
