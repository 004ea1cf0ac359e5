// The digests of a file, kept while it comes, against what is known of it. Leaves out sizes, which whoever fetches sees for itself.
import { gitName } from './sha1.ts';
import { Sha256 } from './sha256.ts';

/** What is known of a file before it is asked for. */
export interface KnownFile {
  readonly sizeBytes?: number;
  /** 64 hexadecimal digits. */
  readonly sha256?: string;
  /** Git's name of it, 40 hexadecimal digits; its size has to be known too. */
  readonly gitName?: string;
}

export class Digests {
  readonly #known: KnownFile;
  readonly #sha256 = new Sha256();
  readonly #git: ReturnType<typeof gitName> | null;

  constructor(known: KnownFile) {
    this.#known = known;
    const { sizeBytes, gitName: wanted } = known;
    this.#git = wanted === undefined || sizeBytes === undefined ? null : gitName(sizeBytes);
  }

  update(piece: Uint8Array): void {
    this.#sha256.update(piece);
    this.#git?.update(piece);
  }

  /** The end: nothing may be added after it. */
  judged(): { readonly sha256: string; readonly fits: boolean } {
    const sha256 = this.#sha256.hex();
    const fits = (this.#known.sha256 ?? sha256) === sha256;
    return { sha256, fits: fits && (this.#git === null || this.#git.hex() === this.#known.gitName) };
  }
}
