// What each peft_type of PEFT is, in a few words, and the class of its configuration: for adapters that nobody here acts out. Which are acted
// out, the list of methods says (adapters/methods.ts).

import type { Text } from '../../ground/text.ts';
import { text } from '../../ground/text.ts';

export interface PeftType {
  readonly config: string;
  readonly says: Text;
}

const type = (config: string, en: string, zh: string): PeftType => ({ config, says: text(en, zh) });

export const peftTypes: Readonly<Record<string, PeftType>> = {
  LORA: type('LoraConfig', 'LoRA: two trained factors beside a weight', 'LoRA：权重旁的两个可训练因子'),
  IA3: type('IA3Config', 'IA3: trained scales of inputs and outputs', 'IA3：输入输出的可训练缩放'),
  VERA: type(
    'VeraConfig',
    'VeRA: trained vectors over shared random factors',
    'VeRA：共享随机因子上的可训练向量',
  ),
  LN_TUNING: type('LNTuningConfig', 'LN tuning: the norms are trained', 'LN 微调：训练归一化层'),
  ADALORA: type(
    'AdaLoraConfig',
    'AdaLoRA: factors with singular values, whose rank is cut while training',
    'AdaLoRA：带奇异值的因子，训练中裁剪秩',
  ),
  LOHA: type(
    'LoHaConfig',
    'LoHa: the elementwise product of two low-rank products',
    'LoHa：两个低秩乘积的逐元素积',
  ),
  LOKR: type('LoKrConfig', 'LoKr: a Kronecker product of small matrices', 'LoKr：小矩阵的克罗内克积'),
  PROMPT_TUNING: type(
    'PromptTuningConfig',
    'prompt tuning: trained vectors before the input; no module is wrapped',
    '提示微调：输入前的可训练向量；不包装任何模块',
  ),
  PREFIX_TUNING: type(
    'PrefixTuningConfig',
    'prefix tuning: trained keys and values before those of every layer; no module is wrapped',
    '前缀微调：每层键值之前的可训练键值；不包装任何模块',
  ),
  P_TUNING: type(
    'PromptEncoderConfig',
    'P-tuning: prompt vectors from a small trained encoder',
    'P-tuning：由小型可训练编码器给出的提示向量',
  ),
  MULTITASK_PROMPT_TUNING: type(
    'MultitaskPromptTuningConfig',
    'multitask prompt tuning: one prompt for all tasks, scaled for each',
    '多任务提示微调：所有任务共享一个提示，各自缩放',
  ),
  CPT: type('CPTConfig', 'CPT: context-aware prompt tuning', 'CPT：上下文感知提示微调'),
  CARTRIDGE: type(
    'CartridgeConfig',
    'Cartridge: a trained cache of keys and values before the input',
    'Cartridge：输入之前的可训练键值缓存',
  ),
  ADAPTION_PROMPT: type(
    'AdaptionPromptConfig',
    'LLaMA-Adapter: trained prompts behind a gate in the upper layers',
    'LLaMA-Adapter：上层中带门控的可训练提示',
  ),
  OFT: type(
    'OFTConfig',
    'OFT: weights turned by trained orthogonal matrices',
    'OFT：由可训练正交矩阵旋转的权重',
  ),
  BOFT: type('BOFTConfig', 'BOFT: OFT in butterfly factors', 'BOFT：蝶形因子的 OFT'),
  HRA: type(
    'HRAConfig',
    'HRA: weights behind trained Householder reflections',
    'HRA：经可训练豪斯霍尔德反射的权重',
  ),
  PSOFT: type(
    'PsoftConfig',
    'PSOFT: a trained rotation between two frozen factors',
    'PSOFT：两个冻结因子之间的可训练旋转',
  ),
  FOURIERFT: type(
    'FourierFTConfig',
    'FourierFT: the change of a weight as a few trained frequencies',
    'FourierFT：以少量可训练频率表示权重的变化',
  ),
  WAVEFT: type(
    'WaveFTConfig',
    'WaveFT: the change of a weight as trained wavelet coefficients',
    'WaveFT：以可训练小波系数表示权重的变化',
  ),
  VBLORA: type(
    'VBLoRAConfig',
    'VB-LoRA: the factors’ vectors mixed from one shared bank',
    'VB-LoRA：因子的向量由一个共享向量库混合而成',
  ),
  UNILORA: type(
    'UniLoraConfig',
    'Uni-LoRA: all factors from one trained vector',
    'Uni-LoRA：所有因子来自一个可训练向量',
  ),
  TINYLORA: type(
    'TinyLoraConfig',
    'TinyLoRA: a tiny trained vector through fixed random tensors',
    'TinyLoRA：经固定随机张量展开的极小可训练向量',
  ),
  PVERA: type(
    'PveraConfig',
    'PVeRA: VeRA with vectors drawn from a trained distribution',
    'PVeRA：向量取自可训练分布的 VeRA',
  ),
  BONE: type('BoneConfig', 'Bone: one block of numbers shared along a weight', 'Bone：沿权重共享的一块数'),
  MISS: type('MissConfig', 'MiSS: shards of a weight that share one matrix', 'MiSS：权重分片共享一个矩阵'),
  RANDLORA: type(
    'RandLoraConfig',
    'RandLora: trained scales over frozen random bases of full rank',
    'RandLora：冻结满秩随机基上的可训练缩放',
  ),
  TRAINABLE_TOKENS: type(
    'TrainableTokensConfig',
    'trainable tokens: some rows of the embedding and nothing else',
    '可训练词元：只训练嵌入的若干行',
  ),
  SHIRA: type(
    'ShiraConfig',
    'SHiRA: a sparse part of each weight is trained',
    'SHiRA：训练每个权重的稀疏部分',
  ),
  SUPERTUNING: type(
    'SupertuningConfig',
    'Super-Tuning: a few entries of each weight are trained',
    'Super-Tuning：只训练每个权重的少数元素',
  ),
  C3A: type('C3AConfig', 'C3A: circular convolutions in blocks', 'C3A：分块循环卷积'),
  XLORA: type(
    'XLoraConfig',
    'X-LoRA: a trained gate over several LoRA adapters',
    'X-LoRA：多个 LoRA 适配器上的可训练门控',
  ),
  POLY: type('PolyConfig', 'Poly: several LoRA skills mixed by task', 'Poly：按任务混合的多个 LoRA 技能'),
  ROAD: type('RoadConfig', 'RoAd: trained rotations of pairs of outputs', 'RoAd：成对输出的可训练旋转'),
  DELORA: type(
    'DeloraConfig',
    'DeLoRA: LoRA with its strength apart from its direction',
    'DeLoRA：强度与方向分离的 LoRA',
  ),
  OSF: type(
    'OSFConfig',
    'OSF: the lower part of a weight’s spectrum is trained',
    'OSF：训练权重谱的低位部分',
  ),
  GRALORA: type(
    'GraloraConfig',
    'GraLoRA: LoRA in blocks of each weight',
    'GraLoRA：在每个权重的分块中做 LoRA',
  ),
  GLORA: type(
    'GloraConfig',
    'GLoRA: weight and bias scaled and shifted by trained matrices',
    'GLoRA：用可训练矩阵缩放和平移权重与偏置',
  ),
  HIRA: type(
    'HiraConfig',
    'HiRA: a low-rank product times the weight, element by element',
    'HiRA：低秩乘积与权重逐元素相乘',
  ),
  LILY: type('LilyConfig', 'Lily: low-rank factors shared across layers', 'Lily：跨层共享的低秩因子'),
  ADAMSS: type(
    'AdamssConfig',
    'AdaMSS: trained subspaces of a decomposed weight',
    'AdaMSS：分解后权重的可训练子空间',
  ),
  BEFT: type('BeftConfig', 'BEFT: trained biases of the value projections', 'BEFT：value 投影的可训练偏置'),
  FROD: type(
    'FrodConfig',
    'FRoD: an update of full rank from a shared rotation',
    'FRoD：由共享旋转得到的满秩更新',
  ),
  PEANUT: type(
    'PeanutConfig',
    'PEANuT: a small network that reads the weight makes its change',
    'PEANuT：由读取权重的小网络给出其变化',
  ),
  SHADOW: type(
    'ShadowConfig',
    'ShadowPEFT: a small network that runs beside the layers',
    'ShadowPEFT：与各层并行的小网络',
  ),
  DEFT: type(
    'DeftConfig',
    'DEFT: a subspace of the weight is replaced by a trained one',
    'DEFT：权重的一个子空间由可训练的子空间替换',
  ),
};
