# Evaluates each epoch, saves by the default. transformers 4.49.0 / 4.57.1
from transformers import AutoModelForCausalLM, TrainingArguments

model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M")
args = TrainingArguments(output_dir="out", eval_strategy="epoch", load_best_model_at_end=True, metric_for_best_model="loss", max_steps=3)
