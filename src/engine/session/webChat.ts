// Talks with an export for the web as another page would: from its files alone, in ONNX Runtime. Greedy, so that what is said can be compared.
// The adapter is a data file of its own, where it has one; with zeros in its place, the base answers.
import type { Pace } from '../answerMessages.ts';
import { Tokenizer } from '../data/tokenizer.ts';
import type { WebDevice } from '../exchange/export/web/webSession.ts';
import { WebSession } from '../exchange/export/web/webSession.ts';
import { invariant } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { parseConfig } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { stopIdsOf } from '../models/modelFiles.ts';
import type { OrtRuntime } from '../training/backends/ort/ortBackend.ts';
import type { TakenFile } from './exportPlace.ts';

/** The graph whose adapter stands beside it. */
const MODEL = 'model_q4.onnx';

/** What is answered with: the adapter or the base alone, on the processor or on the GPU. */
export interface ChatWith {
  readonly adapter: boolean;
  readonly device: WebDevice;
}

/** What a folder says of itself, read once. */
interface Facts {
  readonly config: ModelConfig;
  readonly adapterFile: string | null;
  readonly tokenizer: Tokenizer;
  readonly stopIds: ReadonlySet<number>;
}

async function factsOf(files: readonly TakenFile[]): Promise<Facts> {
  const json = async (name: string): Promise<unknown> => {
    const found = files.find((one) => one.name === name);
    invariant(found, `export: no '${name}'`);
    return JSON.parse(await found.file.text());
  };
  const config = await json('config.json');
  const tokenizer = new Tokenizer(await json('tokenizer.json'), await json('tokenizer_config.json'));
  const { adapter_data: adapterFile } = recordOf(config);
  return {
    config: parseConfig(config),
    adapterFile: typeof adapterFile === 'string' ? adapterFile : null,
    tokenizer,
    stopIds: stopIdsOf(await json('generation_config.json'), tokenizer),
  };
}

/** Starts ONNX Runtime with what has the device. */
export type RuntimeOf = (device: WebDevice) => Promise<OrtRuntime>;

export class WebChat {
  readonly #runtime: RuntimeOf;
  readonly #files: readonly TakenFile[];
  readonly #now: () => number;
  readonly #facts: Facts;
  #open: (ChatWith & { readonly session: WebSession }) | null = null;

  private constructor(runtime: RuntimeOf, files: readonly TakenFile[], now: () => number, facts: Facts) {
    this.#runtime = runtime;
    this.#files = files;
    this.#now = now;
    this.#facts = facts;
  }

  static async open(runtime: RuntimeOf, files: readonly TakenFile[], now: () => number): Promise<WebChat> {
    return new WebChat(runtime, files, now, await factsOf(files));
  }

  /** Whether it can be left out; what was merged can't. */
  get adapterFile(): string | null {
    return this.#facts.adapterFile;
  }

  /** `onText` gets the text so far, after each token. */
  async answer(
    prompt: string,
    { limit, ...chosen }: ChatWith & { readonly limit: number },
    onText: (text: string) => void,
  ): Promise<Pace> {
    const { tokenizer, stopIds } = this.#facts;
    const session = await this.#session(chosen);
    session.begin();
    const { text } = tokenizer.render([{ role: 'user', content: prompt }], true);
    const said: number[] = [];
    let scores = await session.feed(tokenizer.encode(text));
    const began = this.#now();
    for (;;) {
      const next = scores.reduce((best, score, id) => (score > (scores[best] ?? 0) ? id : best), 0);
      if (stopIds.has(next)) break;
      said.push(next);
      onText(tokenizer.decode(said));
      if (said.length === limit) break;
      scores = await session.feed([next]);
    }
    const tokens = Math.max(0, said.length - 1);
    return { text: tokenizer.decode(said), tokens, ms: this.#now() - began };
  }

  /** One at a time is in memory. */
  async #session({ adapter, device }: ChatWith): Promise<WebSession> {
    if (this.#open?.adapter === adapter && this.#open.device === device) return this.#open.session;
    await this.#open?.session.release();
    this.#open = null;
    const { adapterFile, config } = this.#facts;
    const files = this.#files.map((one) =>
      adapter || one.name !== `onnx/${adapterFile}`
        ? one
        : { ...one, file: new Blob([new Uint8Array(one.file.size)]) },
    );
    const session = await WebSession.open(await this.#runtime(device), files, {
      model: MODEL,
      config,
      device,
    });
    this.#open = { adapter, device, session };
    return session;
  }
}
