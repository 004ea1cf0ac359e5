// How rows become labels and a loss, under the names of trl.SFTConfig and transformers.TrainingArguments.
import { defineSetting } from '../../ground/settings/setting.ts';

const same = (text: string) => ({ en: text, zh: text });
const tokens = { en: 'tokens', zh: '词元' };

export const sftSettings = {
  'train.max_length': defineSetting({
    type: { kind: 'number', min: 8, max: 512, integer: true, unit: tokens },
    default: 128,
    section: 'training',
    advanced: true,
    label: same('max_length'),
    help: {
      en: 'Longer rows are cut from the right. If the whole answer is cut away, the row trains nothing. With packing: the length of a packed sequence.',
      zh: '更长的行从右侧截断。如果整个回答被截掉，这一行就不会带来训练。打包时为打包后序列的长度。',
    },
    python: { call: 'SFTConfig', argument: 'max_length', aliases: ['max_seq_length'] },
  }),
  'train.packing': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'none', label: { en: 'off', zh: '关' } },
        { value: 'bfd', label: same('bfd') },
        { value: 'bfd_split', label: same('bfd_split') },
        { value: 'wrapped', label: same('wrapped') },
      ],
    },
    default: 'none',
    section: 'training',
    advanced: true,
    label: same('packing'),
    help: {
      en: 'Many rows in one sequence of max_length, so that little is padding. bfd keeps rows whole, each with its own positions and attention; bfd_split also keeps what is longer, in pieces; wrapped cuts the joined rows anywhere and lets them see each other.',
      zh: '把多行拼成一个 max_length 的序列，减少填充。bfd 保持每行完整，各有自己的位置与注意力；bfd_split 还把过长的行切开保留；wrapped 把连接后的行任意切分，各行之间互相可见。',
    },
    python: { call: 'SFTConfig', after: 'packing=True', argument: 'packing_strategy' },
  }),
  'train.completion_only_loss': defineSetting({
    type: { kind: 'boolean' },
    default: true,
    section: 'training',
    advanced: true,
    label: { en: 'train on completions only', zh: '只训练补全' },
    help: {
      en: 'Rows with prompt and completion: labels of the prompt are −100 (ignored), so only the completion is learnt. The row preview shows the mask.',
      zh: '含 prompt 与 completion 的行：提示部分的标签为 −100（忽略），只学习补全。行预览会显示掩码。',
    },
    python: { call: 'SFTConfig', argument: 'completion_only_loss' },
  }),
  'train.assistant_only_loss': defineSetting({
    type: { kind: 'boolean' },
    default: true,
    section: 'training',
    advanced: true,
    label: { en: 'train on answers only', zh: '只训练回答' },
    help: {
      en: 'Rows of messages: only the assistant’s turns are learnt; everything else is −100.',
      zh: '消息形式的行：只学习助手的回合，其余为 −100。',
    },
    python: { call: 'SFTConfig', argument: 'assistant_only_loss' },
  }),
  'train.label_smoothing_factor': defineSetting({
    type: { kind: 'number', min: 0, max: 0.99 },
    default: 0,
    section: 'training',
    advanced: true,
    label: same('label_smoothing_factor'),
    help: {
      en: 'Share of the loss that asks for all tokens alike, against overconfidence. The loss can then not reach 0. Usual: 0 or 0.1.',
      zh: '损失中对所有词元一视同仁的比例，用来抑制过度自信；此时损失到不了 0。常用 0 或 0.1。',
    },
    python: { call: 'SFTConfig', argument: 'label_smoothing_factor' },
  }),
  'train.neftune_noise_alpha': defineSetting({
    type: { kind: 'number', min: 0, max: 100 },
    default: 0,
    section: 'training',
    advanced: true,
    label: same('neftune_noise_alpha'),
    help: {
      en: 'NEFTune: uniform noise of up to α/√(length·width) on the embeddings while training, against learning by heart. 0: off. Usual: 5 to 15.',
      zh: 'NEFTune：训练时在嵌入上加入至多 α/√(长度·宽度) 的均匀噪声，减少死记硬背。0 表示关闭，常用 5 到 15。',
    },
    python: { call: 'SFTConfig', argument: 'neftune_noise_alpha' },
  }),
} as const;
