// What stops a run: the device, its memory, numbers that are none, and what this engine does not train.
import { defineError } from '../ground/errors.ts';

interface TooLarge {
  readonly name: string;
  readonly bytes: number;
  readonly most: number;
}

export const tableTooLarge = defineError('table-too-large', ({ name, bytes, most }: TooLarge) => ({
  en: [
    `'${name}': ${bytes} bytes would have to be bound at once, this device binds at most ${most}.`,
    'Load the base in 4 bits, or use a smaller batch size, max_length or r.',
  ],
  zh: [
    `'${name}'：需要一次绑定 ${bytes} 字节，此设备一次最多绑定 ${most}。`,
    '请以 4 位载入底座，或减小批大小、max_length 或 r。',
  ],
}));

export const bufferTooLarge = defineError('buffer-too-large', ({ name, bytes, most }: TooLarge) => ({
  en: [
    `Buffer '${name}': needs ${bytes} bytes, this device allows ${most}.`,
    'Use a smaller batch size or max_length.',
  ],
  zh: [`缓冲区 '${name}'：需要 ${bytes} 字节，此设备最多允许 ${most}。`, '请减小批大小或 max_length。'],
}));

export const adapterTooLarge = defineError(
  'adapter-too-large',
  ({ bytes, most }: { readonly bytes: number; readonly most: number }) => ({
    en: [
      `Adapter: its gradients need ${bytes} bytes, this device binds at most ${most}.`,
      'Use a smaller r, fewer target_modules, or no modules_to_save.',
    ],
    zh: [
      `适配器：梯度需要 ${bytes} 字节，此设备一次最多绑定 ${most}。`,
      '请减小 r、减少 target_modules，或不用 modules_to_save。',
    ],
  }),
);

interface Cause {
  /** In the words of the browser. */
  readonly cause: string;
}

export const deviceLost = defineError('device-lost', ({ cause }: Cause) => ({
  en: [`The GPU stopped answering: ${cause}.`, 'Train again; the CPU is there too.'],
  zh: [`显卡停止响应：${cause}。`, '请重新训练，也可以改用 CPU。'],
}));

export const outOfMemory = defineError('out-of-memory', ({ cause }: Cause) => ({
  en: [
    `The device is out of memory: ${cause}.`,
    'Use a smaller batch size, max_length or r, or turn gradient_checkpointing on.',
  ],
  zh: [`设备内存不足：${cause}。`, '请减小批大小、max_length 或 r，或打开 gradient_checkpointing。'],
}));

export const memoryPlanned = defineError(
  'memory-planned',
  ({ bytes, most }: { readonly bytes: number; readonly most: number }) => ({
    en: [
      `Memory: this run would hold ${bytes} bytes at its peak, this machine has ${most}.`,
      'Use a smaller batch size, max_length or r, or turn gradient_checkpointing on.',
    ],
    zh: [
      `内存：这次运行的峰值为 ${bytes} 字节，这台机器只有 ${most}。`,
      '请减小批大小、max_length 或 r，或打开 gradient_checkpointing。',
    ],
  }),
);

export const rowsTooLong = defineError(
  'rows-too-long',
  ({ tokens, most }: { readonly tokens: number; readonly most: number }) => ({
    en: [
      `Rows of ${tokens} tokens: this model's positions end at ${most}.`,
      `Set max_length to ${most} or less.`,
    ],
    zh: [`有 ${tokens} 个词元的行：这个模型的位置到 ${most} 为止。`, `请把 max_length 设为 ${most} 或更小。`],
  }),
);

export const gpuError = defineError('gpu-error', ({ cause }: Cause) => ({
  en: [`internal: the GPU refused a command: ${cause}.`, 'Use the CPU backend, and report this.'],
  zh: [`内部错误：显卡拒绝了一条命令：${cause}。`, '请改用 CPU，并报告此问题。'],
}));

/** How ONNX Runtime names an operator that its build has not. */
const LACKS = /not a registered function|could not find an implementation|not implemented/i;

export const ortError = defineError('ort-error', ({ cause }: Cause) =>
  LACKS.test(cause)
    ? {
        en: [
          `ONNX Runtime’s build here lacks an operator that this needs: ${cause}.`,
          'Use WebGPU or the CPU backend, which have them all.',
        ],
        zh: [`此处的 ONNX Runtime 缺少所需的算子：${cause}。`, '请改用具备全部算子的 WebGPU 或 CPU 后端。'],
      }
    : {
        en: [
          `ONNX Runtime could not run this: ${cause}.`,
          'Use the CPU backend, which runs the same in less memory.',
        ],
        zh: [`ONNX Runtime 无法运行：${cause}。`, '请改用 CPU，它以更少的内存执行同样的运算。'],
      },
);

export const ortBlocked = defineError('ort-blocked', ({ cause }: Cause) => ({
  en: [
    `ONNX Runtime could not be started: WebAssembly is not allowed here (${cause}).`,
    "Use the CPU backend, which needs none; whoever hosts the page may allow it with script-src 'wasm-unsafe-eval'.",
  ],
  zh: [
    `ONNX Runtime 无法启动：这里不允许 WebAssembly（${cause}）。`,
    "请改用不需要它的 CPU 后端；网页的管理者可以用 script-src 'wasm-unsafe-eval' 允许它。",
  ],
}));

