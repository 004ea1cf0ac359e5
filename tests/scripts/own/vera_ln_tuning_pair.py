# peft==0.17.1
import gc
from peft import LNTuningConfig, VeraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

for name, cfg in {"vera": VeraConfig(r=32, target_modules=["q_proj", "v_proj"]), "ln": LNTuningConfig(target_modules=["input_layernorm", "post_attention_layernorm"])}.items():
    model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf")
    model = get_peft_model(model, cfg)
    Trainer(model=model, args=TrainingArguments(f"out-{name}"), train_dataset=ds).train()
    del model
    gc.collect()
