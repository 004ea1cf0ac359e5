# peft==0.13.2 transformers==4.46.3
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

NAME = "HuggingFaceTB/SmolLM2-135M"
OUT = "stage-1"
args = TrainingArguments(output_dir="tmp", per_device_train_batch_size=2, report_to="none")

model = get_peft_model(AutoModelForCausalLM.from_pretrained(NAME), LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
Trainer(model=model, args=args, train_dataset=stage1_ds).train()
model.save_pretrained(OUT)

# stage 2 continues from stage 1
model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(NAME), OUT)
Trainer(model=model, args=args, train_dataset=stage2_ds).train()
