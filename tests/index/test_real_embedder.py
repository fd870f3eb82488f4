"""The real embedder on a tiny corpus: each language finds what only the other has."""

import json
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from migbot.answer.retrieve import Retriever
from migbot.documents.corpus import read_corpus
from migbot.index.build import build_index
from migbot.index.check import check_index
from migbot.index.content import cut_document
from migbot.index.embed import load_embedder
from migbot.index.passages import indexed_text
from migbot.index.store import open_index
from migbot.settings import load_settings

pytestmark = pytest.mark.models

SHEETS = {
    "en/deaths.md": "# Missing\n\nThousands of people died while crossing the sea last year.\n",
    "en/money.md": "# Remittances\n\nWorkers abroad send money home to their families.\n",
    "en/vote.md": "# Vote\n\nThe General Assembly adopted the Compact in December 2018.\n",
    "fr/enfants.md": "# Mineurs\n\nLes enfants ne doivent pas être placés en détention.\n",
    "fr/visas.md": "# Visas\n\nLes consulats délivrent les visas avant le départ.\n",
}


@pytest.fixture(scope="module")
def embedder():
    return load_embedder(load_settings())


@pytest.fixture(scope="module")
def indexes(tmp_path_factory, embedder):
    folder = tmp_path_factory.mktemp("real")
    for name, content in SHEETS.items():
        path = folder / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    build_index(
        folder / "corpus",
        folder / "indexes",
        embedder=embedder,
        passage_tokens=160,
        document_bytes=1_000_000,
    )
    return folder / "indexes"


@pytest.mark.parametrize(
    ("question", "language", "path"),
    [
        ("Combien de personnes sont mortes en mer ?", "fr", "en/deaths.md"),
        ("Les travailleurs envoient-ils de l’argent chez eux ?", "fr", "en/money.md"),
        ("May children be locked up?", "en", "fr/enfants.md"),
    ],
)
def test_a_question_finds_the_passage_of_the_other_language(
    indexes, embedder, question, language, path
):
    index = open_index(indexes, embedder=embedder.identity)

    hits = Retriever(index, embedder).search(question, language=language, top_k=2)

    assert hits[0].passage.path == path


@pytest.mark.parametrize(
    "question", ["Où sont détenus les enfants ?", "Quand délivre-t-on un visa ?"]
)
def test_a_question_finds_the_same_however_its_accents_are_written(indexes, embedder, question):
    retriever = Retriever(open_index(indexes, embedder=embedder.identity), embedder)

    composed, decomposed = (
        retriever.search(unicodedata.normalize(form, question), language="fr", top_k=3)
        for form in ("NFC", "NFD")
    )

    assert decomposed == composed


def test_the_model_sees_every_passage_of_the_corpus_that_ships_whole(embedder):
    settings = load_settings()
    reading = embedder._model.tokenizer
    passages = [
        passage
        for document in read_corpus(settings.corpus).documents
        for passage in cut_document(
            document, embedder=embedder, passage_tokens=settings.passage_tokens
        )
    ]

    inputs = [embedder.identity.passage_prefix + indexed_text(passage) for passage in passages]
    lengths = [len(ids) for ids in reading(inputs, truncation=False, verbose=False)["input_ids"]]

    assert len(passages) > 400
    assert max(lengths) <= embedder.max_tokens == 512


def test_the_index_checks(indexes, embedder):
    assert check_index(indexes, embedder) == ()


def test_vectors_are_unit_and_do_not_depend_on_the_batch(embedder):
    texts = ["A short one.", "A much longer passage about migration. " * 20, "Une autre."]

    together = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])

    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert np.allclose(together, alone, atol=1e-3)
    assert embedder.embed_questions([]).shape == (0, together.shape[1])


def test_counts_the_tokens_that_the_model_itself_counts(embedder):
    corpus = load_settings().corpus
    texts = [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*/*.md"))]
    texts += [
        "",
        " ",
        "L’Œuvre de l’OIM\u00a0: 38\u202f% des États — « où\u00a0? »",
        "e\u0301migre\u0301",
    ]
    texts += ["<s> [1] </s>", "tab\there\nand\r\nlines", "Ａ１２ ½ ﬁn 👩‍👧"]
    lines = [line for text in texts for line in text.splitlines() or [text]]
    reading = embedder._model.tokenizer

    for text in (*texts, *lines):
        expected = len(reading.encode(text, add_special_tokens=False, verbose=False))
        assert embedder.count_tokens(text) == expected, text
    assert embedder.max_tokens == embedder._model.max_seq_length == 512


def test_a_model_has_one_identity_by_name_and_by_path(embedder):
    settings = load_settings()
    by_path = load_embedder(load_settings(embedder=str(settings.models / settings.embedder)))

    assert by_path.identity == embedder.identity


UNCHANGED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from migbot.cli import main

status = main(["index", "build", "--corpus", sys.argv[1], "--index", sys.argv[2], "--json"])
print("LOADED", *sorted({name.split(".")[0] for name in sys.modules}))
sys.exit(status)
"""


def test_an_unchanged_corpus_costs_no_model(indexes):
    done = subprocess.run(
        [sys.executable, "-c", UNCHANGED, str(indexes.parent / "corpus"), str(indexes)],
        capture_output=True,
        text=True,
        check=True,
    )

    report, loaded = done.stdout.splitlines()
    assert json.loads(report)["published"] is False
    assert "tokenizers" in loaded.split()
    assert {"torch", "transformers", "sentence_transformers"} & set(loaded.split()) == set()


def test_questions_that_are_embedded_together_have_the_vectors_that_they_have_alone(embedder):
    questions = [f"{'Who voted? ' * number}What is the budget of {number}?" for number in range(12)]
    alone = np.concatenate([embedder.embed_questions([question]) for question in questions])

    with ThreadPoolExecutor(len(questions)) as threads:
        together = np.concatenate(
            list(threads.map(lambda question: embedder.embed_questions([question]), questions))
        )

    assert np.abs(alone - together).max() < 1e-5
