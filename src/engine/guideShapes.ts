// Shapes of what is said of one parameter, and of an advice of the guide with what it does under each stack.
import { list, nullable, number, oneOf, shape, string } from './ground/shapes.ts';
import { gradient, stepKind } from './inspectionShapes.ts';
import type { Why } from './laboratory/inspect/why.ts';
import { stacks } from './libraries/stacks.ts';
import type { GuideEntry } from './protocol.ts';
import { bilingual, recipePatch } from './recipe/recipeShapes.ts';

export const why = shape<Why>({
  path: string,
  words: bilingual,
  cutAt: nullable(string),
  className: string,
  gradFn: nullable(string),
  bytes: number,
  normIndex: nullable(number),
  gradient,
});
export const guideEntry = shape<GuideEntry>({
  id: string,
  title: bilingual,
  body: bilingual,
  base: recipePatch,
  change: recipePatch,
  rows: list(
    shape({
      stack: oneOf(...stacks.map((stack) => stack.id)),
      label: string,
      before: stepKind,
      after: stepKind,
    }),
  ),
});
