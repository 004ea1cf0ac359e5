// A second opinion on a run: logits, loss and every gradient of one of its batches on its own backend and on another implementation, the largest
// differences, and where they arise: by the gradients alone, or, gone through layer by layer, to the operation.
import { decoderOf } from '../../models/families.ts';
import type { PlacedTensor } from '../../torch/trainedLayout.ts';
import type { Backend } from '../backends/backend.ts';
import { BeforeStep } from '../beforeStep.ts';
import { gradientBuffers } from '../learner.ts';
import { batchBuffers, makeBuffers } from '../namedBuffers.ts';
import { judged, sizeOf } from './compare.ts';
import type { Side, Told } from './compute.ts';
import { computeSide } from './compute.ts';
import type {
  GradientOpinion,
  LayerOpinion,
  Opinion,
  OpinionInputs,
  Place,
  Region,
} from './opinionShapes.ts';
import type { Detail, RecordedOpinion } from './recordOpinion.ts';
import { recordOpinion } from './recordOpinion.ts';
import { regionOf } from './regions.ts';
import { boundOf } from './rounding.ts';

type OpinionPhase = 'ours' | 'loading' | 'theirs';

export interface OpinionRequest extends OpinionInputs {
  /** The run's, which holds model and adapter. */
  readonly ours: Backend;
  /** Opens the other one with the base model's weights in it; it is destroyed after use, and opened again to look inside a layer. */
  readonly openTheirs: () => Promise<Backend>;
  /** Floats of the adapter buffer, as the run has them. */
  readonly adapter: Float32Array<ArrayBuffer>;
  readonly step: number;
  readonly layers: boolean;
  /** Told between pieces of work; what it throws ends the comparison. */
  readonly told: (phase: OpinionPhase, done: number, total: number) => void;
  /** Lets a thread answer messages between two pieces; what it throws ends the comparison too. */
  readonly breathe: () => Promise<void>;
}

/** A gradient whose size is a thousandth of the largest one's is what was left when larger ones cancelled. */
const CANCELLED = 2 ** -10;

interface Compared extends RecordedOpinion {
  readonly ours: Side;
  readonly theirs: Side;
  readonly half: boolean;
  readonly otherKind: Backend['kind'];
}

async function compute(request: OpinionRequest, detail: Detail): Promise<Compared> {
  const { ours, adapter, layout, config, wired, batch, told, breathe } = request;
  const recorded = recordOpinion(request, detail);
  const tellOurs: Told = (done, total) => told('ours', done, total);
  await breathe();
  const own = await computeSide(ours, request, recorded, tellOurs);
  told('loading', 0, 0);
  await breathe();
  const other = await request.openTheirs();
  try {
    told('theirs', 0, 0);
    await breathe();
    other.upload('adapter', adapter);
    makeBuffers(other, gradientBuffers(layout));
    makeBuffers(other, batchBuffers([batch], layout));
    await new BeforeStep(other, config, wired, layout).refresh();
    const theirs = await computeSide(other, request, recorded, () => told('theirs', 0, 0));
    const half = ours.profile.stored === 'f16';
    return { ...recorded, ours: own, theirs, half, otherKind: other.kind };
  } finally {
    other.destroy();
  }
}

/** A tensor's module in its layer and its part: `self_attn.q_proj lora_A`. */
function kindOf({ module, part }: PlacedTensor, { config }: OpinionInputs): string {
  const { layers } = decoderOf(config).paths;
  const at = module.indexOf(`${layers}.`);
  const inLayer = at < 0 ? module : module.slice(at + layers.length + 1).replace(/^\d+\.?/, '');
  return `${inLayer} ${part.replace(/\.weight$/, '')}`.trim();
}

function gradientsOf(inputs: OpinionInputs, { ours, theirs, roundings, half }: Compared): GradientOpinion[] {
  const { layout, config } = inputs;
  const { paths } = decoderOf(config);
  const bound = boundOf(roundings.gradients, half);
  const least = CANCELLED * Math.max(0, ...theirs.gradients.map(sizeOf));
  return layout.tensors.map((tensor, i): GradientOpinion => {
    const [a = new Float32Array(), b = new Float32Array()] = [ours.gradients[i], theirs.gradients[i]];
    const region = regionOf(tensor.name, paths);
    return { name: tensor.name, region, kind: kindOf(tensor, inputs), ...judged(a, b, bound, least) };
  });
}

