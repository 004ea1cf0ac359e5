"""What stops a gradient: counts, places and truths have no way back, and what is multiplied with zeros gets zeros. Leaves out what only
keeps the way back, which needs no name."""

from .library import hand
from .placeholder import Placeholder, links_of, named
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


def product(origin: str, *factors):
    """Of factors of which one is zero, only that one gets a gradient."""
    tensors = [one for one in factors if isinstance(one, Tensor)]
    links = ()
    for one in tensors:
        others_zero = any(other._lab_zero for other in tensors if other is not one)
        links += tuple(link.changed(dead=True) for link in one._lab_links) if others_zero else one._lab_links
    made = Tensor(origin, tuple(dict.fromkeys(links)), tensors[0]._lab_dtype if tensors else None)
    if any(one._lab_zero for one in tensors):
        object.__setattr__(made, "_lab_zero", True)
    return made


def total(origin: str, *parts):
    made = Tensor(origin, links_of(parts), parts[0]._lab_dtype)
    if all(isinstance(one, Tensor) and one._lab_zero for one in parts):
        object.__setattr__(made, "_lab_zero", True)
    return made


SECOND = ("other", "mat2", "tensor2", "tensor", "vec", "vec2", "batch2")
"""What the second factor of a product may be named."""


def named_factor(kwargs: dict, given):
    return next((kwargs[name] for name in SECOND if name in kwargs), given)


def product_of(name: str):
    """torch.matmul(a, b), also with its factors by name."""

    def function(first=None, second=None, *args, **kwargs):
        return product(f"torch.{name}(…)", kwargs.get("input", first), named_factor(kwargs, second))

    function.__name__ = name
    return function


def operator(combine, symbol: str, reflected: bool):
    def method(self, other=None, *more, **kwargs):
        other = named_factor(kwargs, other)
        pair = (other, self) if reflected else (self, other)
        return combine(f"{named(pair[0])} {symbol} {named(pair[1])}", *pair)

    return method


for _name, _symbol in {"matmul": "@", "mul": "*"}.items():
    setattr(Tensor, f"__{_name}__", operator(product, _symbol, False))
    setattr(Tensor, f"__r{_name}__", operator(product, _symbol, True))
for _name in "matmul mm bmm mul multiply mv dot".split():
    setattr(Tensor, _name, operator(product, _name, False))
    hand[f"torch.{_name}"] = product_of(_name)
hand["torch.einsum"] = lambda equation=None, *parts, **kwargs: product("torch.einsum(…)", *(parts[0] if len(parts) == 1 and isinstance(parts[0], (list, tuple)) else parts))
for _name, _symbol in {"add": "+", "sub": "-"}.items():
    setattr(Tensor, f"__{_name}__", operator(lambda origin, a, b: total(origin, a, b) if isinstance(a, Tensor) else total(origin, b, a), _symbol, False))


def linear(input=None, weight=None, bias=None):
    x = input
    out = product("F.linear(…)", x, weight)
    return out if bias is None else total("F.linear(…)", out, bias)


hand["torch.nn.functional.linear"] = linear


def filled(zero):
    """torch.nn.init.zeros_(p), p.zero_(): what is in it from now on. `zero`: whether, by the arguments that follow."""

    def function(first=None, *args, **kwargs):
        first = kwargs.get("tensor", first)
        if isinstance(first, Tensor):
            for one in (first, first.__dict__.get("_lab_data_of")):
                if one is not None:
                    object.__setattr__(one, "_lab_zero", zero(*args, *kwargs.values()))
        return first

    return function


def no_values(*args):
    return True


def some_values(*args):
    return False


def if_zero(*args):
    return any(type(one) in (int, float) and one == 0 for one in args)


FILLS = {
    "zeros_": no_values, "constant_": if_zero, "ones_": some_values, "normal_": some_values, "uniform_": some_values, "kaiming_uniform_": some_values,
    "kaiming_normal_": some_values, "xavier_uniform_": some_values, "xavier_normal_": some_values, "trunc_normal_": some_values,
    "orthogonal_": some_values, "eye_": some_values,
}  # fmt: skip
for _name, _zero in FILLS.items():
    hand[f"torch.nn.init.{_name}"] = filled(_zero)
for _name, _zero in {"zero_": no_values, "fill_": if_zero, "normal_": some_values, "uniform_": some_values, "copy_": some_values}.items():
    setattr(Tensor, _name, filled(_zero))
