# stage one with Trainer, adapter saved and reloaded as trainable, stage two
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

MODEL, OUT = "meta-llama/Llama-3.2-1B", "stage1"


def build():
    return AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16)


def stage(model, name, **kw):
    args = TrainingArguments(name, per_device_train_batch_size=1, max_steps=2, bf16=True, gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False}, **kw)
    trainer = Trainer(model=model, args=args, train_dataset=train_dataset)
    trainer.train()
    trainer.save_model(name)
    return trainer.model


first = stage(get_peft_model(build(), LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")), OUT, learning_rate=2e-4)
del first
torch.cuda.empty_cache()
second = PeftModel.from_pretrained(build(), OUT, is_trainable=True)
second.print_trainable_parameters()
stage(second, "stage2", learning_rate=5e-5)