const layersOf = ({
  taps,
  ours,
  theirs,
  half,
}: Compared): (LayerOpinion & { operation: string; path: string })[] =>
  taps.map(({ pass, region, operation, path, roundings }, i) => {
    const [a = new Float32Array(), b = new Float32Array()] = [ours.taps[i], theirs.taps[i]];
    return { pass, region, operation, path, ...judged(a, b, boundOf(roundings, half)) };
  });

const rankOf = (region: Region, layers: number): number =>
  region === 'embedding' ? -1 : region === 'head' ? layers : region;

const nowhere = { operation: null, path: null };

/** In the backward pass the first region that departs is the last one. */
function firstBackward(
  parts: readonly { readonly region: Region; readonly agrees: boolean }[],
  layers: number,
) {
  return parts
    .filter(({ agrees }) => !agrees)
    .map(({ region }) => region)
    .sort((a, b) => rankOf(b, layers) - rankOf(a, layers))[0];
}

type Found = Pick<Opinion, 'loss' | 'logits' | 'gradients' | 'layers'>;

/** What the tensors and the meetings of layers say of the place; null: all agree. */
function placeOf({ loss, logits, gradients, layers }: Found, count: number): Place | null {
  const forward = layers?.find(({ pass, agrees }) => pass === 'forward' && !agrees);
  if (forward) return { pass: 'forward', region: forward.region, ...nowhere };
  if (!logits.agrees || !loss.agrees) {
    // Every layer agrees, so that it is what stands behind them.
    const what = logits.agrees ? 'loss' : 'logits';
    return layers
      ? { pass: 'forward', region: 'head', operation: what, path: null }
      : { pass: 'forward', region: null, ...nowhere };
  }
  const backward = layers?.filter(({ pass }) => pass === 'backward') ?? [];
  const region = firstBackward([...gradients, ...backward], count);
  return region === undefined ? null : { pass: 'backward', region, ...nowhere };
}

/** The operation of a layer that departs first; that of a gradient of its own where none does. */
async function insideOf(request: OpinionRequest, place: Place): Promise<Place> {
  if (typeof place.region !== 'number') return place;
  const compared = await compute(request, place.region);
  const operations = layersOf(compared);
  const first = operations.find(({ pass, agrees }) => pass === place.pass && !agrees);
  if (first) return { ...place, operation: first.operation, path: first.path };
  const own = gradientsOf(request, compared).find(({ region, agrees }) => region === place.region && !agrees);
  return own ? { ...place, operation: 'gradient', path: own.name } : place;
}

/** Worst first: what departs, then by distance over the bound. */
const worse = (a: GradientOpinion, b: GradientOpinion): number =>
  Number(a.agrees) - Number(b.agrees) || b.distance - a.distance || a.name.localeCompare(b.name);

/**
 * Throws what the other backend throws as it opens and computes (UserError 'fetch-…', 'ort-…'), PythonError for a loss without grad_fn, and
 * what `told` throws. The run goes on afterwards as if it had not been asked.
 */
export async function secondOpinion(request: OpinionRequest): Promise<Opinion> {
  const { config, step, batch } = request;
  const compared = await compute(request, request.layers ? 'layers' : 'none');
  const { ours, theirs, roundings, half, stretch, otherKind } = compared;
  const bound = boundOf(roundings.logits, half);
  // A loss is a difference of logits, and comes off as they do however small it is.
  const found: Found = {
    loss: {
      ours: ours.loss,
      theirs: theirs.loss,
      ...judged([ours.loss], [theirs.loss], bound, sizeOf(theirs.logits)),
    },
    logits: { ...judged(ours.logits, theirs.logits, bound), positions: stretch.rows },
    gradients: gradientsOf(request, compared).sort(worse),
    layers: request.layers ? layersOf(compared).map(({ operation: _, path: __, ...one }) => one) : null,
  };
  const place = placeOf(found, config.layers);
  return {
    ours: request.ours.kind,
    theirs: otherKind,
    step,
    rows: batch.rows,
    tokens: batch.tokens,
    ...found,
    place: place && request.layers ? await insideOf(request, place) : place,
  };
}
