// Every reader of what comes from outside. A new one is one entry in the file of its kind.
import { found } from '../found.ts';
import type { Reader } from '../reader.ts';
import { checkpointReaders } from './checkpoints.ts';
import { fileReaders } from './files.ts';
import { hubReaders } from './hub.ts';
import { messageReaders } from './messages.ts';
import { pastedReaders } from './pasted.ts';
import { recipeReaders } from './recipes.ts';
import { rowFileReaders } from './rowFiles.ts';
import { modelReaders } from './tokenizers.ts';

/** With the smallest inputs that ever broke them. */
export const readers: readonly Reader[] = [
  ...fileReaders,
  ...checkpointReaders,
  ...modelReaders,
  ...recipeReaders,
  ...rowFileReaders,
  ...hubReaders,
  ...messageReaders,
  ...pastedReaders,
].map((reader) => ({ ...reader, corpus: [...reader.corpus, ...(found.get(reader.name) ?? [])] }));
