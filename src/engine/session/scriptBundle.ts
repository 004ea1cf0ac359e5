// A recipe's Python script as a folder that runs as it is: train.py, what pip installs, the rows as they were brought, and the model where it
// is small; where it is not, the README says what is fetched or put beside it. Reads no device.

import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import { textFile } from '../exchange/export/adapterTensors.ts';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { plainName } from '../ground/plainName.ts';
import type { ScriptContext } from '../python/write/pythonScript.ts';
import { requirements } from '../python/write/pythonScript.ts';
import { recipeJson } from '../recipe/link.ts';
import { presetValues } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';
import { inspectRecipe } from './inspectRecipe.ts';
import { scriptContext } from './scriptContext.ts';

/** A larger model or file of rows is named, not packed: the bundle is to stay a thing that people hand on. */
export const MOST_BUNDLED_BYTES = 2 ** 26;

/** What the folder has, and what it lacks. */
interface Part {
  readonly files: readonly ExportFile[];
  /** A line of the README. */
  readonly says: string;
}

const wholeOf = ({ size, read }: ByteSource): Promise<Uint8Array<ArrayBuffer>> => read(0, size);

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

async function modelPart(assets: Assets, recipe: Recipe, context: ScriptContext): Promise<Part> {
  const { model: ref } = recipe;
  if (!ref) {
    const files = await assets.embeddedFiles(recipe);
    return {
      files: files.map(({ name, bytes }) => ({ name: `${context.model}/${name}`, bytes })),
      says: `\`${context.model}/\`: the small model of LoRA Playground, all of it`,
    };
  }
  const { source, gguf } = context;
  if (source) {
    const at = `\`${source.hub}\`, revision \`${source.revision}\``;
    return {
      files: [],
      says: `The model is not in here: \`from_pretrained\` fetches it from the hub (${at}${source.file === null ? '' : `, file \`${source.file}\``}).`,
    };
  }
  const opened = assets.openedFiles(ref.digest);
  const bytes = opened.reduce((sum, { size }) => sum + size, 0);
  const place = gguf === undefined ? `${context.model}/` : gguf;
  const one = opened[0];
  if (!one || bytes > MOST_BUNDLED_BYTES || (gguf !== undefined && opened.length > 1))
    return {
      files: [],
      says: `The model is not in here${bytes > 0 ? ` (${megabytes(bytes)})` : ''}: put \`${plainName(ref.name)}\` beside train.py as \`${place}\`; its digest in the page is ${ref.digest}.`,
    };
  const files = [];
  for (const file of opened)
    files.push({
      name: gguf ?? `${context.model}/${plainName(file.name)}`,
      bytes: await wholeOf(file),
    });
  return { files, says: `\`${place}\`: the model that was opened, as it is` };
}

async function rowsPart(assets: Assets, recipe: Recipe, { data, rows }: ScriptContext): Promise<Part> {
  const from = rows?.source;
  if (from)
    return {
      files: [],
      says: `The rows are not in here: \`load_dataset\` fetches \`${from.hub}\` at revision \`${from.revision}\`.`,
    };
  const source = await assets.rowsSource(recipe);
  if (source.size > MOST_BUNDLED_BYTES)
    return {
      files: [],
      says: `The rows are not in here (${megabytes(source.size)}): put \`${plainName(source.name)}\` beside train.py as \`${data}\`.`,
    };
  return {
    files: [{ name: data, bytes: await wholeOf(source) }],
    says: `\`${data}\`: the rows, as they were brought`,
  };
}

/** Python 3.11 is what every stack of the page was run on (tools/golden). */
const readme = (parts: readonly string[]): string => `# A run of LoRA Playground, in Python

\`\`\`
python3.11 -m venv env
. env/bin/activate            # Windows: env\\Scripts\\activate
pip install -r requirements.txt
python train.py
\`\`\`

- \`train.py\`: the same run by the real libraries
- \`requirements.txt\`: the releases whose behaviour the page showed
- \`recipe.json\`: what the page opens to show this run again
${parts.map((part) => `- ${part}`).join('\n')}
`;

/** The folder's files. Throws UserError for settings, rows or a model that can't be used. */
export async function scriptBundle(assets: Assets, recipe: Recipe): Promise<ExportFile[]> {
  const [{ info }, source, presets, inspection] = await Promise.all([
    assets.model(recipe),
    assets.rows(recipe),
    assets.presets(),
    inspectRecipe(assets, recipe),
  ]);
  const context = scriptContext(recipe, inspection.data?.format ?? '', source, info);
  const { adapter, program } = recipe;
  const parts = [await modelPart(assets, recipe, context), await rowsPart(assets, recipe, context)];
  const says = [
    ...(program
      ? ['`train.py` is the script as it was read: it loads the model and the rows that it names itself.']
      : []),
    ...parts.map((part) => part.says),
    ...(adapter
      ? [
          `The adapter that the run goes on from is not in here: put \`${plainName(adapter.name)}\` beside train.py as \`saved-adapter/\`.`,
        ]
      : []),
  ];
  const needed = requirements(recipe.values, context.gguf !== undefined);
  return [
    textFile('README.md', readme(says)),
    textFile('train.py', inspection.script),
    textFile('requirements.txt', `${needed.join('\n')}\n`),
    textFile('recipe.json', recipeJson(recipe, presetValues(presets))),
    ...(program ? [] : parts.flatMap(({ files }) => files)),
  ];
}
