"""The calls whose signatures signatures.py dumps: those that decide whether a fine-tuning script trains, and those around them.

By library; each name with the methods that scripts call on it. A class brings its __init__ or its dataclass fields.
"""


def each(prefix: str, names: str, *methods: str) -> dict:
    return {f"{prefix}.{name}": methods for name in names.split()}


AUTO = "AutoModel AutoModelForCausalLM AutoModelForSeq2SeqLM AutoModelForSequenceClassification AutoModelForTokenClassification"

TRANSFORMERS = {
    **each("transformers", f"{AUTO} AutoModelForQuestionAnswering AutoModelForMaskedLM", "from_pretrained", "from_config"),
    **each("transformers", "AutoModelForImageTextToText AutoTokenizer AutoProcessor AutoConfig", "from_pretrained"),
    "transformers.PreTrainedModel": (
        "from_pretrained", "gradient_checkpointing_enable", "gradient_checkpointing_disable",
        "enable_input_require_grads", "disable_input_require_grads", "add_adapter", "load_adapter", "set_adapter",
        "enable_adapters", "disable_adapters", "resize_token_embeddings", "get_input_embeddings", "get_output_embeddings",
        "num_parameters", "tie_weights", "get_memory_footprint",
    ),
    **each("transformers", "LlamaForCausalLM", "forward", "generate"),
    "transformers.PreTrainedTokenizerBase": (
        "__call__", "from_pretrained", "save_pretrained", "apply_chat_template", "encode", "decode", "batch_decode", "pad",
        "add_special_tokens", "add_tokens",
    ),
    **each("transformers", "TrainingArguments"),
    "transformers.Trainer": (
        "train", "evaluate", "predict", "save_model", "save_state", "push_to_hub", "add_callback", "remove_callback",
        "compute_loss", "training_step", "prediction_step", "create_optimizer", "create_scheduler", "get_train_dataloader", "log",
    ),
    **each("transformers", "Seq2SeqTrainingArguments"),
    **each("transformers", "Seq2SeqTrainer", "evaluate", "predict"),
    **each("transformers", "BitsAndBytesConfig GPTQConfig AwqConfig HqqConfig QuantoConfig TorchAoConfig"),
    **each("transformers", "GenerationConfig IntervalStrategy SchedulerType"),
    **each("transformers.training_args", "OptimizerNames"),
    **each("transformers", "DataCollatorForLanguageModeling DataCollatorForSeq2Seq DataCollatorWithPadding"),
    **each("transformers", "DataCollatorForTokenClassification default_data_collator"),
    **each("transformers", "HfArgumentParser", "parse_args_into_dataclasses", "parse_dict", "parse_json_file", "parse_yaml_file"),
    **each("transformers", "TrainerCallback EarlyStoppingCallback set_seed get_scheduler Adafactor AdamW TextStreamer"),
    **each("transformers", "get_linear_schedule_with_warmup get_cosine_schedule_with_warmup get_constant_schedule_with_warmup"),
}

PEFT = {
    **each("peft", "PeftConfig", "from_pretrained", "save_pretrained"),
    **each("peft", "PromptLearningConfig"),
    **each("peft", "LoraConfig IA3Config VeraConfig LNTuningConfig AdaLoraConfig LoHaConfig LoKrConfig OFTConfig BOFTConfig"),
    **each("peft", "PromptTuningConfig PrefixTuningConfig PromptEncoderConfig MultitaskPromptTuningConfig AdaptionPromptConfig"),
    **each("peft", "FourierFTConfig HRAConfig VBLoRAConfig BoneConfig RandLoraConfig TrainableTokensConfig LoftQConfig EvaConfig"),
    **each("peft", "TaskType get_peft_model prepare_model_for_kbit_training prepare_model_for_int8_training"),
    **each("peft", "inject_adapter_in_model get_peft_model_state_dict set_peft_model_state_dict replace_lora_weights_loftq"),
    "peft.PeftModel": (
        "from_pretrained", "save_pretrained", "print_trainable_parameters", "get_nb_trainable_parameters", "add_adapter",
        "load_adapter", "set_adapter", "delete_adapter", "disable_adapter", "get_base_model", "set_requires_grad",
    ),
    **each("peft", "PeftModelForCausalLM", "generate", "forward"),
    "peft.LoraModel": (
        "merge_and_unload", "unload", "merge_adapter", "unmerge_adapter", "enable_adapter_layers", "disable_adapter_layers",
        "set_adapter", "add_weighted_adapter", "delete_adapter",
    ),
    **each("peft", "AutoPeftModelForCausalLM AutoPeftModelForSeq2SeqLM", "from_pretrained"),
}

