// Settings of the model and the data: in what quantisation, which rows. Which base it is stands beside the settings, for a file
// is no value.
import { defineSetting } from '../../ground/settings/setting.ts';

const same = (text: string) => ({ en: text, zh: text });

export const dataSettings = {
  'bnb.bnb_4bit_quant_type': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'nf4', label: same('nf4') },
        { value: 'fp4', label: same('fp4') },
        { value: 'none', label: { en: 'off', zh: '关' } },
      ],
    },
    default: 'nf4',
    section: 'model',
    label: same('load_in_4bit'),
    help: {
      en: 'Keeps the frozen weights in 4 bits (blocks of 64, as bitsandbytes does, bit for bit). nf4 suits normally distributed weights; fp4 is bitsandbytes’ default; off keeps floats.',
      zh: '冻结权重以 4 位保存（每 64 个一块，与 bitsandbytes 逐位一致）。nf4 适合正态分布的权重；fp4 是 bitsandbytes 的默认；关则保留浮点。',
    },
    python: { call: 'BitsAndBytesConfig', after: 'load_in_4bit=True', argument: 'bnb_4bit_quant_type' },
  }),
  'bnb.bnb_4bit_use_double_quant': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'model',
    advanced: true,
    label: same('double_quant'),
    help: {
      en: 'Also stores the block scales in 8 bits: 4.13 instead of 4.5 bits a weight, a little less exact.',
      zh: '块缩放系数也用 8 位保存：每个权重 4.13 位而非 4.5 位，精度略低。',
    },
    python: { call: 'BitsAndBytesConfig', argument: 'bnb_4bit_use_double_quant' },
  }),
  'data.test_size': defineSetting({
    type: { kind: 'number', min: 0, max: 0.9 },
    default: 0,
    section: 'model',
    advanced: true,
    label: { en: 'test_size', zh: 'test_size' },
    help: {
      en: 'Share of the rows held out to compute eval loss. 0: train on all.',
      zh: '留出用于计算 eval loss 的行的比例。0 表示全部用于训练。',
    },
    python: { call: 'dataset.train_test_split', argument: 'test_size' },
  }),
} as const;
