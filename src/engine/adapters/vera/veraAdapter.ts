// What an adapter of VeRA holds beside the hooks: the matrices that it shares with the others.
import type { Adapter } from '../../torch/nn/module.ts';
import type { SharedMatrices } from './projections.ts';

export interface VeraAdapter extends Adapter {
  readonly type: 'VERA';
  readonly shared: SharedMatrices;
}

export const isVera = (adapter: Adapter | null): adapter is VeraAdapter => adapter?.type === 'VERA';
