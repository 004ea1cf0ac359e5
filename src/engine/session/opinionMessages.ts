// What is asked of a second opinion, and what is told of it: a part of the messages of the worker (protocol.ts), each with the check of its fields.
import type { Checks, Of } from '../ground/messages.ts';
import type { Check } from '../ground/shapes.ts';
import { boolean, list, nullable, number, oneOf, shape, string } from '../ground/shapes.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { recipe } from '../recipe/recipeShapes.ts';
import type { BackendChoice } from '../training/backends/deviceInfo.ts';
import { backendKinds } from '../training/backends/deviceInfo.ts';
import type {
  GradientOpinion,
  LayerOpinion,
  Opinion,
  Place,
  Region,
} from '../training/opinion/opinionShapes.ts';

export type OpinionCommand =
  /**
   * Compute a batch of this recipe's rows on another implementation too: of the run at rest that has this recipe, else of a fresh one. Answers
   * `opinion-progress`, then `opinion` or `opinion-failed`, with the same id. `layers`: gone through layer by layer.
   */
  | {
      readonly type: 'second-opinion';
      readonly id: number;
      readonly recipe: Recipe;
      readonly backend: BackendChoice;
      readonly layers: boolean;
    }
  /** Give the one with this id up. */
  | { readonly type: 'cancel-opinion'; readonly id: number };

/**
 * A fresh run is begun; ONNX Runtime is fetched (bytes); our side computes (kernels that are compiled); weights are loaded for the other (bytes),
 * which computes.
 */
export const opinionPhases = ['begin', 'runtime', 'ours', 'loading', 'theirs'] as const;
export type OpinionPhase = (typeof opinionPhases)[number];

export type OpinionEvent =
  | {
      readonly type: 'opinion-progress';
      readonly id: number;
      readonly phase: OpinionPhase;
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'opinion'; readonly id: number; readonly opinion: Opinion };

const id = number;
const backend = oneOf('auto', ...backendKinds);
const kind = oneOf(...backendKinds);
const pass = oneOf('forward', 'backward');
const outside = oneOf('embedding', 'head');
const region: Check<Region> = (value) => (typeof value === 'number' ? null : outside(value));
const judged = {
  largest: number,
  relative: number,
  distance: number,
  cosine: nullable(number),
  bound: number,
  agrees: boolean,
};

export const opinionCommands: Checks<OpinionCommand> = {
  'second-opinion': shape<Of<OpinionCommand, 'second-opinion'>>({ id, recipe, backend, layers: boolean }),
  'cancel-opinion': shape<Of<OpinionCommand, 'cancel-opinion'>>({ id }),
};

export const opinionEvents: Checks<OpinionEvent> = {
  'opinion-progress': shape<Of<OpinionEvent, 'opinion-progress'>>({
    id,
    phase: oneOf(...opinionPhases),
    done: number,
    total: number,
  }),
  opinion: shape<Of<OpinionEvent, 'opinion'>>({
    id,
    opinion: shape<Opinion>({
      ours: kind,
      theirs: kind,
      step: number,
      rows: number,
      tokens: number,
      loss: shape<Opinion['loss']>({ ...judged, ours: number, theirs: number }),
      logits: shape<Opinion['logits']>({ ...judged, positions: number }),
      gradients: list(shape<GradientOpinion>({ ...judged, name: string, region, kind: string })),
      layers: nullable(list(shape<LayerOpinion>({ ...judged, pass, region }))),
      place: nullable(
        shape<Place>({ pass, region: nullable(region), operation: nullable(string), path: nullable(string) }),
      ),
    }),
  }),
};
