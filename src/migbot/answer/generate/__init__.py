"""Language models behind one Protocol: llama.cpp, Hugging Face, an endpoint elsewhere, or none."""

from migbot.answer.generate.extractive import ExtractiveGenerator
from migbot.answer.generate.protocol import Generator, Message, Piece
from migbot.errors import ModelMissingError
from migbot.models.registry import verified_model
from migbot.settings import Settings

__all__ = ["Generator", "Message", "Piece", "make_generator"]


def make_generator(settings: Settings) -> Generator:
    """Return the generator that the settings choose, loaded and ready.

    Raises:
        ModelMissingError: its model is not installed.
        ModelIntegrityError: a file of its model is not what it should be.
        MemoryMissingError: there is too little memory for its model.
        SettingsError: the settings cannot go together, or the model is of a kind unknown here.
    """
    if settings.generator == "extractive":
        return ExtractiveGenerator()
    # Each engine is heavy, and only one of them is used.
    if settings.generator == "llamacpp":
        from migbot.answer.generate.llamacpp import LlamaCppGenerator  # noqa: PLC0415 -- as above

        return LlamaCppGenerator(verified_model(settings, settings.generator_model), settings)
    if settings.generator == "transformers":
        from migbot.answer.generate.huggingface import HuggingFaceGenerator  # noqa: PLC0415

        return HuggingFaceGenerator(verified_model(settings, settings.generator_model), settings)
    return _endpoint(settings)


def _endpoint(settings: Settings) -> Generator:
    from migbot.answer.generate.openai import OpenAIGenerator  # noqa: PLC0415 -- as above
    from migbot.answer.tokens import encoding_from_gguf  # noqa: PLC0415 -- as above

    default = str(Settings.model_fields["generator_model"].default)
    try:
        encoding = encoding_from_gguf(verified_model(settings, default))
    except ModelMissingError:
        encoding = None
    return OpenAIGenerator(settings, encoding)
