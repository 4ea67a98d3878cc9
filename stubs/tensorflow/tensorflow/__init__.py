"""Stands in for TensorFlow: the names that Rasa 3.6 imports are here and do nothing (`_inert.py`, `../README.md`)."""

import sys

from tensorflow._inert import CompanionFinder, TensorFlowNotInstalled, inert_names

__version__ = "2.12.0+stand.in"
__all__ = ["TensorFlowNotInstalled"]

__getattr__ = inert_names(__name__)

if not any(isinstance(finder, CompanionFinder) for finder in sys.meta_path):
    sys.meta_path.append(CompanionFinder())

from tensorflow import keras, types  # noqa: F401  tf.keras.layers.Layer is written without importing tf.keras
