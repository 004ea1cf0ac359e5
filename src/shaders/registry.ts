// Every kernel, one line each, forward before backward before update. Only registry.test.ts walks the list, for what holds for all of
// them; operations import the kernels that they run by name.

import { adafactor } from './adafactor/adafactor.ts';
import { adamw } from './adamw/adamw.ts';
import { add } from './add/add.ts';
import { addBias } from './add_bias/add_bias.ts';
import { addPositions } from './add_positions/add_positions.ts';
import { attention, attentionBackwardKv, attentionBackwardQ } from './attention/attention.ts';
import {
  attentionBlock,
  attentionBlockBackwardKv,
  attentionBlockBackwardQ,
} from './attention/attention_block.ts';
import {
  attentionTile,
  attentionTileBackwardKv,
  attentionTileBackwardQ,
  attentionTileJoin,
  attentionTileJoinKv,
} from './attention_tile/attention_tile.ts';
import {
  crossEntropy,
  crossEntropyParts,
  crossEntropyRows,
  crossEntropyWhole,
  rowSum,
} from './cross_entropy/cross_entropy.ts';
import { dequantize, dequantizeScalar } from './dequantize/dequantize.ts';
import { dropout } from './dropout/dropout.ts';
import { embedding } from './embedding/embedding.ts';
import { embeddingGrad, embeddingLora, embeddingLoraGrad } from './embedding_grad/embedding_grad.ts';
import { geglu, gegluBackward } from './geglu/geglu.ts';
import { geluBackward, geluForward } from './gelu/gelu.ts';
import { clipFactor, gradReduce, gradStretches, stretchNorms } from './grad_norm/grad_norm.ts';
import { fromHalf, toHalf } from './half/half.ts';
import { headGrad } from './head_grad/head_grad.ts';
import { headNorm, headNormBackward, headNormGrad, headNormTurned } from './head_norm/head_norm.ts';
import type { Kernel } from './kernel.ts';
import { kvAppend } from './kv_cache/kv_cache.ts';
import { layerNorm, layerNormBackward, layerNormGrad } from './layer_norm/layer_norm.ts';
import { likeliest, likeliestParts } from './likeliest/likeliest.ts';
import { linearVector, linearVectorSubgroup } from './linear/linear.ts';
import { linearBackwardTiled, linearParts, linearTiled } from './linear/tiled.ts';
import { linearVectorWorkgroup } from './linear/vectorWorkgroup.ts';
import { lion } from './lion/lion.ts';
import { loraDown, loraDownBackward, loraGrad, loraUpBackward } from './lora/lora.ts';
import { loraDownBlock, loraGradBlock, loraUpBackwardBlock } from './lora/lora_block.ts';
import {
  loraDownGated,
  loraDownGatedParts,
  loraDownNormed,
  loraUpBackwardGated,
  loraUpBackwardNormed,
} from './lora/lora_fused.ts';
import { loraGradParts } from './lora/lora_grad_parts.ts';
import { loraUpBackwardTurned } from './lora/lora_turned.ts';
import { loraDownWorkgroup, loraGradWorkgroup, loraUpBackwardWorkgroup } from './lora/lora_workgroup.ts';
import { matmul, matmulScalar, matmulWide } from './matmul/matmul.ts';
import { preference, preferenceSums } from './preference/preference.ts';
import { quantize } from './quantize/quantize.ts';
import {
  rmsNorm,
  rmsNormBackward,
  rmsNormBackwardRows,
  rmsNormGrad,
  rmsNormRows,
} from './rms_norm/rms_norm.ts';
import { rope, ropeParts } from './rope/rope.ts';
import { scale } from './scale/scale.ts';
import {
  rowNormTable,
  rowNormTableWorkgroup,
  scaleColumns,
  scaleColumnsGrad,
  vectorTable,
} from './scale_columns/scale_columns.ts';
import { rowDots, scaleRows } from './scale_rows/scale_rows.ts';
import { sgd } from './sgd/sgd.ts';
import { swiglu, swigluBackward, swigluBackwardVectors, swigluVectors } from './swiglu/swiglu.ts';

const erase = (kernel: { readonly name: string }): Kernel => kernel as Kernel;

export const kernels: readonly Kernel[] = [
  quantize,
  embedding,
  embeddingLora,
  addPositions,
  rmsNorm,
  rmsNormRows,
  layerNorm,
  dequantize,
  dequantizeScalar,
  linearTiled,
  linearVector,
  linearVectorSubgroup,
  linearVectorWorkgroup,
  loraDown,
  loraDownBlock,
  loraDownWorkgroup,
  loraDownNormed,
  loraDownGated,
  loraDownGatedParts,
  matmul,
  matmulWide,
  matmulScalar,
  rowNormTable,
  rowNormTableWorkgroup,
  vectorTable,
  scaleRows,
  scaleColumns,
  addBias,
  scale,
  headNorm,
  headNormTurned,
  rope,
  ropeParts,
  kvAppend,
  attention,
  attentionBlock,
  attentionTile,
  attentionTileJoin,
  swiglu,
  swigluVectors,
  geglu,
  geluForward,
  dropout,
  likeliestParts,
  likeliest,
  crossEntropy,
  crossEntropyRows,
  crossEntropyParts,
  crossEntropyWhole,
  rowSum,
  preferenceSums,
  preference,
  toHalf,
  fromHalf,
  headGrad,
  gegluBackward,
  geluBackward,
  headNormBackward,
  headNormGrad,
  rmsNormBackward,
  rmsNormBackwardRows,
  rmsNormGrad,
  layerNormBackward,
  layerNormGrad,
  loraUpBackward,
  loraUpBackwardBlock,
  loraUpBackwardWorkgroup,
  loraUpBackwardNormed,
  loraUpBackwardGated,
  loraUpBackwardTurned,
  linearBackwardTiled,
  linearParts,
  loraGrad,
  loraGradBlock,
  loraGradWorkgroup,
  loraGradParts,
  loraDownBackward,
  scaleColumnsGrad,
  swigluBackward,
  swigluBackwardVectors,
  attentionBackwardQ,
  attentionBackwardKv,
  attentionBlockBackwardQ,
  attentionBlockBackwardKv,
  attentionTileBackwardQ,
  attentionTileBackwardKv,
  attentionTileJoinKv,
  embeddingGrad,
  embeddingLoraGrad,
  add,
  rowDots,
  gradReduce,
  gradStretches,
  stretchNorms,
  clipFactor,
  adamw,
  sgd,
  lion,
  adafactor,
].map(erase);
