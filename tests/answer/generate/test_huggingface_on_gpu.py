"""What only a GPU can show: that the model runs there, and what happens when its memory is full."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from answer_parts import COMPACT, NETWORK, VOTE, extracts
from tiny_model import save_tiny_model

from migbot.answer.generate.huggingface import HuggingFaceGenerator
from migbot.answer.generate.protocol import Message
from migbot.answer.prompt import build_prompt
from migbot.answer.reply import Reply
from migbot.answer.write import Writer
from migbot.errors import GeneratorMemoryError
from migbot.index.fakes import HashEmbedder
from migbot.settings import load_settings
from migbot.types import Passage, Question

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]
ASKED = "How many objectives does the Compact have?"
PASSAGES = (COMPACT, VOTE, NETWORK)
# So wide a layer that a prompt of some thousand tokens takes gigabytes while it is read.
WIDE = 1 << 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_model(
        tmp_path_factory.mktemp("wide-model"), intermediate_size=WIDE, context_tokens=1 << 15
    )


@pytest.fixture(scope="module")
def on_gpu(folder: Path) -> HuggingFaceGenerator:
    return HuggingFaceGenerator(
        folder, load_settings(generator="transformers", context_tokens=1 << 15)
    )


@pytest.fixture
def memory_for() -> Iterator["MemoryLimit"]:
    limit = MemoryLimit()
    yield limit
    limit.lift()


class MemoryLimit:
    """Leaves a prompt no more of the GPU's memory than two of known size take on average."""

    def between(self, generator: HuggingFaceGenerator, fewer: int, more: int) -> None:
        low, high = (_peak_bytes(generator, PASSAGES[:count]) for count in (fewer, more))
        assert low < high
        total = torch.cuda.get_device_properties(0).total_memory
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction((low + high) / 2 / total)

    def lift(self) -> None:
        torch.cuda.set_per_process_memory_fraction(1.0)


def _peak_bytes(generator: HuggingFaceGenerator, passages: Sequence[Passage]) -> int:
    """Return the memory that is held while the prompt on `passages` is read."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    next(generator.generate(build_prompt(ASKED, extracts(*passages), "en"), max_tokens=1), None)
    return torch.cuda.max_memory_reserved()


def test_the_model_runs_on_the_gpu_and_writes_what_it_writes_on_the_processor(
    on_gpu: HuggingFaceGenerator, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    asked = (Message(role="user", text="Où est l’OIM ?"),)
    there = "".join(piece.text for piece in on_gpu.generate(asked, max_tokens=30))

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    on_processor = HuggingFaceGenerator(folder, load_settings(generator="transformers"))
    here = "".join(piece.text for piece in on_processor.generate(asked, max_tokens=30))

    assert on_gpu._model.device.type == "cuda"
    assert on_processor._model.device.type == "cpu"
    assert there == here


def test_a_full_memory_is_told_and_the_next_short_prompt_is_read(
    on_gpu: HuggingFaceGenerator, memory_for: MemoryLimit
):
    memory_for.between(on_gpu, 1, 3)

    with pytest.raises(GeneratorMemoryError):
        list(on_gpu.generate(build_prompt(ASKED, extracts(*PASSAGES), "en"), max_tokens=1))

    assert list(
        on_gpu.generate(build_prompt(ASKED, extracts(COMPACT), "en"), max_tokens=1, alternatives=1)
    )


def test_where_memory_is_short_the_answer_is_written_from_half_the_passages(
    on_gpu: HuggingFaceGenerator, memory_for: MemoryLimit
):
    memory_for.between(on_gpu, 1, 3)
    reply = Reply(Question(question_id="q", text=ASKED), ASKED, "en", lambda: 0)
    writer = Writer(
        ASKED,
        extracts(*PASSAGES),
        reply,
        signs={"cosine": 0.95, "coverage": 1.0, "across": 0.0, "asks_for_kind": 0.0}
        | {"follow_up": 0.0, "lacking": 0.0, "extracts": 1.0},
        is_calibrated=True,
        embedder=HashEmbedder(),
        generator=on_gpu,
        max_tokens=20,
        is_wanted=lambda: True,
    )

    events = list(writer.write())

    assert len(reply.trace.evidence) == 1
    assert {one.passage.passage_id for event in events for one in event.citations} <= {
        COMPACT.passage_id
    }
