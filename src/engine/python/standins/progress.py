"""Progress bars: they give what they were given to iterate, and take everything else. Leaves out drawing."""

from .library import hand
from .placeholder import Placeholder


class Bar:
    def __init__(self, iterable=None, *args, **kwargs):
        self.iterable = iterable

    def __iter__(self):
        return iter(self.iterable if self.iterable is not None else ())

    def __len__(self):
        return len(self.iterable) if hasattr(self.iterable, "__len__") else 0

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        return False

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(f"tqdm.{name}")

    @staticmethod
    def write(text="", *args, **kwargs):
        print(text)

    @staticmethod
    def pandas(*args, **kwargs):
        return None


def track(sequence, *args, **kwargs):
    return sequence


for _module in ("tqdm", "tqdm.auto", "tqdm.notebook", "tqdm.rich", "tqdm.std", "tqdm.asyncio"):
    hand[f"{_module}.tqdm"] = hand[f"{_module}.tqdm_notebook"] = Bar
    hand[f"{_module}.trange"] = lambda *args, **kwargs: Bar(range(*args))
hand["rich.progress.track"] = track
