// Loops of an assembly, as Mesa prints it.
import { expect, it } from 'vitest';
import { hottestLoop } from './isa.ts';

const fma = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `\tv_fmac_f32_e32 v${i}, v1, v2                ; 56101108`);

const assembly = (...lines: readonly string[]): string => lines.join('\n');

it('counts what one round of the loop does', () => {
  const text = assembly(
    'BB0:',
    ...fma(9),
    'BB1:',
    '\tbuffer_load_b128 v[8:11], v0, s[4:7], 0 offen ; e05c0000',
    '\ts_waitcnt vmcnt(0) ; bf8903f7',
    '\tds_load_b128 v[0:3], v4 ; d8d80000',
    ...fma(6),
    '\tv_dual_fmac_f32 v1, v2, v3 :: v_dual_fmac_f32 v4, v5, v6 ; c8000000',
    '\ts_cbranch_scc1 BB1 ; bfa5ffea',
    '\ts_endpgm ; bfb00000',
  );
  expect(hottestLoop(text)).toEqual({
    multiplyAdds: 8,
    instructions: 11,
    localAccesses: 1,
    loads: 1,
    branches: 1,
  });
});

it('goes inwards only to where most of the arithmetic is', () => {
  const small = ['BB2:', ...fma(5), '\ts_cbranch_execnz BB2 ; bf'];
  const large = ['BB3:', ...fma(40), '\ts_cbranch_scc0 BB3 ; bf'];
  const outer = (...inner: readonly string[]): string => assembly('BB1:', ...inner, '\ts_branch BB1 ; bf');
  expect(hottestLoop(outer(...small, ...fma(64)))).toMatchObject({ multiplyAdds: 69, branches: 2 });
  expect(hottestLoop(outer(...small, ...large))).toMatchObject({ multiplyAdds: 40, branches: 1 });
});

it('takes products that follow one another together, each step by itself', () => {
  const product = (label: string, count: number): string[] => [
    `${label}:`,
    ...fma(count),
    '\ts_barrier ; bfbd0000',
    `\ts_cbranch_scc1 ${label} ; bf`,
  ];
  const between = ['\tv_exp_f32_e32 v0, v1 ; 7e', ...fma(5), '\ts_cbranch_scc0 BB9 ; bf', 'BB9:'];
  const text = assembly(
    'BB1:',
    ...product('BB2', 30),
    ...between,
    ...product('BB3', 20),
    '\ts_branch BB1 ; bf',
  );
  expect(hottestLoop(text)).toMatchObject({ multiplyAdds: 50, instructions: 54, branches: 1 });
});

it('finds none in straight code, and none without arithmetic', () => {
  expect(hottestLoop(assembly('BB0:', ...fma(20), '\ts_branch BB9 ; bf', 'BB9:'))).toBe(null);
  expect(hottestLoop(assembly('BB0:', '\tv_add_u32 v0, v1, v2 ; bf', '\ts_branch BB0 ; bf'))).toBe(null);
});
