# trl==0.17.0
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import ORPOConfig, ORPOTrainer

model_id = "HuggingFaceTB/SmolLM2-135M-Instruct"
model = AutoModelForCausalLM.from_pretrained(model_id)
tokenizer = AutoTokenizer.from_pretrained(model_id)
tokenizer.pad_token = tokenizer.eos_token
orpo_args = ORPOConfig(output_dir="orpo", learning_rate=8e-6, beta=0.1, lr_scheduler_type="linear", max_length=512, max_prompt_length=256, per_device_train_batch_size=2, report_to="wandb")
trainer = ORPOTrainer(model=model, args=orpo_args, train_dataset=load_dataset("mlabonne/orpo-dpo-mix-40k", split="train"), processing_class=tokenizer,
                      peft_config=LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM", target_modules=["up_proj", "down_proj", "gate_proj", "k_proj", "q_proj", "v_proj", "o_proj"]))
trainer.train()
trainer.save_model("orpo")
