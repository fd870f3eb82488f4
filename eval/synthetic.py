"""Documents and vectors in any number that are like the real ones where an index can tell.

Words are drawn by Zipf's law, and a vector is the weighted sum of its words' directions. The
constants are fitted to the English half of migbot's own index with its default embedder. There, two
passages of different documents have a cosine of 0.845 on average (here 0.846), two of one document
0.922 (0.914), a passage and its nearest 0.950 in the median (0.942), and the vectors spread over
about 25 directions (24). A question and its nearest passage have 0.872 (0.879), and the tenth 0.841
(0.851).
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from migbot.index.embed import EmbedderIdentity
from migbot.index.terms import STOPWORDS
from migbot.index.types import Vectors
from migbot.types import Document, Language, Section

PASSAGE_TOKENS = 80  # a paragraph below is one passage

_PASSAGES = 20  # of a document
_WORDS = 60_000
_CONTENT_WORDS, _STOP_WORDS = 32, 25  # of a passage
_SUBJECT_WORDS, _SUBJECT_SHARE = 9, 0.45  # that a document keeps coming back to
_TURN_WORDS, _TURN_SHARE = 8, 0.2  # that a passage keeps coming back to
_TRANSLATED_SHARE = 0.1  # of the documents, in pairs

_DIMENSION = 384
_DECAY = 0.5  # of the length of a direction by its rank, as an exponent
_PASSAGE_SPREAD, _QUESTION_SPREAD = 0.155, 0.25  # squared distance from the mean direction
_QUESTION_NOISE = 1.2  # what a question does not share, by length, to what it does


class SyntheticDocuments(Collection[Document]):
    """So many documents that they make `passages` passages, the same for the same seed."""

    def __init__(self, passages: int, *, seed: int = 0) -> None:
        self._documents = -(-passages // _PASSAGES)
        self._seed = seed
        self._words = np.array(_vocabulary())
        self._stop_words = np.array(sorted(STOPWORDS))

    def __len__(self) -> int:
        """Return how many documents there are."""
        return self._documents

    def __iter__(self) -> Iterator[Document]:
        """Yield each document, made when it is asked for."""
        return (self.document(number) for number in range(self._documents))

    def __contains__(self, document: object) -> bool:
        """Tell whether one of the documents is equal to this one."""
        return any(document == one for one in self)

    def document(self, number: int) -> Document:
        """Return the document of that number."""
        random = np.random.default_rng((self._seed, number))
        subject = _by_zipf(random, _SUBJECT_WORDS)
        title = f"{self._words[subject[0]]} {self._words[subject[1]]}".capitalize()
        text = "\n\n".join(self._paragraph(random, subject) for _ in range(_PASSAGES))
        language: Language = "fr" if number % 2 else "en"
        paired = number < _TRANSLATED_SHARE * self._documents
        return Document(
            document_id=f"{language}/{number}.md",
            path=f"{language}/{number}.md",
            title=title,
            language=language,
            date="2024-05-31",
            url=f"https://example.org/{number}",
            sources=(),
            topics=(),
            translation_key=f"pair {number // 2}" if paired else None,
            text=text,
            sections=(Section(start=0, end=len(text), headings=()),),
            page_starts=(),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )

    def question(self, passage_text: str, random: np.random.Generator) -> str:
        """Return a question about a passage: some of its words, and some that it lacks."""
        words = [word for word in passage_text.rstrip(".").split() if word not in STOPWORDS]
        asked = [*random.choice(words, 6, replace=False), *self._words[_by_zipf(random, 3)]]
        return f"{' '.join(asked)}?"

    def _paragraph(self, random: np.random.Generator, subject: NDArray[np.int64]) -> str:
        drawn = random.random(_CONTENT_WORDS)
        turn = _by_zipf(random, _TURN_WORDS)
        content = np.where(
            drawn < _SUBJECT_SHARE,
            subject[random.integers(_SUBJECT_WORDS, size=_CONTENT_WORDS)],
            np.where(
                drawn < _SUBJECT_SHARE + _TURN_SHARE,
                turn[random.integers(_TURN_WORDS, size=_CONTENT_WORDS)],
                _by_zipf(random, _CONTENT_WORDS),
            ),
        )
        words = np.concatenate(
            [self._words[content], random.choice(self._stop_words, size=_STOP_WORDS)]
        )
        random.shuffle(words)
        return f"{' '.join(words)}."


class WordSumEmbedder:
    """The sum of a text's word directions, rare words more, around a mean direction.

    An `Embedder` that takes tens of thousands of texts a second.
    """

    @property
    def identity(self) -> EmbedderIdentity:
        """Return what decides this embedder's vectors."""
        return EmbedderIdentity(
            name="sum of word directions",
            sha256=hashlib.sha256(b"sum of word directions, 1").hexdigest(),
            query_prefix="",
            passage_prefix="",
        )

    @property
    def max_tokens(self) -> int:
        """Return 512, as for the models it stands for."""
        return 512

    def count_tokens(self, text: str) -> int:
        """Return the number of words between spaces."""
        return len(text.split())

    def embed_passages(
        self, texts: Sequence[str], *, on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return vectors of shape (n, 384), one batch in all."""
        sums = np.stack([self._sum(text) for text in texts])
        if on_batch is not None:
            on_batch(len(texts))
        return _around_mean(sums, _PASSAGE_SPREAD)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of shape (n, 384), each off by what its text decides."""
        sums = np.stack([self._sum(text) + _QUESTION_NOISE * _noise(text) for text in texts])
        return _around_mean(sums, _QUESTION_SPREAD)

    def _sum(self, text: str) -> Vectors:
        known = self._numbers
        numbers = [known[word] for word in text.rstrip(".?").lower().split() if word in known] or [
            0
        ]
        total = self._weighted[numbers].sum(axis=0)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(_vocabulary())}

    @cached_property
    def _weighted(self) -> Vectors:
        rarity = np.log1p(np.arange(1, _WORDS + 1) / 10)
        directions = _directions(np.random.default_rng(0), _WORDS)
        return np.asarray(directions * rarity[:, None], dtype=np.float32)


