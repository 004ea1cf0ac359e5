# current TRL, conversational rows, adapter config given, kernels off
import torch
from datasets import load_dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

dataset = load_dataset("trl-lib/Capybara", split="train")
trainer = SFTTrainer(
    model="Qwen/Qwen3-0.6B",
    args=SFTConfig(
        output_dir="Qwen3-0.6B-SFT",
        model_init_kwargs={"dtype": torch.bfloat16},
        learning_rate=1e-4,
        max_length=512,
        packing=False,
        gradient_checkpointing_kwargs={"use_reentrant": True},
        chat_template_path=None,
        eos_token="<|im_end|>",
    ),
    train_dataset=dataset,
    peft_config=LoraConfig(r=32, lora_alpha=16, target_modules="all-linear", modules_to_save=None),
)
trainer.train()
