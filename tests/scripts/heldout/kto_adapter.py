# KTO with a LoRA; trl 0.17
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer

model = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
trainer = KTOTrainer(
    model=model,
    args=KTOConfig(output_dir="kto", per_device_train_batch_size=2, max_steps=10),
    train_dataset=load_dataset("trl-lib/kto-mix-14k", split="train"),
    processing_class=tokenizer,
    peft_config=LoraConfig(r=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"),
)
trainer.train()
