# pip install -q trl==0.22.2
from datasets import load_dataset
from peft import AutoPeftModelForCausalLM, LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline
from trl import SFTConfig, SFTTrainer

base = "HuggingFaceTB/SmolLM2-135M-Instruct"
tok = AutoTokenizer.from_pretrained(base)
ds = load_dataset("HuggingFaceH4/no_robots")
trainer = SFTTrainer(
    model=AutoModelForCausalLM.from_pretrained(base),
    args=SFTConfig(output_dir="smol", eval_strategy="steps", eval_steps=50, per_device_eval_batch_size=2, report_to="none"),
    train_dataset=ds["train"], eval_dataset=ds["test"].select(range(4)), processing_class=tok,
    peft_config=LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"),
)
trainer.train()
print(trainer.evaluate())
trainer.save_model("smol-lora")

model = AutoPeftModelForCausalLM.from_pretrained("smol-lora").merge_and_unload()
pipe = pipeline("text-generation", model=model, tokenizer=tok)
print(pipe("Hello", max_new_tokens=8)[0]["generated_text"])
