// A PEFT adapter that a person brings: its configuration as settings, its tensors by module and part. Features that this engine does
// not train are refused by name. Source: PEFT 0.21 utils/save_and_load.py, tuners/lora/config.py; numerics reference 2.6.
import { isDecomposition } from '../../adapters/lora/decompose.ts';
import type { Method } from '../../adapters/methods.ts';
import { methodNamed, methods } from '../../adapters/methods.ts';
import { digest64 } from '../../ground/digest.ts';
import { readSafetensors, toFloat32 } from '../../ground/formats/safetensors.ts';
import { isRecord } from '../../ground/isRecord.ts';
import { quote } from '../../ground/quote.ts';
import { readJson } from '../../ground/strictJson.ts';
import { text } from '../../ground/text.ts';
import { tablePaths } from '../../models/families.ts';
import { settingsOfSaved } from '../../python/read/savedConfig.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import {
  configNoJson,
  halfMissing,
  noPart,
  noTensors,
  notFinite,
  otherMethod,
  ranksDiffer,
  notUnderstood as unclear,
  untrained,
} from './adapterErrors.ts';
import type { NamedBytes } from './unpack.ts';
import { unpackAdapter } from './unpack.ts';

export interface ImportedTensor {
  /** `model.layers.0.self_attn.q_proj` */
  readonly module: string;
  readonly shape: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

export interface ImportedAdapter {
  readonly name: string;
  /** 16 hexadecimal digits of its bytes. */
  readonly digest: string;
  /** base_model_name_or_path of its configuration. */
  readonly base: string;
  /** LoraConfig's arguments as settings. */
  readonly patch: RecipePatch;
  /** `model.layers.0.self_attn.q_proj.lora_A` → [r, in]. */
  readonly tensors: ReadonlyMap<string, ImportedTensor>;
}

const MOST_HEADER_BYTES = 2 ** 24;

/** The JSON object of adapter_config.json. Throws UserError 'adapter-config'. */
export function readAdapterConfig(bytes: Uint8Array): Record<string, unknown> {
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw configNoJson({ cause: text('it is not UTF-8', '不是 UTF-8') });
  }
  const { value, problem } = readJson(json, { deepest: 8 });
  if (isRecord(value)) return value;
  throw configNoJson({ cause: problem ?? text('it is another value', '是别的值') });
}

/** The method of a configuration; refuses what it asks for that can't be trained or answered with here. */
function assertSupported(config: Record<string, unknown>): Method {
  const type = config.peft_type;
  const method = methodNamed(type);
  if (!method || method.opens.length === 0)
    throw otherMethod({
      got: type === undefined ? null : quote(type),
      opened: methods.filter(({ opens }) => opens.length > 0).map((one) => one.type),
    });
  const features = [
    ...['lora_bias', 'use_qalora', 'layer_replication', 'target_parameters'],
    ...['trainable_token_indices', 'alora_invocation_tokens', 'arrow_config', 'kasa_config', 'use_bdlora'],
  ];
  const isSet = (value: unknown): boolean =>
    value !== undefined &&
    value !== null &&
    value !== false &&
    !(typeof value === 'object' && Object.keys(value).length === 0);
  const found = features.find((name) => isSet(config[name]));
  if (found) throw untrained({ name: found, got: quote(config[found]) });
  return method;
}

/** Name of a tensor without PEFT's prefix and without `.weight`; 'base_layer' for what belongs to the base; undefined: not known. */
function keyOf(name: string, parts: readonly string[]): TensorKey | 'base_layer' | undefined {
  const [, path] = /^base_model\.model\.(.+)$/.exec(name) ?? [];
  if (path === undefined) return undefined;
  if (path.endsWith('.base_layer.weight')) return 'base_layer';
  const key = path.replace(/\.weight$/, '');
  const part = parts.find((one) => path.endsWith(`.${one}`));
  if (part !== undefined) return { key, module: path.slice(0, -part.length - 1) };
  return path.endsWith('.weight') && tablePaths.has(key) ? { key, module: key } : undefined;
}

interface TensorKey {
  readonly key: string;
  readonly module: string;
}

/** `parts`: what the tensors of the adapter's method are called behind their module. */
function readTensors(
  weights: Uint8Array<ArrayBuffer>,
  parts: readonly string[],
): Map<string, ImportedTensor> {
  const tensors = new Map<string, ImportedTensor>();
  for (const [name, tensor] of readSafetensors(weights, MOST_HEADER_BYTES)) {
    const found = keyOf(name, parts);
    // An adapted embedding is saved with its frozen table, which the base has already.
    if (found === 'base_layer') continue;
    if (found === undefined) throw noPart({ name });
    const values = toFloat32(name, tensor);
    if (!values.every(Number.isFinite)) throw notFinite({ name });
    tensors.set(found.key, { module: found.module, shape: tensor.shape, values });
  }
  if (tensors.size === 0) throw noTensors({});
  return tensors;
}

/** Both factors of every module are there and have one rank. */
function assertPairs(tensors: ReadonlyMap<string, ImportedTensor>): void {
  for (const [name, { shape }] of tensors) {
    if (!/\.lora_(embedding_)?[AB]$/.test(name)) continue;
    const isA = name.endsWith('A');
    const other = name.replace(/[AB]$/, isA ? 'B' : 'A');
    const partner = tensors.get(other);
    if (!partner) throw halfMissing({ missing: other, beside: name });
    const [rank, partnerRank] = isA ? [shape[0], partner.shape[1]] : [shape[1], partner.shape[0]];
    if (shape.length !== 2 || rank !== partnerRank)
      throw ranksDiffer({ name, shape, other, otherShape: partner.shape });
  }
}

/** Reads files, a folder's files or a zip. Throws UserError 'adapter-…' or 'safetensors'. */
export function readAdapter(name: string, files: readonly NamedBytes[]): ImportedAdapter {
  const { config: configBytes, weights } = unpackAdapter(files);
  const config = readAdapterConfig(configBytes);
  const method = assertSupported(config);
  const tensors = readTensors(weights, method.opens);
  assertPairs(tensors);
  const { patch, notUnderstood } = settingsOfSaved(config);
  const init = String(patch['lora.init_lora_weights'] ?? 'true');
  const [odd] = notUnderstood.filter((one) =>
    /rank|alpha|target|layers|exclude|rslora|dora|modules_to_save/.test(one),
  );
  if (odd) throw unclear({ found: `adapter_config.json: ${odd}` });
  return {
    name,
    digest: digest64([configBytes, weights]),
    base: typeof config.base_model_name_or_path === 'string' ? config.base_model_name_or_path : '',
    // However it was drawn, its numbers are here; but what was taken out of the base is taken out again, as PEFT does on loading.
    patch: { ...patch, 'lora.init_lora_weights': isDecomposition(init) ? init : 'true' },
    tensors,
  };
}
