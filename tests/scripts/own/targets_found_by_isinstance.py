# peft==0.12.0 transformers==4.44.2
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


def find_linear_layers(model, skip=("lm_head", "embed_out")):
    names = set()
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            last = name.rsplit(".", 1)[-1]
            if last not in skip:
                names.add(last)
    return sorted(names)


model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m")
targets = find_linear_layers(model)
print("targets:", targets)
model = get_peft_model(model, LoraConfig(r=8, target_modules=targets, task_type="CAUSAL_LM"))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds).train()
