# pip install transformers==4.41.2 peft==0.10.0 trl==0.8.6 bitsandbytes accelerate
import torch
import transformers
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

MODEL_NAME = "tiiuae/falcon-rw-1b"
model = AutoModelForCausalLM.from_pretrained(MODEL_NAME, device_map="auto", trust_remote_code=True, quantization_config=BitsAndBytesConfig(load_in_8bit=True))
tokenizer = AutoTokenizer.from_pretrained(MODEL_NAME)
tokenizer.pad_token = tokenizer.eos_token


def print_trainable_parameters(m):
    trainable, total = 0, 0
    for _, p in m.named_parameters():
        total += p.numel()
        if p.requires_grad:
            trainable += p.numel()
    print(f"trainable params: {trainable} || all params: {total} || trainables%: {100 * trainable / total}")


model.gradient_checkpointing_enable()
model = prepare_model_for_kbit_training(model)
config = LoraConfig(r=16, lora_alpha=32, target_modules=["query_key_value"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM")
model = get_peft_model(model, config)
print_trainable_parameters(model)

data = load_dataset("json", data_files="ecommerce-faq.json")


def generate_and_tokenize_prompt(data_point):
    full_prompt = f"<human>: {data_point['question']}\n<assistant>: {data_point['answer']}"
    return tokenizer(full_prompt, padding=True, truncation=True)


data = data["train"].shuffle().map(generate_and_tokenize_prompt)
training_args = transformers.TrainingArguments(
    per_device_train_batch_size=1, gradient_accumulation_steps=4, num_train_epochs=1, learning_rate=2e-4, fp16=True, save_total_limit=3,
    logging_steps=1, output_dir="experiments", optim="paged_adamw_8bit", max_steps=80, lr_scheduler_type="cosine", warmup_ratio=0.05,
)
trainer = transformers.Trainer(model=model, train_dataset=data, args=training_args, data_collator=transformers.DataCollatorForLanguageModeling(tokenizer, mlm=False))
model.config.use_cache = False
trainer.train()
model.save_pretrained("trained-model")
