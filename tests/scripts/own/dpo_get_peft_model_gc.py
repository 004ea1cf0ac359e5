# pip install trl==0.15.2 peft==0.14.0 transformers==4.49.0
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

name = "Qwen/Qwen2.5-0.5B-Instruct"
model = AutoModelForCausalLM.from_pretrained(name)
model = get_peft_model(model, LoraConfig(r=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
tokenizer = AutoTokenizer.from_pretrained(name)
args = DPOConfig(output_dir="dpo", gradient_checkpointing=True, per_device_train_batch_size=1, max_length=512)
trainer = DPOTrainer(model=model, args=args, train_dataset=load_dataset("trl-lib/ultrafeedback_binarized", split="train"), processing_class=tokenizer)
trainer.train()
