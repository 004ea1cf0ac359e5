# transformers==4.42.4, peft==0.11.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments


def require_grad(module, inp, out):
    out.requires_grad_(True)


model = AutoModelForCausalLM.from_pretrained("facebook/opt-1.3b")
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
handle = model.get_input_embeddings().register_forward_hook(require_grad)
trainer = Trainer(model=model, args=TrainingArguments("out", gradient_checkpointing=True), train_dataset=data)
trainer.train()
handle.remove()
