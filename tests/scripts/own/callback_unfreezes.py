# trl==0.19.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainerCallback, TrainingArguments


class FreezeBelow(TrainerCallback):
    def __init__(self, layer):
        self.layer = layer

    def on_train_begin(self, args, state, control, model=None, **kwargs):
        for name, p in model.named_parameters():
            if "lora_" in name:
                number = int(name.split("layers.")[1].split(".")[0])
                p.requires_grad = number >= self.layer


model = get_peft_model(AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B"), LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
Trainer(model=model, args=TrainingArguments("o"), train_dataset=ds, callbacks=[FreezeBelow(12)]).train()
