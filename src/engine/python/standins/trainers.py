"""Trainers: their calls are recorded, and what a script overrides is tried once with a batch, to see what it does to the loss. Leaves out
what training is (the wiring)."""

import inspect

from . import bridge, library, lines, signature
from .batches import DataLoader, labelled
from .library import Recorded, hand, mixins
from .placeholder import Placeholder
from .script_functions import is_of_script
from .tensors import Tensor, backward, probed

EVENTS = "on_train_begin on_epoch_begin on_step_begin on_substep_end on_step_end on_log on_save on_epoch_end".split()


def overridden(trainer, name: str) -> bool:
    return is_of_script(getattr(getattr(trainer, name, None), "__func__", getattr(trainer, name, None)))


class Trainer(Recorded):
    """transformers.Trainer and what derives from it."""

    def _lab_constructed(self):
        if self._lab_ref is not None:
            self._lab_wrapped()
            if self.__dict__.get("args") is None:
                value = bridge.ask_attribute(self._lab_ref, "", "args")
                object.__setattr__(self, "args", self._lab_below_of("args") if isinstance(value, Placeholder) else value)
        for old, new in (("tokenizer", "processing_class"), ("processing_class", "tokenizer")):
            if new in self.__dict__ and old not in self.__dict__:
                object.__setattr__(self, old, self.__dict__[new])
        self._lab_formats()

    def _lab_formats(self):
        """Up to TRL 0.14 a formatting_func takes a batch and gives a list, unless rows are packed."""
        function = self.__dict__.get("formatting_func")
        packing = self.__dict__.get("packing") or getattr(self.__dict__.get("args"), "packing", None)
        collator = self.__dict__.get("data_collator")
        if packing is True and signature.before("trl", "0.15") and library.library_path(collator) == "trl.DataCollatorForCompletionOnlyLM":
            raise ValueError("You passed a `DataCollatorForCompletionOnlyLM` to the SFTTrainer. This is not compatible with the `packing` argument.")
        if not is_of_script(function) or packing is True or not signature.before("trl", "0.15"):
            return
        try:
            said = function(Placeholder("a batch of rows"))
        except Exception:
            return
        if isinstance(said, str):
            raise ValueError("The `formatting_func` should return a list of processed strings since it can lead to silent bugs.")

    def _lab_wrapped(self):
        """trainer.model: what was given, unless the trainer made another of it."""
        reply = bridge.ask(self._lab_ref, "", "attribute", "model")
        given, kind, value = self.__dict__.get("model"), reply.get("class"), reply.get("value")
        if kind is None or given is not None and type(given).__name__ == kind and self.__dict__.get("peft_config") is None:
            return
        at = value if isinstance(value, dict) and "ref" in value else {"ref": self._lab_ref, "path": "model"}
        object.__setattr__(self, "model", library.object_of(at, kind))

    def _lab_below_of(self, name: str):
        return library.object_of({"ref": self._lab_ref, "path": name}, None)

    # --- training --------------------------------------------------------------------------------------------------------------------

    def train(self, *args, **kwargs):
        path = "transformers.Trainer.train"
        _, kwargs = signature.bind(path, self, args, kwargs)
        if overridden(self, "get_train_dataloader"):
            attempt(self.get_train_dataloader)
        if overridden(self, "create_optimizer"):
            self.create_optimizer()
        self._lab_begins()
        self._lab_events(EVENTS[:3])
        error = self._lab_probe()
        if error is not None:
            raise error
        value = bridge.call_value(path, self, args, kwargs)
        self._lab_events([*EVENTS[3:], "on_train_end"])
        return Placeholder("trainer.train()") if value is None else value

    def _lab_begins(self):
        """What the optimiser and the libraries' own callbacks refuse before the first step."""
        args = self.__dict__.get("args")
        if not overridden(self, "create_optimizer") and self.__dict__.get("optimizers") in (None, (None, None)):
            refuse_rates(getattr(args, "learning_rate", None), getattr(args, "weight_decay", None))
        for one in self.__dict__.get("callbacks") or ():
            if isinstance(one, EarlyStoppingCallback):
                one._lab_begins(args)

    def _lab_events(self, names):
        for one in self.__dict__.get("callbacks") or ():
            for name in names:
                event = getattr(one, name, None)
                if is_of_script(getattr(event, "__func__", None)):
                    attempt(event, self.__dict__.get("args"), self.state, Placeholder("control"), model=self.__dict__.get("model"))

    def _lab_probe(self):
        """Runs what the script has in place of compute_loss or training_step; tells the wiring what became of the loss."""
        step, loss, function = (overridden(self, "training_step"), overridden(self, "compute_loss"), self.__dict__.get("compute_loss_func"))
        if not (step or loss or is_of_script(function)):
            return None
        model, batch = self.__dict__.get("model"), labelled()
        bridge.state.probing = True
        probed.clear()
        result, error = None, None
        try:
            if step:
                result = self.training_step(model, batch, *extra("training_step"))
                result = probed[0] if probed else result
            elif loss:
                result = self.compute_loss(model, batch, **extra_named("compute_loss"))
            else:
                result = function(model(**batch), batch.get("labels"), num_items_in_batch=Placeholder("num_items_in_batch"))
        except Exception as raised:
            error = raised
        finally:
            bridge.state.probing = False
        if error is not None:
            return error
        name = "training_step" if step else "compute_loss"
        bridge.call(f"transformers.Trainer.{name}", self, [], seen_of(result), line_of(getattr(type(self), name, function), result))
        return None

    def compute_loss(self, *args, **kwargs):
        bound, kwargs = signature.bind("transformers.Trainer.compute_loss", self, args, kwargs)
        outputs = bound["model"](**as_mapping(bound["inputs"]))
        loss = outputs.loss if hasattr(outputs, "loss") else outputs[0]
        return (loss, outputs) if bound.get("return_outputs") else loss

    def training_step(self, *args, **kwargs):
        bound, kwargs = signature.bind("transformers.Trainer.training_step", self, args, kwargs)
        loss = self.compute_loss(bound["model"], bound["inputs"], **extra_named("compute_loss"))
        loss.backward()
        return loss.detach()

    # --- what is known of it -----------------------------------------------------------------------------------------------------------

    def get_train_dataloader(self):
        loader = DataLoader.__new__(DataLoader)
        return loader

    get_eval_dataloader = get_test_dataloader = get_train_dataloader

    def is_world_process_zero(self):
        return True

    is_local_process_zero = is_world_process_zero

    @property
    def state(self):
        if "_lab_state" not in self.__dict__:
            object.__setattr__(self, "_lab_state", Placeholder("trainer.state"))
        return self._lab_state

    @property
    def optimizer(self):
        return self.__dict__.get("_lab_optimizer", Placeholder("trainer.optimizer"))

    @optimizer.setter
    def optimizer(self, value):
        object.__setattr__(self, "_lab_optimizer", value)

    @property
    def accelerator(self):
        return Accelerator.__new__(Accelerator)

    def add_callback(self, callback):
        self.__dict__["callbacks"] = [*(self.__dict__.get("callbacks") or ()), callback]
        bridge.call("transformers.Trainer.add_callback", self, [callback])

    def create_optimizer(self, *args, **kwargs):
        return self.optimizer

    def create_scheduler(self, *args, **kwargs):
        return Placeholder("scheduler")


