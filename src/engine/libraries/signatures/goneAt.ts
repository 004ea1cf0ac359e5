// Arguments that a release announces the end of, for the releases between two that were dumped: the nearest dump still has them.
// Source: TRL 0.12.2 trainer/sft_trainer.py and dpo_trainer.py, _deprecate_arguments(version="0.13.0", deprecated_args=[…]).
import { compareVersions } from '../version.ts';

interface Gone {
  readonly from: string;
  readonly names: readonly string[];
}

const trl: Readonly<Record<string, Gone>> = {
  'trl.SFTTrainer': {
    from: '0.13.0',
    names:
      'dataset_text_field packing max_seq_length dataset_num_proc dataset_batch_size neftune_noise_alpha model_init_kwargs dataset_kwargs eval_packing num_of_sequences chars_per_token'.split(
        ' ',
      ),
  },
  'trl.DPOTrainer': {
    from: '0.13.0',
    names:
      'beta label_smoothing loss_type label_pad_token_id padding_value truncation_mode max_length max_prompt_length max_target_length is_encoder_decoder disable_dropout generate_during_eval precompute_ref_log_probs dataset_num_proc model_init_kwargs ref_model_init_kwargs model_adapter_name ref_adapter_name reference_free force_use_ref_model'.split(
        ' ',
      ),
  },
};

/** Names of the arguments of a call that this release of TRL no longer takes. */
export function goneAt(name: string, trlVersion: string): readonly string[] {
  const gone = trl[name];
  return gone && compareVersions(trlVersion, gone.from) >= 0 ? gone.names : [];
}
