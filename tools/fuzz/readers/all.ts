// Every reader of what comes from outside. A new one is one entry in the file of its kind.
import type { Reader } from '../reader.ts';
import { fileReaders } from './files.ts';
import { messageReaders } from './messages.ts';
import { pastedReaders } from './pasted.ts';
import { recipeReaders } from './recipes.ts';
import { modelReaders } from './tokenizers.ts';

export const readers: readonly Reader[] = [
  ...fileReaders,
  ...modelReaders,
  ...recipeReaders,
  ...messageReaders,
  ...pastedReaders,
];
