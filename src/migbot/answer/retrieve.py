"""Retrieval: the passages that bear on a question, from dense and sparse search together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, pstdev
from threading import Lock
from typing import Self

from migbot.answer.definition import defines, is_headed, thing_to_define
from migbot.answer.glossary import load_glossary
from migbot.answer.listing import lists, wanted_list
from migbot.answer.person import names_person, wants_person
from migbot.answer.units import unit_spans
from migbot.errors import QuestionError
from migbot.index.collection import Collection, build_collection
from migbot.index.embed import Embedder
from migbot.index.passage_store import StoredPassages
from migbot.index.passages import indexed_text
from migbot.index.types import Ranking, Vectors
from migbot.types import LANGUAGES, Hit, Language, Passage

CANDIDATES = 50
# What a passage gains, in standard deviations, that explains what a question wants explained, one
# that stands under its name, one that lists as many things as it wants listed, one that lists
# all things of the kind that it wants listed, and one that names the person it asks for.
_GAIN_OF_DEFINING = 4.0
_GAIN_OF_HEADING = 1.0
_GAIN_OF_LISTING = 2.0
_GAIN_OF_LISTING_ALL = 5.0
_GAIN_OF_NAMING = 4.0


def standardised_sum(rankings: Iterable[Ranking]) -> Ranking:
    """Return one ranking out of several: the sum of their scores, standardised.

    Scores of different kinds become comparable by standardising each ranking: minus its mean,
    divided by its standard deviation (Z-score fusion; Savoy, "Report on CLEF-2003 monolingual
    tracks", 2003). What a ranking leaves out has its lowest score, or one less where all that it
    found scores alike. Ties go to the lower position.
    """
    parts = [_standardised(ranking) for ranking in rankings if ranking]
    lowest = [min(scores.values()) if any(scores.values()) else -1.0 for scores in parts]
    summed = {
        position: sum(
            scores.get(position, least) for scores, least in zip(parts, lowest, strict=True)
        )
        for position in {position for scores in parts for position in scores}
    }
    return tuple(sorted(summed.items(), key=lambda item: (-item[1], item[0])))


def _standardised(ranking: Ranking) -> dict[int, float]:
    scores = [score for _, score in ranking]
    mean, spread = fmean(scores), pstdev(scores)
    return {at: (score - mean) / spread if spread > 0 else 0.0 for at, score in ranking}


class Retriever:
    """Searches one collection of passages. Thread-safe where its embedder is."""

    def __init__(
        self, collection: Collection, embedder: Embedder, candidates: int = CANDIDATES
    ) -> None:
        self._collection = collection
        self._embedder = embedder
        self._candidates = candidates
        self._twins = Twins(collection.passages)
        # Several at once would take the interpreter from each other and from who serves the page;
        # only the embedding gains from company.
        self._searching = Lock()

    @classmethod
    def over(
        cls, passages: Sequence[Passage], embedder: Embedder, candidates: int = CANDIDATES
    ) -> Self:
        """Return a retriever over `passages` alone, embedded on the spot.

        Raises:
            QuestionError: there is no passage.
        """
        if not passages:
            raise QuestionError("no passage is given to answer from: give at least one")
        vectors = embedder.embed_passages([indexed_text(passage) for passage in passages])
        return cls(build_collection(passages, vectors), embedder, candidates)

    def search(self, text: str, *, language: Language, top_k: int) -> tuple[Hit, ...]:
        """Return up to `top_k` passages in either language, best first.

        What stands in two languages is shown once, in `language`. The score is the fused one: it
        orders the hits of one question and says little across questions.
        """
        text = load_glossary().with_apostrophes(text)
        vector = self._embedder.embed_questions([text])[0]
        with self._searching:
            return self._found(vector, text, language, top_k)

    def _found(self, vector: Vectors, text: str, language: Language, top_k: int) -> tuple[Hit, ...]:
        dense = self._collection.dense.search(vector, self._candidates)
        sparse = self._collection.sparse.search(_in_other_words(text), self._candidates)
        fused = standardised_sum((dense, sparse))
        cosines = dict(dense)
        lowest = min(cosines.values(), default=0.0)
        merged = self._twins.merge(fused, language)
        ranking = _with_what_is_wanted_first(merged, self._collection.passages, text, language)[
            :top_k
        ]
        return tuple(
            Hit(
                rank=rank,
                score=score,
                cosine=max(cosines.get(twin, lowest) for twin in self._twins.of(position)),
                passage=self._collection.passages[position],
            )
            for rank, (position, score) in enumerate(ranking, start=1)
        )


def _with_what_is_wanted_first(
    ranking: Ranking, passages: Sequence[Passage], question: str, language: Language
) -> Ranking:
    """Return `ranking` with what lists, names or explains a thing ahead, where that is wanted."""
    gains = _gains(ranking, passages, question, language)
    raised = ((position, score + gains.get(position, 0.0)) for position, score in ranking)
    return tuple(sorted(raised, key=lambda item: -item[1])) if gains else ranking


def _gains(
    ranking: Ranking, passages: Sequence[Passage], question: str, language: Language
) -> Mapping[int, float]:
    """Return what positions gain. "What are the members?" wants their list, where there is one."""
    positions = [position for position, _ in ranking]
    wanted = wanted_list(question, language)
    if wanted is not None:
        gain = _GAIN_OF_LISTING if wanted.sizes else _GAIN_OF_LISTING_ALL
        listing = {position: gain for position in positions if lists(passages[position], wanted)}
        if listing:
            return listing
    if wants_person(question):
        return {
            position: _GAIN_OF_NAMING
            for position in positions
            if names_person(passages[position], question, language)
        }
    thing = thing_to_define(question)
    if thing is None:
        return {}
    return {position: _definition_gain(passages[position], thing) for position in positions}


def _definition_gain(passage: Passage, thing: str) -> float:
    sentences = (passage.text[start:end] for start, end in unit_spans(passage))
    is_defining = any(defines(one, passage.language, thing) for one in sentences)
    return _GAIN_OF_DEFINING * is_defining + _GAIN_OF_HEADING * is_headed(passage, thing)


def _in_other_words(text: str) -> str:
    """Return `text` and what documents say for it: OIM also finds IOM, and boss its head."""
    official = (name for _, names in load_glossary().otherwise(text) for name in names)
    return " ".join((text, *official))


class Twins:
    """Which passages say the same in two languages, by the translations that documents declare."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        self._sections: dict[tuple[str, int, Language], list[int]] = defaultdict(list)
        if isinstance(passages, StoredPassages):
            found = passages.translated()
        else:
            found = enumerate(passages)
        for position, passage in found:
            if passage.translation_key is not None:
                key = (passage.translation_key, passage.section, passage.language)
                self._sections[key].append(position)

    def of(self, position: int) -> tuple[int, ...]:
        """Return the passages that say what the passage at `position` says, itself included."""
        passage = self._passages[position]
        if passage.translation_key is None:
            return (position,)
        section = (passage.translation_key, passage.section)
        return tuple(at for one in LANGUAGES for at in self._sections.get((*section, one), ()))

    def merge(self, ranking: Ranking, language: Language) -> Ranking:
        """Return `ranking` with each passage in `language` where it has a twin there, once.

        A passage keeps the best of its own and its twins' places and scores.
        """
        ranks = {position: rank for rank, (position, _) in enumerate(ranking)}
        merged: dict[int, float] = {}
        for position, score in ranking:
            merged.setdefault(self._in_language(position, language, ranks), score)
        return tuple(merged.items())

    def _in_language(self, position: int, language: Language, ranks: dict[int, int]) -> int:
        """Return the twin of a passage in `language`, or the passage where there is none.

        Sections cut into equally many passages pair up one by one. Otherwise the twin is the best
        ranked passage of the other section, or the one at the like place where none is ranked.
        """
        passage = self._passages[position]
        if passage.translation_key is None or passage.language == language:
            return position
        section = (passage.translation_key, passage.section)
        twins = self._sections.get((*section, language), [])
        if not twins:
            return position
        siblings = self._sections[(*section, passage.language)]
        place = siblings.index(position)
        if len(twins) == len(siblings):
            return twins[place]
        ranked = [twin for twin in twins if twin in ranks]
        if ranked:
            return min(ranked, key=ranks.__getitem__)
        return twins[place * len(twins) // len(siblings)]