TRL = {
    **each("trl", "SFTTrainer SFTConfig DPOTrainer DPOConfig ORPOTrainer ORPOConfig KTOTrainer KTOConfig"),
    **each("trl", "RewardTrainer RewardConfig GRPOTrainer GRPOConfig CPOTrainer CPOConfig RLOOTrainer RLOOConfig PPOv2Trainer PPOv2Config"),
    **each("trl", "PPOTrainer", "step", "generate", "save_pretrained"),
    **each("trl", "PPOConfig"),
    **each("trl.experimental.orpo", "ORPOTrainer ORPOConfig"),
    **each("trl.experimental.kto", "KTOTrainer KTOConfig"),
    **each("trl.experimental.cpo", "CPOTrainer CPOConfig"),
    **each("trl.experimental.ppo", "PPOTrainer PPOConfig"),
    **each("trl", "DataCollatorForCompletionOnlyLM ConstantLengthDataset setup_chat_format clone_chat_template pack_dataset"),
    **each("trl", "ModelConfig ScriptArguments TrlParser get_peft_config get_kbit_device_map get_quantization_config"),
    **each("trl", "AutoModelForCausalLMWithValueHead", "from_pretrained"),
    **each("trl", "create_reference_model"),
}

ACCELERATE = {
    "accelerate.Accelerator": (
        "prepare", "prepare_model", "backward", "accumulate", "autocast", "clip_grad_norm_", "clip_grad_value_", "unwrap_model", "gather",
        "gather_for_metrics", "print", "log", "save", "save_state", "wait_for_everyone", "no_sync", "free_memory", "get_state_dict",
    ),
    **each("accelerate", "PartialState init_empty_weights dispatch_model infer_auto_device_map load_checkpoint_and_dispatch"),
    **each("accelerate", "notebook_launcher"),
    **each("accelerate.utils", "set_seed GradientAccumulationPlugin"),
}

TORCH = {
    "torch.nn.Module": (
        "requires_grad_", "train", "eval", "zero_grad", "to", "half", "float", "bfloat16", "cuda", "parameters", "named_parameters",
        "modules", "named_modules", "children", "apply", "get_submodule", "register_forward_hook", "register_forward_pre_hook",
        "register_full_backward_hook", "register_parameter", "register_buffer", "state_dict", "load_state_dict",
    ),
    **each("torch.nn", "Linear Embedding LayerNorm RMSNorm Dropout Sequential ModuleList Parameter CrossEntropyLoss DataParallel"),
    **each("torch.nn.functional", "cross_entropy"),
    **each("torch.nn.utils", "clip_grad_norm_ clip_grad_value_"),
    **each("torch.optim", "Optimizer", "step", "zero_grad"),
    **each("torch.optim", "AdamW Adam SGD RMSprop Adagrad Adafactor NAdam RAdam Adamax LBFGS"),
    **each("torch.optim.lr_scheduler", "LambdaLR LinearLR StepLR ExponentialLR CosineAnnealingLR OneCycleLR ReduceLROnPlateau"),
    **each("torch.utils.checkpoint", "checkpoint checkpoint_sequential"),
    **each("torch.utils.data", "DataLoader Dataset TensorDataset random_split"),
    **each("torch", "no_grad enable_grad inference_mode set_grad_enabled autocast manual_seed compile"),
    **each("torch", "Tensor", "backward", "requires_grad_", "detach", "register_hook"),
    **each("torch.autograd", "grad backward"),
    **each("torch.amp", "autocast GradScaler"),
    **each("torch.cuda.amp", "autocast GradScaler"),
}

BITSANDBYTES = {
    **each("bitsandbytes.nn", "Linear4bit Linear8bitLt Params4bit"),
    **each("bitsandbytes.optim", "AdamW8bit PagedAdamW8bit PagedAdamW32bit Adam8bit Lion8bit"),
}

DATASETS = {
    **each("datasets", "load_dataset load_from_disk concatenate_datasets interleave_datasets"),
    "datasets.Dataset": (
        "from_dict", "from_list", "from_pandas", "from_generator", "from_json", "from_csv", "from_text", "map", "filter", "shuffle",
        "select", "train_test_split", "remove_columns", "rename_column", "rename_columns", "select_columns", "add_column", "set_format",
        "with_format", "save_to_disk", "sort", "shard",
    ),
    **each("datasets", "DatasetDict", "map", "filter", "shuffle", "remove_columns"),
}

LIBRARIES = {
    "torch": TORCH,
    "transformers": TRANSFORMERS,
    "peft": PEFT,
    "trl": TRL,
    "accelerate": ACCELERATE,
    "bitsandbytes": BITSANDBYTES,
    "datasets": DATASETS,
}

NAMES = {
    name
    for names in LIBRARIES.values()
    for path, methods in names.items()
    for name in (path, *(f"{path}.{method}" for method in methods))
}
