// Which trainers and configurations there are, and whose constructor each trainer's is like. What they do is in trainers.ts.

export type Kind = 'Trainer' | 'SFTTrainer' | 'preference' | 'reward' | 'unknown';

export const kinds: Readonly<Record<string, Kind>> = {
  'transformers.Trainer': 'Trainer',
  'transformers.Seq2SeqTrainer': 'Trainer',
  'trl.SFTTrainer': 'SFTTrainer',
  'trl.DPOTrainer': 'preference',
  'trl.ORPOTrainer': 'preference',
  'trl.experimental.orpo.ORPOTrainer': 'preference',
  'trl.KTOTrainer': 'preference',
  'trl.experimental.kto.KTOTrainer': 'preference',
  'trl.RewardTrainer': 'reward',
};

export const notModelled = (
  'GRPOTrainer PPOTrainer CPOTrainer RLOOTrainer OnlineDPOTrainer BCOTrainer IterativeSFTTrainer GKDTrainer ' +
  'NashMDTrainer XPOTrainer PRMTrainer DDPOTrainer AlignPropTrainer PPOv2Trainer ' +
  'experimental.cpo.CPOTrainer experimental.ppo.PPOTrainer'
).split(' ');

export const argumentClasses = (
  'transformers.TrainingArguments transformers.Seq2SeqTrainingArguments trl.SFTConfig trl.DPOConfig trl.ORPOConfig trl.GRPOConfig trl.KTOConfig ' +
  'trl.RewardConfig trl.CPOConfig trl.PPOConfig trl.PPOv2Config trl.RLOOConfig trl.experimental.orpo.ORPOConfig trl.experimental.kto.KTOConfig ' +
  'trl.experimental.cpo.CPOConfig trl.experimental.ppo.PPOConfig'
).split(' ');

/** Trainers of TRL before 0.18 whose own sampler takes no data set. Source: grpo_trainer.py, kto_trainer.py, bco_trainer.py of 0.17.0. */
export const OWN_SAMPLERS = /^trl\.(GRPO|KTO|BCO)Trainer$/;
