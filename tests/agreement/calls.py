"""Calls as values, to be made on whatever has such a method."""

from dataclasses import dataclass, field


@dataclass
class Call:
    name: str
    arguments: tuple = ()
    options: dict = field(default_factory=dict)

    def on(self, target):
        return getattr(target, self.name)(*self.arguments, **self.options)

    @property
    def values(self):
        return [*self.arguments, *self.options.values()]


class Calls:
    """`Calls().resize(500)` is a call of `resize`."""

    def __getattr__(self, name):
        return lambda *arguments, **options: Call(name, arguments, options)
