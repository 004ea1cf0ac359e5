// What a profile says of sums over a row: how many invocations of a workgroup share one.
import { slicedColumns, wholeColumns } from '../../../shaders/lib/slices.ts';
import { lanes, MANY_LANES } from '../../../shaders/lib/total.ts';
import type { KernelProfile } from '../autograd/operation.ts';

export const sharesSums = ({ sums }: KernelProfile): boolean => sums === 'workgroup';

/** Of rows as wide as the model. */
export const rowLanes = (profile: KernelProfile): { readonly LANES: number } =>
  sharesSums(profile) ? { LANES: MANY_LANES } : lanes;

/** Of the rows of a head, which are many and short. */
export const headLanes = (profile: KernelProfile): { readonly LANES: number } =>
  sharesSums(profile) ? { LANES: 32 } : lanes;

/** Of a sum over rows for every column. */
export const columnSlices = (
  profile: KernelProfile,
): { readonly COLUMNS: number; readonly SLICES: number } =>
  sharesSums(profile) ? slicedColumns : wholeColumns;
