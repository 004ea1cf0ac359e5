// Exceptions to the checks, each with its reason. A waiver that is no longer needed fails the check itself,
// so this list only holds what is true today.

export interface Waiver {
  readonly check: 'length' | 'cast';
  readonly file: string;
  readonly reason: string;
}

export const waivers: readonly Waiver[] = [
  {
    check: 'cast',
    file: 'src/engine/training/backends/cpuBackend.ts',
    reason: 'a plan comes back from the backend that made it, checked by a field.',
  },
  {
    check: 'cast',
    file: 'src/engine/training/backends/gpuBackend.ts',
    reason: 'a plan comes back from the backend that made it, checked by a field.',
  },
  {
    check: 'cast',
    file: 'src/engine/torch/ops/nodeValues.ts',
    reason: 'map over a tuple of places loses its length.',
  },
  {
    check: 'cast',
    file: 'src/engine/adapters/settings.ts',
    reason: 'Object.fromEntries forgets the keys of the methods’ settings.',
  },
  {
    check: 'cast',
    file: 'src/engine/recipe/recipe.ts',
    reason: 'Object.keys and Object.fromEntries forget the keys of the table of settings.',
  },
  {
    check: 'cast',
    file: 'src/engine/torch/autograd/tape.ts',
    reason: 'nodes of all operations stand in one list; an operation only ever meets its own attributes.',
  },
  {
    check: 'cast',
    file: 'src/shaders/kernel.ts',
    reason:
      'call() checks names and types, then erases them so that kernels stand in one list and references run.',
  },
  { check: 'cast', file: 'src/shaders/registry.ts', reason: 'kernels of all shapes stand in one list.' },
];
