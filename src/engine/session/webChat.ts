// Talks with an export for the web as another page would: from its files alone, in ONNX Runtime. Greedy, so that what is said can be compared.
// The adapter is a data file of its own, where it has one; with zeros in its place, the base answers.
import { Tokenizer } from '../data/tokenizer.ts';
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import { WebSession } from '../exchange/export/web/webSession.ts';
import { invariant } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { parseConfig } from '../models/families.ts';
import { stopIdsOf } from '../models/modelFiles.ts';
import type { OrtRuntime } from '../training/backends/ort/ortBackend.ts';

export interface ChatAnswer {
  readonly text: string;
  /** Tokens behind the first, and what they took: reading the question is another thing. */
  readonly tokens: number;
  readonly ms: number;
}

/** The graph whose adapter stands beside it. */
const MODEL = 'model_q4.onnx';

export class WebChat {
  readonly #ort: OrtRuntime;
  readonly #files: readonly ExportFile[];
  readonly #now: () => number;
  readonly #tokenizer: Tokenizer;
  readonly #stopIds: ReadonlySet<number>;
  #open: { readonly adapter: boolean; readonly session: WebSession } | null = null;

  constructor(ort: OrtRuntime, files: readonly ExportFile[], now: () => number) {
    this.#ort = ort;
    this.#files = files;
    this.#now = now;
    this.#tokenizer = new Tokenizer(this.#json('tokenizer.json'), this.#json('tokenizer_config.json'));
    this.#stopIds = stopIdsOf(this.#json('generation_config.json'), this.#tokenizer);
  }

  /** Whether it can be left out; what was merged can't. */
  get adapterFile(): string | null {
    const name = recordOf(this.#json('config.json')).adapter_data;
    return typeof name === 'string' ? name : null;
  }

  /** `onText` gets the text so far, after each token. */
  async answer(
    prompt: string,
    { adapter, limit }: { readonly adapter: boolean; readonly limit: number },
    onText: (text: string) => void,
  ): Promise<ChatAnswer> {
    const session = await this.#session(adapter);
    session.begin();
    const { text } = this.#tokenizer.render([{ role: 'user', content: prompt }], true);
    const said: number[] = [];
    let scores = await session.feed(this.#tokenizer.encode(text));
    const began = this.#now();
    for (;;) {
      const next = scores.reduce((best, score, id) => (score > (scores[best] ?? 0) ? id : best), 0);
      if (this.#stopIds.has(next)) break;
      said.push(next);
      onText(this.#tokenizer.decode(said));
      if (said.length === limit) break;
      scores = await session.feed([next]);
    }
    const tokens = Math.max(0, said.length - 1);
    return { text: this.#tokenizer.decode(said), tokens, ms: this.#now() - began };
  }

  /** One at a time is in memory. */
  async #session(adapter: boolean): Promise<WebSession> {
    if (this.#open?.adapter === adapter) return this.#open.session;
    await this.#open?.session.release();
    this.#open = null;
    const last = this.#files.at(-1);
    const files = adapter
      ? this.#files
      : this.#files.map((file) =>
          file === last ? { ...file, bytes: new Uint8Array(file.bytes.length) } : file,
        );
    const session = await WebSession.open(this.#ort, files, MODEL, parseConfig(this.#json('config.json')));
    this.#open = { adapter, session };
    return session;
  }

  #json(name: string): unknown {
    const file = this.#files.find((one) => one.name === name);
    invariant(file, `export: no '${name}'`);
    return JSON.parse(new TextDecoder().decode(file.bytes));
  }
}
