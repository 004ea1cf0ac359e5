# A strategy that there isn't; then the right one, whose steps don't divide those of saving.
from transformers import TrainingArguments

try:
    TrainingArguments("out", logging_strategy="epochs")
except ValueError as error:
    print(error)
args = TrainingArguments("out", save_strategy="steps", save_steps=30, logging_steps=20, load_best_model_at_end=True, **{"eval_strategy": "steps"})
