// The frozen output head's weight [V, C] as a value of the tape; a tied one is the embedding's own buffer.
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Value } from '../tape/value.ts';

export function headWeight(recording: Recording): Value {
  const weight = recording.module('lm_head').parameters.get('weight');
  invariant(weight, 'lm_head has no weight of its own');
  const tied = recording.module('model.embed_tokens').parameters.get('weight') === weight;
  const buffer = tied ? 'weights/model.embed_tokens' : 'weights/lm_head';
  return recording.parameter(weight, recording.path('lm_head.weight'), {
    kind: 'persistent',
    buffer,
    offset: 0,
  });
}
