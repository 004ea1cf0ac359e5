"""A trainer whose loss and first gradients are observed; nothing that it does is changed."""

from observe import Case


def watching(trainer_class, case: Case):
    """The trainer with its loss and its first gradients observed; nothing it does is changed."""

    class Watching(trainer_class):
        def compute_loss(self, model, *args, **kwargs):
            result = super().compute_loss(model, *args, **kwargs)
            case.saw_loss(result[0] if isinstance(result, tuple) else result)
            return result

        def training_step(self, model, *args, **kwargs):
            case.count_trainable(model)
            result = super().training_step(model, *args, **kwargs)
            case.count_gradients(model)
            return result

    Watching.__name__ = trainer_class.__name__
    return Watching
