"""What gives counts, places or truths of tensors: no gradient goes back through it. Leaves out what keeps the way back, which needs no name."""

from .library import hand
from .placeholder import Placeholder
from .tensors import Tensor, cut, dtype

WHOLE = "argmax argmin argsort bincount nonzero count_nonzero one_hot multinomial searchsorted bucketize".split()
COMPARED = "eq ne gt ge lt le".split()
TRUTHS = (
    "isnan isinf isfinite isin bernoulli greater greater_equal less less_equal not_equal equal allclose isclose logical_not logical_and logical_or".split()
)


def method_of(name: str):
    kind = "int64" if name in WHOLE else "bool"

    def method(self, *args, **kwargs):
        return Tensor(f"{self._lab_origin}.{name}()", cut(self._lab_links), dtype(kind), of_result=False)

    method.__name__ = name
    return method


def function_of(name: str):
    """torch.argmax(x): the method, where x is a tensor."""

    def function(first=None, *args, **kwargs):
        first = kwargs.pop("input", first)
        return getattr(first, name)(*args, **kwargs) if isinstance(first, Tensor) else Placeholder(f"torch.{name}(…)")

    function.__name__ = name
    return function


for _name in (*WHOLE, *COMPARED, *TRUTHS):
    setattr(Tensor, _name, method_of(_name))
    hand[f"torch.{_name}"] = function_of(_name)
for _name in COMPARED:
    setattr(Tensor, f"__{_name}__", method_of(_name))
hand["torch.nn.functional.one_hot"] = function_of("one_hot")
