# transformers==4.44.2
# peft==0.12.0
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments
from peft import LoraConfig, get_peft_model

overrides = {"gradient_checkpointing": True, "gradient_checkpointing_kwargs": {"use_reentrant": False}, "learning_rate": 5e-5}
args = TrainingArguments(output_dir="out")
for key, value in overrides.items():
    assert hasattr(args, key), key
    setattr(args, key, value)
model = get_peft_model(AutoModelForCausalLM.from_pretrained("bigcode/starcoder2-3b"), LoraConfig(target_modules=["q_proj", "v_proj", "c_fc"]))
Trainer(model, args, train_dataset=train_dataset).train()