def as_mapping(inputs):
    return inputs if hasattr(inputs, "keys") else {}


def extra(name: str) -> list:
    """What the chosen version passes beside model and inputs."""
    given = signature.chosen.calls.get(f"transformers.Trainer.{name}", {}).get("parameters") or ()
    return [Placeholder("num_items_in_batch")] if any(signature.split(one)[0] == "num_items_in_batch" for one in given) else []


def extra_named(name: str) -> dict:
    return {"num_items_in_batch": one for one in extra(name)}


def attempt(function, *args, **kwargs):
    """What the script does beside the training; what it raises here may be for want of real values."""
    try:
        return function(*args, **kwargs)
    except Exception as error:
        line = lines.user_line()
        bridge.note("not-modelled", line, f"{type(error).__name__} in a callback, ignored: {error}", f"回调中的 {type(error).__name__} 未计入：{error}")
        return None


def seen_of(result) -> dict:
    links = result._lab_links if isinstance(result, Placeholder) else ()
    if isinstance(result, tuple) and result and isinstance(result[0], Placeholder):
        links = result[0]._lab_links
    own = {one.ref for one in links if one.own and not one.detached}
    links = [one for one in links if not one.own]
    live = [one for one in links if not one.detached]
    forced = bool(getattr(result, "_lab_forced", False)) or any(one.forced for one in links)
    return {"linked": bool(links), "detached": not live, "requires_grad_set": forced, **({"own": len(own)} if own else {})}


