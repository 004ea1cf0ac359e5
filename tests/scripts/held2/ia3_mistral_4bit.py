# (IA)^3 over NF4; trl 0.17, transformers 4.57.1, peft 0.17.1
import torch
from datasets import load_dataset
from peft import IA3Config, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

model_id = "mistralai/Mistral-7B-v0.1"
bnb_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16)
tokenizer = AutoTokenizer.from_pretrained(model_id)
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=bnb_config, device_map="auto")
model = prepare_model_for_kbit_training(model)
ia3 = IA3Config(target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"], task_type="CAUSAL_LM")
model = get_peft_model(model, ia3)
model.print_trainable_parameters()
train = load_dataset("timdettmers/openassistant-guanaco", split="train")
trainer = SFTTrainer(
    model=model,
    processing_class=tokenizer,
    train_dataset=train,
    args=SFTConfig(output_dir="ia3", per_device_train_batch_size=2, gradient_accumulation_steps=4, learning_rate=8e-3, max_steps=100, gradient_checkpointing=True, bf16=True, report_to="none"),
)
trainer.train()
trainer.save_model("ia3/last")
