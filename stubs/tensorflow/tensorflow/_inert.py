"""Names that can be imported, subclassed and written in annotations, and nothing else.

Rasa imports TensorFlow wherever it may be needed and touches it, at import, in three ways only: as base classes
(`class RasaModel(Model)`), in annotations (`Union[tf.Tensor, np.ndarray]`) and by name (`from keras.utils import
tf_utils`). An `Inert` class serves all three. Calling it, making an instance of a subclass, or doing arithmetic with it
raises `TensorFlowNotInstalled`.
"""

import sys
from importlib.abc import MetaPathFinder
from typing import Any, Callable, Iterator, NoReturn, Optional

# Rasa's components that compute with TensorFlow; one derived from them counts as well.
TENSORFLOW_COMPONENTS = frozenset(
    {
        "ConveRTFeaturizer",
        "DIETClassifier",
        "LanguageModelFeaturizer",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
    }
)

# What these components import on top of TensorFlow. Not here either, unless somebody has installed it.
COMPANION_PACKAGES = frozenset({"tensorflow_addons", "tensorflow_hub", "tensorflow_text", "transformers"})

_OPERATORS = (
    "add and call contains delitem divmod enter floordiv ge getitem gt iter le len lshift lt matmul mod mul neg "
    "pow radd rmul rpow rshift rsub rtruediv setitem sub truediv xor"
).split()


class TensorFlowNotInstalled(Exception):
    """Something wants to compute with TensorFlow. The message names the Rasa component at work and the remedy."""


def refuse(what: str) -> NoReturn:
    """Raise `TensorFlowNotInstalled` for `what`, the dotted name of the thing that was used.

    Inside Rasa it is a `RasaException` as well: Rasa's command line prints those as one sentence, without a traceback.
    """
    component = component_at_work()
    if component:
        message = (
            f"'{component}' needs TensorFlow ({what}), which this project does not install. Take '{component}' out of "
            "the pipeline and policies in config.yml (stubs/tensorflow/README.md names what to use in its place), or "
            "train with the real TensorFlow that `make compare` installs in .venv-compare."
        )
    else:
        message = (
            f"{what} was used, but this project does not install TensorFlow: only its names are there "
            "(stubs/tensorflow/README.md). Run this with the real TensorFlow that `make compare` installs in "
            ".venv-compare."
        )
    rasa_exceptions = sys.modules.get("rasa.shared.exceptions")
    rasa_exception = getattr(rasa_exceptions, "RasaException", None)
    if rasa_exception is None:
        raise TensorFlowNotInstalled(message)
    raise type("TensorFlowNotInstalled", (TensorFlowNotInstalled, rasa_exception), {})(message)


def component_at_work() -> Optional[str]:
    """Name of the Rasa component whose code is running, the innermost one; None outside of Rasa."""
    for candidate in _things_at_work():
        cls = candidate if isinstance(candidate, type) else type(candidate)
        if any(base.__name__ in TENSORFLOW_COMPONENTS for base in cls.__mro__):
            return cls.__name__
    return None


def _things_at_work() -> Iterator[Any]:
    frame = sys._getframe(1)
    while frame is not None:
        variables = frame.f_locals
        for name in ("self", "cls"):
            if name in variables:
                yield variables[name]
        # rasa.engine.validation looks at each node of the graph before anything is trained.
        uses = getattr(variables.get("node"), "uses", None)
        if uses is not None:
            yield uses
        frame = frame.f_back


class InertMeta(type):
    """The class of inert names: every attribute is one more inert name, every use an error."""

    def __getattr__(cls, name: str) -> "InertMeta":
        # Not for classes derived from an inert one: a missing attribute of those is missing.
        if name.startswith("__") or "_inert" not in cls.__dict__:
            raise AttributeError(f"{cls.__module__}.{cls.__qualname__} has no attribute '{name}'")
        inert = new_inert(f"{cls.__module__}.{cls.__qualname__}", name)
        setattr(cls, name, inert)
        return inert


def _refusal(operator: str) -> Callable:
    def method(cls: type, *args: Any, **kwargs: Any) -> NoReturn:
        refuse(next(f"{c.__module__}.{c.__qualname__}" for c in cls.__mro__ if "_inert" in c.__dict__))

    method.__name__ = operator
    return method


for _operator in _OPERATORS:
    setattr(InertMeta, f"__{_operator}__", _refusal(f"__{_operator}__"))


def new_inert(module: str, name: str) -> InertMeta:
    """A new inert class `name` that says it comes from `module`."""
    return InertMeta(name, (), {"__module__": module, "_inert": True})


def inert_names(module: str) -> Callable[[str], InertMeta]:
    """A module's `__getattr__` under which every name but dunder names exists and is inert."""

    def __getattr__(name: str) -> InertMeta:
        if name.startswith("__"):
            raise AttributeError(f"module '{module}' has no attribute '{name}'")
        inert = new_inert(module, name)
        setattr(sys.modules[module], name, inert)
        return inert

    return __getattr__


class CompanionFinder(MetaPathFinder):
    """Turns Rasa's "the following packages are not installed: transformers" into the error that helps.

    It stands last, so that it is asked only for what is not installed, and it speaks up only when a TensorFlow component
    of Rasa asks; for everybody else a missing package stays a `ModuleNotFoundError`.
    """

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        if fullname in COMPANION_PACKAGES and component_at_work():
            refuse(fullname)
        return None
