"""The TensorFlow stand-in: importable, inert, and clear when something wants to compute with it. No Rasa here."""

import importlib
import importlib.util
import subprocess
import sys
import typing

import pytest
import tensorflow as tf
from tensorflow import TensorFlowNotInstalled
from tensorflow._inert import TENSORFLOW_COMPONENTS, component_at_work


def test_it_is_the_stand_in_and_not_tensorflow():
    assert tf.__version__.endswith("stand.in")
    assert importlib.util.find_spec("tensorflow.lite") is None


@pytest.mark.parametrize(
    "module, name",
    [
        ("tensorflow", "Tensor"),
        ("tensorflow", "TensorShape"),
        ("tensorflow", "config"),
        ("tensorflow.keras", "backend"),
        ("tensorflow.keras.backend", "shape"),
        ("tensorflow.keras.callbacks", "Callback"),
        ("tensorflow.keras.utils", "Sequence"),
        ("tensorflow.types.experimental", "TensorLike"),
        ("tensorflow.python.eager.wrap_function", "WrappedFunction"),
        ("tensorflow.python.types.core", "GenericFunction"),
        ("keras", "Model"),
        ("keras.utils", "tf_utils"),
        ("keras.utils.control_flow_util", "smart_cond"),
    ],
)
def test_every_name_that_rasa_imports_is_there(module, name):
    assert getattr(importlib.import_module(module), name) is not None


def test_a_name_is_the_same_object_each_time():
    assert tf.Tensor is tf.Tensor
    assert tf.keras.layers.Layer is tf.keras.layers.Layer
    assert tf.float32 is not tf.int32


def test_names_serve_in_annotations_and_as_base_classes():
    assert typing.Optional[tf.Tensor]
    assert typing.Union[tf.Tensor, int]
    assert typing.Tuple[tf.Tensor, ...]

    class Layer(tf.keras.layers.Dense):
        units = 3

    class Deeper(Layer):
        pass

    assert Deeper.units == 3
    assert not isinstance(3, tf.Tensor)


def test_a_derived_class_has_no_made_up_attributes():
    class Layer(tf.keras.layers.Dense):
        pass

    assert not hasattr(Layer, "units")


def test_dunder_names_are_not_made_up():
    for thing in (tf, tf.Tensor):
        assert not hasattr(thing, "__wrapped__")
        assert not hasattr(thing, "__array_interface__")


class _Model(tf.keras.Model):
    pass


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda: tf.constant([1.0, 2.0]), id="function"),
        pytest.param(lambda: tf.keras.optimizers.Adam(0.001), id="nested-function"),
        pytest.param(lambda: tf.keras.layers.Dense(3), id="class"),
        pytest.param(lambda: _Model(), id="derived-class"),
        pytest.param(lambda: tf.float32 + 1, id="arithmetic"),
        pytest.param(lambda: 1 - tf.float32, id="reversed-arithmetic"),
        pytest.param(lambda: -tf.float32, id="negation"),
        pytest.param(lambda: tf.float32 < 1, id="comparison"),
        pytest.param(lambda: tf.newaxis[0], id="index"),
        pytest.param(lambda: list(tf.data), id="iteration"),
        pytest.param(lambda: len(tf.shape), id="length"),
        pytest.param(lambda: tf.GradientTape.__enter__(), id="with"),
    ],
)
def test_any_computation_is_refused_with_the_remedy(use):
    with pytest.raises(TensorFlowNotInstalled) as error:
        use()
    message = str(error.value)
    assert "does not install TensorFlow" in message
    assert "stubs/tensorflow/README.md" in message
    assert "make compare" in message


def test_the_error_names_what_was_used():
    with pytest.raises(TensorFlowNotInstalled, match=r"^tensorflow\.math\.reduce_sum was used"):
        tf.math.reduce_sum([1, 2])
    with pytest.raises(TensorFlowNotInstalled, match=r"^tensorflow\.keras\.Model was used"):
        _Model()


@pytest.mark.parametrize("name", sorted(TENSORFLOW_COMPONENTS))
def test_the_error_names_the_component_at_work_and_what_to_do(name):
    def train(self):
        return _Model()

    def load(cls):
        return tf.saved_model.load("somewhere")

    component = type(name, (), {"train": train, "load": classmethod(load)})
    for use in (component().train, component.load):
        with pytest.raises(TensorFlowNotInstalled) as error:
            use()
        assert str(error.value).startswith(f"'{name}' needs TensorFlow")
        assert f"Take '{name}' out of" in str(error.value)
        assert "config.yml" in str(error.value)


def test_a_component_derived_from_one_is_named_by_its_own_name():
    class DIETClassifier:
        def train(self):
            return tf.zeros([1])

    class OurClassifier(DIETClassifier):
        pass

    with pytest.raises(TensorFlowNotInstalled, match=r"^'OurClassifier' needs TensorFlow"):
        OurClassifier().train()


def test_outside_of_a_component_none_is_at_work():
    assert component_at_work() is None


def test_companion_packages_are_refused_to_a_tensorflow_component_only():
    class ConveRTFeaturizer:
        def load(self):
            import tensorflow_hub  # noqa: F401

    if importlib.util.find_spec("tensorflow_hub"):
        pytest.fail("tensorflow_hub is installed in this environment: `make distclean` and set up anew")
    with pytest.raises(TensorFlowNotInstalled, match=r"^'ConveRTFeaturizer' needs TensorFlow \(tensorflow_hub\)"):
        ConveRTFeaturizer().load()
    with pytest.raises(ModuleNotFoundError):
        import tensorflow_hub  # noqa: F401


def test_importing_it_is_quick_and_brings_nothing_along():
    code = (
        # The processor's time, which other programs do not make longer.
        "import sys, time; start = time.process_time(); import tensorflow, tensorflow.keras, keras.utils; "
        "print(time.process_time() - start, 'numpy' in sys.modules)"
    )
    seconds, numpy = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(seconds) < 0.5
    assert numpy == "False"
