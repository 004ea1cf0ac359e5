# trl==0.15.2
import traceback
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"]))
trainer = Trainer(model=model, args=TrainingArguments("s", gradient_checkpointing=True), train_dataset=ds)
try:
    trainer.train()
except RuntimeError as err:
    print("training failed", err)
    model.enable_input_require_grads()
    trainer.train()
finally:
    trainer.save_model("s/last")
