// The script of the journeys: quantised, adapted by get_peft_model, reentrant checkpoints, no prepare_model_for_kbit_training.

export const elementZero = 'element 0 of tensors does not require grad and does not have a grad_fn';

export const failing = `import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

bnb = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-2-7b-hf", quantization_config=bnb)
model = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
args = SFTConfig(
    output_dir="out",
    gradient_checkpointing=True,
    gradient_checkpointing_kwargs={"use_reentrant": True},
    max_steps=2,
    per_device_train_batch_size=1,
)
trainer = SFTTrainer(model=model, args=args, train_dataset=load_dataset("json", data_files="rows.jsonl")["train"])
trainer.train()
`;
