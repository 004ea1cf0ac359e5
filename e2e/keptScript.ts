// A script that trains and that no settings say: it freezes what its adapters have in layer 0, by a loop over the names.

export const kept = `from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
model = get_peft_model(model, LoraConfig(r=4, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
for name, parameter in model.named_parameters():
    if "layers.0." in name:
        parameter.requires_grad = False
args = SFTConfig(output_dir="out", max_steps=2, per_device_train_batch_size=1, gradient_checkpointing=False)
trainer = SFTTrainer(model=model, args=args, train_dataset=load_dataset("json", data_files="rows.jsonl")["train"])
trainer.train()
`;
