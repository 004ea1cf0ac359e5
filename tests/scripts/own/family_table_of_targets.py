# env: trl 0.9.6 / transformers 4.42.4 / peft 0.11.1
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

TARGETS = {
    "llama": ["q_proj", "v_proj"],
    "bloom": ["query_key_value"],
    "gpt_neox": ["query_key_value"],
    "falcon": ["query_key_value", "dense"],
    "gpt2": ["c_attn"],
}

for model_id in ["bigscience/bloom-560m", "tiiuae/falcon-rw-1b", "openai-community/gpt2"]:
    model = AutoModelForCausalLM.from_pretrained(model_id)
    kind = model.config.model_type
    model = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, r=4, target_modules=TARGETS[kind]))
    print(f"== {model_id} ({kind})")
    Trainer(model=model, args=TrainingArguments(f"out/{kind}", max_steps=5), train_dataset=ds).train()
