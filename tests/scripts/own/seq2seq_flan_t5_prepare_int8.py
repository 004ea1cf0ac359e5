# Summarise dialogues with FLAN-T5 and LoRA
# pip install "peft==0.5.0" "transformers==4.31.0" accelerate bitsandbytes
from datasets import load_dataset
from peft import LoraConfig, TaskType, get_peft_model, prepare_model_for_int8_training
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, DataCollatorForSeq2Seq, Seq2SeqTrainer, Seq2SeqTrainingArguments

dataset = load_dataset("samsum")
model_id = "google/flan-t5-xl"
tokenizer = AutoTokenizer.from_pretrained(model_id)


def preprocess_function(sample, padding="max_length"):
    inputs = ["summarize: " + item for item in sample["dialogue"]]
    model_inputs = tokenizer(inputs, max_length=128, padding=padding, truncation=True)
    labels = tokenizer(text_target=sample["summary"], max_length=64, padding=padding, truncation=True)
    labels["input_ids"] = [[(l if l != tokenizer.pad_token_id else -100) for l in label] for label in labels["input_ids"]]
    model_inputs["labels"] = labels["input_ids"]
    return model_inputs


tokenized = dataset.map(preprocess_function, batched=True, remove_columns=["dialogue", "summary", "id"])
model = AutoModelForSeq2SeqLM.from_pretrained(model_id, load_in_8bit=True, device_map="auto")
lora_config = LoraConfig(r=16, lora_alpha=32, target_modules=["q", "v"], lora_dropout=0.05, bias="none", task_type=TaskType.SEQ_2_SEQ_LM)
model = prepare_model_for_int8_training(model)
model = get_peft_model(model, lora_config)
model.print_trainable_parameters()
trainer = Seq2SeqTrainer(
    model=model,
    args=Seq2SeqTrainingArguments(output_dir="lora-flan-t5", auto_find_batch_size=True, learning_rate=1e-3, num_train_epochs=5, logging_steps=500, save_strategy="no", report_to="tensorboard"),
    data_collator=DataCollatorForSeq2Seq(tokenizer, model=model, label_pad_token_id=-100, pad_to_multiple_of=8),
    train_dataset=tokenized["train"],
)
model.config.use_cache = False
trainer.train()
