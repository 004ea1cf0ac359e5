// Test-only: the options of the command line where none was given.
import { DEFAULT_HUB } from '../../../src/engine/hub/wish.ts';

export const noOptions = {
  link: null,
  hub: DEFAULT_HUB,
  recipe: null,
  preset: null,
  data: null,
  adapter: [],
  steps: null,
};
