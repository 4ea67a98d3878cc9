"""The vendored sentence encoder: shapes, meaning, independence of the batch, missing and damaged files."""

import inspect
import json
import shutil

import numpy as np
import pytest

from legcramps.nlu import encoder as encoder_module
from legcramps.nlu.encoder import DEFAULT_FOLDER, EncoderError, SentenceEncoder

MANIFEST = json.loads((DEFAULT_FOLDER / "manifest.json").read_text(encoding="utf-8"))
REFERENCE = json.loads((DEFAULT_FOLDER / "reference.json").read_text(encoding="utf-8"))

TEXTS = [
    "why does my calf cramp at night",
    "",
    "my leg locked up",
    "Could it be the tablets that I take for my blood pressure?",
    "my foot curled up",  # as many tokens as "my leg locked up": they share a batch
    "and diabetes? " * 60,
]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.fixture
def copied_folder(tmp_path):
    """A copy of the manifest and the tokenizer, with an empty file for the network."""
    for name in ("manifest.json", "tokenizer.json"):
        shutil.copy(DEFAULT_FOLDER / name, tmp_path)
    (tmp_path / "encoder.onnx").touch()
    return tmp_path


def cosine(encoder: SentenceEncoder, one: str, other: str) -> float:
    first, second = encoder.encode([one, other])
    return float(first @ second)


def test_a_vector_has_384_numbers_and_length_one(encoder):
    vectors = encoder.encode(TEXTS)

    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.parametrize("entry", REFERENCE, ids=lambda entry: entry["text"][:30])
def test_vectors_are_those_of_the_original_model(encoder, entry):
    original = np.array(entry["vector"])

    assert encoder.encode([entry["text"]])[0] @ original / np.linalg.norm(original) > 0.97


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("my calf seized up in bed", "leg cramp during the night", "the train was late"),
        ("is it linked to high blood pressure", "does hypertension have to do with it", "how do I stop it now"),
        ("thank you so much", "thanks a lot", "who wrote this document"),
    ],
)
def test_alike_in_meaning_is_nearer_than_not_alike(encoder, text, near, far):
    assert cosine(encoder, text, near) > cosine(encoder, text, far) + 0.2


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder):
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])

    np.testing.assert_allclose(encoder.encode(TEXTS), alone, atol=1e-3)
    np.testing.assert_allclose(encoder.encode(TEXTS[::-1])[::-1], alone, atol=1e-3)
    np.testing.assert_allclose(encoder.encode(TEXTS * 8)[-len(TEXTS) :], alone, atol=1e-3)


def test_case_and_accents_make_no_difference(encoder):
    assert cosine(encoder, "Café cramps", "cafe CRAMPS") == pytest.approx(1, abs=1e-5)


def test_text_beyond_the_longest_length_is_ignored():
    encoder = SentenceEncoder(max_length=8)

    assert cosine(encoder, "one two three four five six", "one two three four five six seven eight") > 0.9999
    assert cosine(encoder, "one two three four five six", "one two three four five") < 0.9999


def test_a_typed_control_token_is_ordinary_text(encoder):
    assert cosine(encoder, "leg [SEP] cramp", "leg [CLS] cramp") < 0.999


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "😭", "x" * 5000, "痛い", "\u200b"])
def test_odd_text_gives_a_vector(encoder, text):
    assert np.isfinite(encoder.encode([text])).all()


def test_one_text_instead_of_a_sequence_is_refused(encoder):
    with pytest.raises(TypeError, match="sequence"):
        encoder.encode("leg cramp")


@pytest.mark.parametrize("max_length", [0, 2, MANIFEST["longest_possible"] + 1])
def test_a_length_that_the_model_cannot_read_is_refused(max_length):
    with pytest.raises(ValueError, match="max_length"):
        SentenceEncoder(max_length=max_length)


@pytest.mark.parametrize("name", ["manifest.json", "encoder.onnx", "tokenizer.json"])
def test_a_missing_file_is_named_with_the_remedy(copied_folder, name):
    if name == "tokenizer.json":
        _trust_empty_network(copied_folder)
    (copied_folder / name).unlink()

    with pytest.raises(EncoderError, match=rf"{name} is missing.*git checkout models/encoder.*make encoder"):
        SentenceEncoder(copied_folder)


def test_a_damaged_file_is_named_with_the_remedy(copied_folder):
    with pytest.raises(EncoderError, match=r"encoder\.onnx is damaged.*git checkout models/encoder"):
        SentenceEncoder(copied_folder)


def test_a_damaged_manifest_is_named_with_the_remedy(copied_folder):
    (copied_folder / "manifest.json").write_text("<<<<<<< HEAD", encoding="utf-8")

    with pytest.raises(EncoderError, match=r"manifest\.json is damaged.*git checkout models/encoder"):
        SentenceEncoder(copied_folder)


def test_the_module_knows_nothing_of_rasa():
    assert "import rasa" not in inspect.getsource(encoder_module)
    assert "from rasa" not in inspect.getsource(encoder_module)


def _trust_empty_network(folder):
    """Lets the manifest vouch for the empty network file, so that the check gets to the next one."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["encoder.onnx"]["sha256"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
