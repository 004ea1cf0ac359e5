// What a run learns from: single rows, or pairs of a better and a worse answer. Names of trl.DPOConfig and trl.experimental.orpo.
import { defineSetting } from '../../ground/settings/setting.ts';

const same = (text: string) => ({ en: text, zh: text });

export const preferenceSettings = {
  'train.objective': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'sft', label: same('SFT') },
        { value: 'dpo', label: same('DPO') },
        { value: 'orpo', label: same('ORPO') },
      ],
    },
    default: 'sft',
    section: 'training',
    advanced: true,
    label: { en: 'objective', zh: '目标' },
    help: {
      en: 'SFT learns rows as they are. DPO and ORPO learn from pairs (prompt, chosen, rejected): DPO moves away from the base as little as beta allows, with the same base without adapter as its reference; ORPO adds the odds of the pair to SFT and needs no reference. Both as TRL 1.16 has them.',
      zh: 'SFT 直接学习各行。DPO 与 ORPO 从成对数据（prompt、chosen、rejected）学习：DPO 在 beta 允许的范围内偏离底座，以不带适配器的同一底座为参考；ORPO 在 SFT 上加上成对的几率比，不需要参考。二者与 TRL 1.16 一致。',
    },
    python: { statement: 'SFTTrainer / DPOTrainer / ORPOTrainer' },
  }),
  'train.beta': defineSetting({
    type: { kind: 'number', min: 0.001, max: 10, scale: 'log' },
    default: 0.1,
    section: 'training',
    advanced: true,
    label: same('beta'),
    help: {
      en: 'DPO: how strongly the reference holds. ORPO: weight of the pair beside the likelihood. Usual: 0.1.',
      zh: 'DPO：参考模型的约束强度。ORPO：成对项相对似然的权重。常用 0.1。',
    },
    python: { call: ['DPOConfig', 'ORPOConfig'], argument: 'beta' },
  }),
  'train.dpo_loss_type': defineSetting({
    type: {
      kind: 'choice',
      options: [
        { value: 'sigmoid', label: same('sigmoid') },
        { value: 'hinge', label: same('hinge') },
        { value: 'ipo', label: same('ipo') },
      ],
    },
    default: 'sigmoid',
    section: 'training',
    advanced: true,
    label: same('loss_type (DPO)'),
    help: {
      en: 'sigmoid: the DPO paper’s. hinge: a margin of 1. ipo: a target for the margin a token, which does not run away on easy pairs.',
      zh: 'sigmoid：DPO 论文的损失。hinge：间隔为 1。ipo：为每个词元的间隔设定目标，在容易的样本上不会失控。',
    },
    python: { call: 'DPOConfig', argument: 'loss_type' },
  }),
} as const;
