# New special tokens, so embeddings and head are trained too. trl 0.20.0, peft 0.17.1
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

NEW = ["<tool>", "</tool>", "<result>", "</result>"]
tok = AutoTokenizer.from_pretrained("meta-llama/Llama-3.2-1B")
added = tok.add_special_tokens({"additional_special_tokens": NEW, "pad_token": "<|pad|>"})
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", torch_dtype=torch.bfloat16)
model.resize_token_embeddings(len(tok), mean_resizing=False)
print("added", added, "rows", model.get_input_embeddings().weight.shape)

model = get_peft_model(
    model,
    LoraConfig(r=16, lora_alpha=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], modules_to_save=["embed_tokens", "lm_head"], task_type="CAUSAL_LM"),
)
rows = [{"text": f"<tool>add({i},{i})</tool><result>{2 * i}</result>"} for i in range(32)]
trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="tools", per_device_train_batch_size=4, max_steps=30, learning_rate=2e-4, max_length=64, report_to="none"),
    train_dataset=Dataset.from_list(rows),
    processing_class=tok,
)
trainer.train()
