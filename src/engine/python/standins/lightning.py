"""Lightning: fit() runs the module's own training step once, as a loop of the script's would. Leaves out all that its trainer configures."""

from . import bridge, lines
from .batches import labelled
from .library import hand
from .modules import Module
from .placeholder import Placeholder
from .tensors import backward


class LightningModule(Module):
    """The script's own class derives from it."""

    automatic_optimization = True
    global_step = current_epoch = 0

    def save_hyperparameters(self, *args, **kwargs):
        return None

    def log(self, *args, **kwargs):
        return None

    log_dict = manual_backward = print = log

    @property
    def hparams(self):
        return Placeholder("hparams")

    @property
    def trainer(self):
        return Placeholder("trainer")

    def optimizers(self):
        return Placeholder("optimizer")

    lr_schedulers = optimizers

    @classmethod
    def load_from_checkpoint(cls, *args, **kwargs):
        return Placeholder(f"{cls.__name__}.load_from_checkpoint()")


class LightningTrainer:
    def __init__(self, *args, **kwargs):
        self.given = kwargs

    def fit(self, model, *args, **kwargs):
        line = lines.user_line()
        bridge.note("assumption", line, "Lightning runs the module's training_step", "Lightning 运行模块的 training_step", "fit")
        model.train()
        if hasattr(type(model), "configure_optimizers"):
            model.configure_optimizers()
        result = model.training_step(labelled(), 0)
        loss = result.get("loss") if isinstance(result, dict) else result
        if loss is not None:
            backward(loss, {})

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Placeholder(f"trainer.{name}")


for _library in ("lightning", "pytorch_lightning", "lightning.pytorch", "lightning.pytorch.core", "lightning.pytorch.trainer"):
    hand[f"{_library}.LightningModule"] = LightningModule
    hand[f"{_library}.Trainer"] = LightningTrainer
