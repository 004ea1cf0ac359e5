"""torch.Size and torch.device as values: what a tensor says of its shape and of where it is."""


class Size(tuple):
    def numel(self):
        total = 1
        for one in self:
            total *= one
        return total

    def __repr__(self):
        return f"torch.Size({list(self)})"


class Device(str):
    """torch.device: a string that knows its parts."""

    @property
    def type(self):
        return self.partition(":")[0]

    @property
    def index(self):
        number = self.partition(":")[2]
        return int(number) if number else None

    def __repr__(self):
        return f"device(type='{self.type}')"
