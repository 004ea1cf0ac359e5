# peft==0.17.1 trl==0.19.1
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForSeq2SeqLM, Seq2SeqTrainer, Seq2SeqTrainingArguments

model = AutoModelForSeq2SeqLM.from_pretrained("t5-base")
lora = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="SEQ_2_SEQ_LM")
model = get_peft_model(model, lora)
Seq2SeqTrainer(model=model, args=Seq2SeqTrainingArguments("t5"), train_dataset=ds).train()
