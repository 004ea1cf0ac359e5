# torch==2.5.1 transformers==4.46.3 peft==0.13.2
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


class LoraFinetuner:
    def __init__(self, name, gradient_checkpointing=False, **lora_kwargs):
        self.gc = gradient_checkpointing
        self.model = AutoModelForCausalLM.from_pretrained(name, torch_dtype=torch.bfloat16)
        self.lora_kwargs = {"r": 8, "target_modules": ["q_proj", "v_proj"], **lora_kwargs}

    def attach(self):
        self.model = get_peft_model(self.model, LoraConfig(**self.lora_kwargs))
        return self

    def speed_up(self):
        if self.gc:
            self.model.gradient_checkpointing_enable()
        return self

    def fit(self, data):
        trainer = Trainer(model=self.model, args=TrainingArguments("o", bf16=True), train_dataset=data)
        return trainer.train()


LoraFinetuner("Qwen/Qwen2.5-0.5B", gradient_checkpointing=True, lora_alpha=32).attach().speed_up().fit(train_dataset)
