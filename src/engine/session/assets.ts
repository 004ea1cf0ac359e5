// Presets and base models, each read once. Where the bytes come from is the caller's: a page's server, a folder.

import type { RecipeRows } from '../data/recipeRows.ts';
import type { Row } from '../data/rows.ts';
import { parseRows } from '../data/rows.ts';
import type { ImportedAdapter } from '../exchange/import/importedAdapter.ts';
import { unlessGivenUp } from '../ground/fetching/watch.ts';
import type { ByteSource } from '../ground/formats/byteSource.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { kept } from '../ground/kept.ts';
import type { ModelFiles, ReadAsset } from '../models/modelFiles.ts';
import { embeddedModel, usualModel, withTemplate } from '../models/modelFiles.ts';
import { openModel } from '../models/openModel.ts';
import type { PresetInfo } from '../recipe/presets.ts';
import { loadPresets } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { unknownPreset } from '../recipe/recipeErrors.ts';
import { RowShelf } from './rowShelf.ts';
import { adapterMissing, modelMissing } from './sessionErrors.ts';

const embeddedNames = [
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
] as const;

export class Assets {
  readonly #read: ReadAsset;
  /** By folder. */
  readonly #embedded = new Map<string, () => Promise<ModelFiles>>();
  #opened: ModelFiles | null = null;
  /** The files that it was opened from. */
  #sources: readonly ByteSource[] = [];
  #adapter: ImportedAdapter | null = null;
  /** With the chat template of a recipe, as long as recipes ask for it: what was made of rows is kept by tokenizer. */
  #templated: { readonly plain: ModelFiles; readonly source: string; readonly files: ModelFiles } | null =
    null;
  /** Fetched when they are first wanted; what failed is fetched anew. */
  readonly presets: () => Promise<readonly PresetInfo[]>;
  readonly #presets = new Map<string, () => Promise<readonly Row[]>>();
  /** Rows that a person brought. */
  readonly shelf: RowShelf;

  /** `breathe`: resolves after messages that wait have been handled. */
  constructor(read: ReadAsset, breathe: () => Promise<void> = () => Promise.resolve()) {
    this.shelf = new RowShelf(breathe);
    this.#read = read;
    this.presets = kept(() => loadPresets(read));
  }

  /** The base model of a recipe, with the recipe's chat template. Throws UserError 'model-missing' when its file is not the one that is open, or
   * 'chat-template-broken'. */
  async model(
    recipe: Partial<Pick<Recipe, 'preset' | 'model' | 'chatTemplate'>> = {},
    signal?: AbortSignal,
  ): Promise<ModelFiles> {
    const plain = await this.#plainModel(recipe, signal);
    const { chatTemplate: source } = recipe;
    if (source === undefined) return plain;
    if (this.#templated?.plain !== plain || this.#templated.source !== source)
      this.#templated = { plain, source, files: withTemplate(plain, source) };
    return this.#templated.files;
  }

  /** Of the embedded model that speaks a preset's language, beside the page. */
  async #folderOf(preset: string | undefined): Promise<string> {
    if (preset === undefined) return usualModel;
    return (await this.presets()).find(({ id }) => id === preset)?.model ?? usualModel;
  }

  async #plainModel(
    { model, preset }: Partial<Pick<Recipe, 'preset' | 'model'>>,
    signal?: AbortSignal,
  ): Promise<ModelFiles> {
    if (model) {
      if (this.#opened?.info.digest === model.digest) return this.#opened;
      throw modelMissing({ name: model.name, digest: model.digest });
    }
    const folder = await unlessGivenUp(this.#folderOf(preset), signal);
    const known = this.#embedded.get(folder) ?? kept(() => embeddedModel(this.#read, folder));
    this.#embedded.set(folder, known);
    return unlessGivenUp(known(), signal);
  }

  /** Opens a file, or those of a folder, as the base model in place of the one that was open. Throws UserError 'gguf-…', 'safetensors' or 'model-…'. */
  async openModel(name: string, files: readonly ByteSource[]): Promise<ModelFiles> {
    this.#opened = await openModel(name, files);
    this.#sources = files;
    return this.#opened;
  }

  /** The files of the open model, as they were chosen; none where another model is open. */
  openedFiles(digest: string): readonly ByteSource[] {
    return this.#opened?.info.digest === digest ? this.#sources : [];
  }

  /** The embedded model as transformers opens it from a folder. */
  async embeddedFiles(
    recipe: Pick<Recipe, 'preset'>,
  ): Promise<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }[]> {
    const folder = await this.#folderOf(recipe.preset);
    return Promise.all(
      embeddedNames.map(async (name) => ({ name, bytes: await this.#read(`${folder}/${name}`) })),
    );
  }

  /** The rows of a recipe as a file: its own, else the preset's. Throws UserError 'rows-missing' for a file that is not open. */
  async rowsSource(recipe: Recipe): Promise<ByteSource> {
    if (recipe.data) return this.shelf.source(recipe.data);
    const { name } = await this.rows(recipe);
    return blobSource(name, new Blob([await this.#read(`presets/${name}`)]));
  }

  /** Holds an adapter for recipes to name, in place of the one that was open. */
  holdAdapter(adapter: ImportedAdapter): void {
    this.#adapter = adapter;
  }

  /** The opened adapter of a recipe, or null for a fresh one. Throws UserError 'adapter-missing'. */
  adapter({ adapter }: Pick<Recipe, 'adapter'>): ImportedAdapter | null {
    if (!adapter) return null;
    if (this.#adapter?.digest === adapter.digest) return this.#adapter;
    throw adapterMissing({ name: adapter.name, digest: adapter.digest });
  }

  /** Rows and questions of a recipe: its own, else the preset's. Throws UserError for rows that can't be read. */
  async rows(recipe: Recipe, signal?: AbortSignal): Promise<RecipeRows> {
    const presets = await unlessGivenUp(this.presets(), signal);
    const preset = presets.find((entry) => entry.id === recipe.preset);
    if (!preset) throw unknownPreset({ known: presets.map((entry) => entry.id), got: recipe.preset });
    const prompts = recipe.prompts ?? preset.prompts;
    const { data } = recipe;
    if (data) {
      const rows = await unlessGivenUp(this.shelf.rows(data), signal);
      return { name: data.name, rows, loaded: { table: await this.shelf.table(data), use: data }, prompts };
    }
    return {
      name: preset.file,
      rows: await unlessGivenUp(this.#presetRows(preset.file), signal),
      loaded: null,
      prompts,
    };
  }

  #presetRows(file: string): Promise<readonly Row[]> {
    const known = this.#presets.get(file);
    if (known) return known();
    const read = kept(async () =>
      parseRows(new TextDecoder().decode(await this.#read(`presets/${file}`)), file),
    );
    this.#presets.set(file, read);
    return read();
  }
}
