// Where this engine's numbers are not the script's: it keeps adapters and activations in float32, and a script may not. One sentence for
// each difference, for whoever shows numbers of a run beside a script's. Leaves out what the difference does: the doctor says that.
// Sources: trl sft_trainer.py from 0.26 (casts adapters of a k-bit model to bfloat16); torch.amp; peft_model.py autocast_adapter_dtype.

import { isAdapterParameter } from '../../adapters/methods.ts';
import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';
import { truthOf } from '../../python/program/values.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ProgramFacts } from './findings/programFacts.ts';

const isHalf = (dtype: DType): boolean => dtype === 'bfloat16' || dtype === 'float16';

function adapter(facts: ProgramFacts): Text[] {
  const half = facts.parameters.filter(
    ([name, one]) => one.requiresGrad && isAdapterParameter(name) && isHalf(one.dtype),
  );
  const [first] = half;
  if (!first) return [];
  const dtype = first[1].dtype;
  const casts = facts.deciding?.event.model.script;
  const byTrainer =
    casts?.kbit === true &&
    casts.behaves('sftCastsAdapter') &&
    /^SFTTrainer$/.test(facts.deciding?.event.trainer ?? '');
  return [
    byTrainer
      ? text(
          `SFTTrainer of TRL ${facts.versions.trl} trains the adapter of a quantised base in ${dtype}; here it is float32, so small updates that the script rounds away count here.`,
          `TRL ${facts.versions.trl} 的 SFTTrainer 以 ${dtype} 训练量化底座上的适配器；这里用 float32，因此脚本中被舍去的小更新在这里有效。`,
        )
      : text(
          `The script trains its adapter in ${dtype}, the dtype of its base; here it is float32.`,
          `脚本以底座的精度 ${dtype} 训练适配器；这里用 float32。`,
        ),
  ];
}

function autocast(facts: ProgramFacts): Text[] {
  const trainer = facts.trainers.at(-1)?.trainer;
  const byArguments = (['bf16', 'fp16'] as const).find(
    (name) => trainer && truthOf(facts.valueOf(trainer.args, name)) === true,
  );
  const own = facts.callsTo(/(^|\.)autocast$|GradScaler$/).length > 0 || /autocast\(/.test(facts.source);
  if (!byArguments && !own) return [];
  const dtype = byArguments === 'fp16' ? 'float16' : byArguments === 'bf16' ? 'bfloat16' : 'half precision';
  const zh = byArguments === undefined ? '半精度' : dtype;
  return [
    text(
      `Autocast runs the script's products in ${dtype}; here they run in float32, so its losses differ from the third digit on${byArguments === 'fp16' ? ', and nothing overflows' : ''}.`,
      `脚本在自动混合精度下以 ${zh} 做乘法；这里用 float32，因此损失从第三位起会有差别${byArguments === 'fp16' ? '，且不会溢出' : ''}。`,
    ),
  ];
}

function base(facts: ProgramFacts): Text[] {
  const { model } = facts;
  if (!model || model.script.quantised) return [];
  const half = facts.parameters.find(([name, one]) => !isAdapterParameter(name) && isHalf(one.dtype));
  return half
    ? [
        text(
          `The script's base is ${half[1].dtype}, and its activations are rounded to it; here they are float32.`,
          `脚本的底座是 ${half[1].dtype}，激活值也舍入到该精度；这里的激活值是 float32。`,
        ),
      ]
    : [];
}

/** Empty where nothing differs. */
export const precisionNotes = (facts: ProgramFacts): readonly Text[] => [
  ...adapter(facts),
  ...autocast(facts),
  ...base(facts),
];