def line_of(function, result) -> int:
    cuts = [one.line for one in getattr(result, "_lab_links", ()) if one.detached and one.line]
    code = getattr(inspect.unwrap(function), "__code__", None) if function is not None else None
    return cuts[0] if cuts else code.co_firstlineno if code is not None else 0


def refuse_rates(rate, decay) -> None:
    """What torch's Adam does with what YAML left a text: `2e-4`."""
    for what, value in (("learning rate", rate), ("weight_decay value", decay)):
        if isinstance(value, (str, int, float)) and not 0.0 <= value:
            raise ValueError(f"Invalid {what}: {value}")


class TrainerCallback:
    _lab_path = "transformers.TrainerCallback"

    def __init__(self, *args, **kwargs):
        pass


class EarlyStoppingCallback(TrainerCallback):
    _lab_path = "transformers.EarlyStoppingCallback"

    def _lab_begins(self, args):
        best, metric = getattr(args, "load_best_model_at_end", None), getattr(args, "metric_for_best_model", None)
        if signature.before("transformers", "4.49"):
            assert best is not False, "EarlyStoppingCallback requires load_best_model_at_end = True"
        elif best is False and metric is None and "plateau" not in str(getattr(args, "lr_scheduler_type", "")).lower():
            raise AssertionError("EarlyStoppingCallback requires metric_for_best_model to be defined")
        for name in ("eval_strategy", "evaluation_strategy"):
            said = args.__dict__.get(name) if args is not None else None
            assert str(getattr(said, "value", said)) != "no", "EarlyStoppingCallback requires IntervalStrategy of steps or epoch"


class Accelerator(Recorded):
    """accelerate.Accelerator"""

    _lab_path = "accelerate.Accelerator"
    is_main_process = is_local_main_process = is_last_process = sync_gradients = True
    num_processes = 1
    process_index = local_process_index = 0

    def prepare(self, *args, **kwargs):
        bridge.call("accelerate.Accelerator.prepare", self, args, kwargs)
        return args[0] if len(args) == 1 else args

    def prepare_model(self, model, *args, **kwargs):
        return self.prepare(model)

    def unwrap_model(self, model, *args, **kwargs):
        return model

    def backward(self, loss, *args, **kwargs):
        from_accelerator(loss, kwargs)

    def print(self, *args, **kwargs):
        print(*args, **kwargs)

    def gather(self, tensor, *args, **kwargs):
        return tensor

    gather_for_metrics = reduce = pad_across_processes = gather

    def accumulate(self, *models):
        return Placeholder("accelerator.accumulate()")

    no_sync = autocast = main_process_first = local_main_process_first = join_uneven_inputs = accumulate

    @property
    def device(self):
        return Tensor("x").device

    def wait_for_everyone(self):
        return None

    log = save = save_state = free_memory = end_training = init_trackers = load_state = lambda self, *args, **kwargs: None

    def get_state_dict(self, model, *args, **kwargs):
        return model.state_dict()


def from_accelerator(loss, kwargs):
    backward(loss, kwargs, "torch.Tensor.backward", "accelerator")


mixins["transformers.Trainer"] = Trainer
mixins["accelerate.Accelerator"] = Accelerator
hand["transformers.TrainerCallback"] = TrainerCallback
hand["transformers.EarlyStoppingCallback"] = EarlyStoppingCallback
