# trl 0.19.1
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


class MyTrainer(Trainer):
    @torch.no_grad()
    def compute_loss(self, model, inputs, *args, **kwargs):
        return super().compute_loss(model, inputs, *args, **kwargs)


model = get_peft_model(AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-160m"), LoraConfig(r=8))
MyTrainer(model=model, args=TrainingArguments("out"), train_dataset=train_ds).train()
