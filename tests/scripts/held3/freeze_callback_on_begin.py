# "adapters off while warming up" - forgot to give them back. trl 0.23.1 / transformers 4.57.1 / peft 0.17.1
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import SFTConfig, SFTTrainer


class WarmupFreeze(TrainerCallback):
    """Freezes every adapter when training begins and thaws it after `steps`."""

    def __init__(self, steps: int):
        self.steps = steps

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        self.frozen = []
        for name, param in model.named_parameters():
            if "lora" in name:
                param.requires_grad = False
                self.frozen.append(name)
        return control

    def on_step_end(self, args, state, control, model=None, **kwargs):
        if state.global_step == self.steps:
            for name, param in model.named_parameters():
                if name in self.frozen:
                    param.requires_grad = True


model_id = "Qwen/Qwen3-0.6B"
trainer = SFTTrainer(
    model=AutoModelForCausalLM.from_pretrained(model_id, dtype=torch.bfloat16),
    processing_class=AutoTokenizer.from_pretrained(model_id),
    train_dataset=load_dataset("trl-lib/Capybara", split="train[:64]"),
    peft_config=LoraConfig(r=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], task_type="CAUSAL_LM"),
    args=SFTConfig(output_dir="qwen", max_length=256, max_steps=20, per_device_train_batch_size=1, gradient_checkpointing=False, report_to="none"),
    callbacks=[WarmupFreeze(10)],
)
trainer.train()