@cache
def _vocabulary() -> tuple[str, ...]:
    """Return made-up words, the most frequent first, none of them a stop word."""
    random = np.random.default_rng(0)
    syllables = [first + vowel for first in "bcdfghjklmnprstvz" for vowel in "aeiou"]
    words: dict[str, None] = {}
    while len(words) < _WORDS:
        parts = random.choice(syllables, size=random.integers(2, 5))
        words[f"{''.join(parts)}{random.choice(['', 'n', 'r', 's', 't'])}"] = None
    return tuple(word for word in words if word not in STOPWORDS)


def _by_zipf(random: np.random.Generator, number: int) -> NDArray[np.int64]:
    return np.searchsorted(_ZIPF, random.random(number))


def _directions(random: np.random.Generator, number: int) -> Vectors:
    lengths = np.arange(1, _DIMENSION + 1) ** -_DECAY
    lengths /= np.linalg.norm(lengths)
    return np.asarray(random.standard_normal((number, _DIMENSION)) * lengths, dtype=np.float32)


def _noise(text: str) -> Vectors:
    """Return a direction of length 1 that the text decides."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    direction = _directions(np.random.default_rng(seed), 1)[0]
    return np.asarray(direction / np.linalg.norm(direction), dtype=np.float32)


def _around_mean(directions: Vectors, spread: float) -> Vectors:
    """Return unit vectors: `directions`, each made as long as to have this squared distance."""
    vectors = np.sqrt(spread) * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    vectors[:, -1] += np.sqrt(1 - spread)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


_ZIPF = np.cumsum(1 / np.arange(1, _WORDS - 10))
_ZIPF /= _ZIPF[-1]
