// Arguments that some release's from_pretrained takes by name and another hands on to a model that doesn't know them: a TypeError there.
// Held by tests/golden/loader.json. Leaves out what a model's own configuration takes, which may be anything.
import { own } from '../ground/own.ts';
import { compareVersions } from './version.ts';

/** The transformers from which on a name is taken, and from which on it no longer is (null: still); seen in the releases of the stacks. */
const taken: Readonly<Record<string, readonly [since: string, until: string | null]>> = {
  dtype: ['4.56', null],
  attn_implementation: ['4.36', null],
  use_flash_attention_2: ['4.34', '4.57'],
  key_mapping: ['4.51', null],
  use_kernels: ['4.55', null],
  gguf_file: ['4.41', null],
  weights_only: ['4.46', null],
  adapter_name: ['4.32', null],
  generation_config: ['4.45', null],
  experts_implementation: ['5', null],
  use_auth_token: ['0', '5'],
  resume_download: ['0', '5'],
  load_in_4bit: ['0', '5'],
  load_in_8bit: ['0', '5'],
};

/** The first of these names, in the order given, that this transformers hands on to the model; null: none. */
export function notTakenByLoader(names: Iterable<string>, transformers: string): string | null {
  for (const name of names) {
    const [since, until] = own(taken, name) ?? [];
    if (since === undefined) continue;
    const early = compareVersions(transformers, since) < 0;
    if (early || (until != null && compareVersions(transformers, until) >= 0)) return name;
  }
  return null;
}
