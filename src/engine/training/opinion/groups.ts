// Gradients by what a person looks for: the modules of a layer that belong together, worst first. Its layers one by one, both passes side by side.
import type { GradientOpinion, LayerOpinion, Opinion, Region } from './opinionShapes.ts';

export interface GradientGroup {
  readonly region: Region;
  /** `self_attn`, `mlp`; the module itself outside of layers. */
  readonly block: string;
  readonly tensors: number;
  /** The one that comes off worst. */
  readonly worst: GradientOpinion;
}

const blockOf = ({ region, kind }: GradientOpinion): string =>
  (typeof region === 'number' ? kind.split(/[. ]/)[0] : kind.split(' ')[0]) ?? kind;

/** `gradients` worst first, as an opinion has them. */
export function gradientGroups({ gradients }: Pick<Opinion, 'gradients'>): readonly GradientGroup[] {
  const groups = new Map<string, GradientGroup>();
  for (const one of gradients) {
    const block = blockOf(one);
    const key = `${one.region} ${block}`;
    const known = groups.get(key);
    groups.set(key, {
      region: one.region,
      block,
      worst: known?.worst ?? one,
      tensors: (known?.tensors ?? 0) + 1,
    });
  }
  return [...groups.values()];
}

export interface LayerPair {
  readonly region: Region;
  readonly forward: LayerOpinion | null;
  readonly backward: LayerOpinion | null;
}

/** In the order of the model. */
export function layerPairs(layers: readonly LayerOpinion[]): readonly LayerPair[] {
  const numbered = layers.flatMap(({ region }) => (typeof region === 'number' ? [region] : []));
  const regions = new Set<Region>(['embedding', ...numbered.sort((a, b) => a - b), 'head']);
  return [...regions].flatMap((region): LayerPair[] => {
    const [forward, backward] = (['forward', 'backward'] as const).map(
      (pass) => layers.find((one) => one.region === region && one.pass === pass) ?? null,
    );
    return forward || backward ? [{ region, forward: forward ?? null, backward: backward ?? null }] : [];
  });
}