export const ortUnstarted = defineError('ort-unstarted', ({ cause }: Cause) => ({
  en: [
    `ONNX Runtime could not be started: ${cause}.`,
    'Use the CPU backend; close other tabs if memory is short, and reload the page to try again.',
  ],
  zh: [
    `ONNX Runtime 无法启动：${cause}。`,
    '请改用 CPU 后端；若内存不足请关闭其他标签页，刷新页面可再试一次。',
  ],
}));

export const noGpu = defineError('no-gpu', (_: object) => ({
  en: [
    'WebGPU: expected an adapter, found none.',
    'Install a Vulkan driver (npm test says how), or use --backend cpu.',
  ],
  zh: ['WebGPU：应有显卡适配器，没有找到。', '请安装 Vulkan 驱动（npm test 会说明），或使用 --backend cpu。'],
}));

export const nanLoss = defineError(
  'nan-loss',
  ({ step, loss }: { readonly step: number; readonly loss: number }) => ({
    en: [`Step ${step}: the loss is ${loss}.`, 'Lower train.learning_rate or set train.max_grad_norm.'],
    zh: [`第 ${step} 步：损失为 ${loss}。`, '请降低 train.learning_rate，或设置 train.max_grad_norm。'],
  }),
);

export const promptTooLong = defineError(
  'prompt-too-long',
  ({ tokens, most }: { readonly tokens: number; readonly most: number }) => ({
    en: [`Question: has ${tokens} tokens, the model reads at most ${most}.`, 'Shorten it.'],
    zh: [`问题：有 ${tokens} 个词元，模型最多读取 ${most} 个。`, '请缩短问题。'],
  }),
);

/** Parameters that no kernel trains: the first in the tree's order, and how many they are. */
export const beyondEngine = defineError(
  'beyond-engine',
  ({ first, count }: { readonly first: string; readonly count: number }) => {
    const more = count - 1;
    return {
      en: [
        `${first}${more > 0 ? ` and ${more} more` : ''}: requires grad, but this engine trains low-rank factors and vectors on the linears of the layers, LoRA on the embedding and the head, copies of those two (modules_to_save), and adapters that are copies of the norms.`,
        'Attach an adapter to those, and leave the rest frozen.',
      ],
      zh: [
        `${first}${more > 0 ? ` 等 ${count} 个参数` : ''}：需要梯度，但本引擎只训练各层线性层上的低秩因子与向量、嵌入与输出头上的 LoRA、这两者的副本（modules_to_save），以及作为适配器的归一化层副本。`,
        '请把适配器挂在这些模块上，其余保持冻结。',
      ],
    };
  },
);

/** `done`: what the step does to it, as it is written. */
export const lossTreated = defineError('loss-treated', ({ done }: { readonly done: string }) => ({
  en: [
    `${done}: the loss carries no gradient to any parameter, so a run would only spend its time.`,
    'Leave it out of the step.',
  ],
  zh: [`${done}：损失不把梯度带给任何参数，训练只会白费时间。`, '请从训练步中去掉它。'],
}));

export const ownLayers = defineError('own-layers', ({ count }: { readonly count: number }) => ({
  en: [
    `${count} trained tensors stand in layers of the script's own, which this engine does not run.`,
    'Train the model itself, without layers around it.',
  ],
  zh: [`${count} 个受训张量在脚本自己的层里，本引擎不运行这些层。`, '请只训练模型本身，不要外加层。'],
}));

interface Objective {
  readonly objective: string;
  readonly got: string;
}

export const preferenceTrainer = defineError('preference-trainer', ({ objective, got }: Objective) => ({
  en: [
    `train.objective ${objective}: is a trainer of TRL, got ${got}.`,
    'Set wiring.trainer to SFTTrainer; the script then has the other in its place.',
  ],
  zh: [
    `train.objective ${objective}：由 TRL 的训练器实现，得到 ${got}。`,
    '请把 wiring.trainer 设为 SFTTrainer，脚本中会换成对应的训练器。',
  ],
}));

export const preferenceStack = defineError('preference-stack', ({ objective, got }: Objective) => ({
  en: [
    `train.objective ${objective}: was compared with TRL 1.16, got ${got}.`,
    'Set wiring.stack to trl-1.16.0.',
  ],
  zh: [
    `train.objective ${objective}：只与 TRL 1.16 比较过，得到 ${got}。`,
    '请把 wiring.stack 设为 trl-1.16.0。',
  ],
}));

export const preferenceAttach = defineError(
  'preference-attach',
  ({ objective }: { readonly objective: string }) => ({
    en: [
      `train.objective ${objective}: begins from a new adapter here.`,
      'Set wiring.attach to peft_config or get_peft_model.',
    ],
    zh: [
      `train.objective ${objective}：在本页只能从全新的适配器开始。`,
      '请把 wiring.attach 设为 peft_config 或 get_peft_model。',
    ],
  }),
);
