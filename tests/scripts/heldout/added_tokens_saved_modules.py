# New tokens: resize, then train embedding and head in full beside LoRA
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

model_id = "TinyLlama/TinyLlama-1.1B-Chat-v1.0"
tokenizer = AutoTokenizer.from_pretrained(model_id)
model = AutoModelForCausalLM.from_pretrained(model_id, torch_dtype=torch.bfloat16)
added = tokenizer.add_special_tokens({"additional_special_tokens": ["<tool>", "</tool>"]})
print("added", added)
model.resize_token_embeddings(len(tokenizer))
peft_config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["q_proj", "k_proj", "v_proj", "o_proj"],
    modules_to_save=["embed_tokens", "lm_head"],
    task_type="CAUSAL_LM",
)
args = SFTConfig("tool-llama", max_length=256, per_device_train_batch_size=1, max_steps=10, bf16=True, gradient_checkpointing=True, report_to="none")
trainer = SFTTrainer(model, args=args, train_dataset=load_dataset("HuggingFaceH4/no_robots", split="train"), processing_class=tokenizer, peft_config=peft_config)
trainer.train()
trainer.model.merge_and_unload().save_pretrained("merged")
