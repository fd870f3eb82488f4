import json
import logging

import numpy as np
import pytest

from eval import bench_index
from eval.synthetic import PASSAGE_TOKENS, SyntheticDocuments, WordSumEmbedder
from migbot.documents.chunk import chunk_document
from migbot.index.passages import indexed_text


@pytest.fixture(scope="module")
def passages():
    embedder = WordSumEmbedder()
    return [
        passage
        for document in SyntheticDocuments(600)
        for passage in chunk_document(
            document, count_tokens=embedder.count_tokens, max_tokens=PASSAGE_TOKENS
        )
    ]


def test_made_up_documents_hold_as_many_passages_as_were_asked_for(passages):
    assert len(passages) == 600
    assert [one.text for one in SyntheticDocuments(40)] == [
        one.text for one in list(SyntheticDocuments(600))[:2]
    ]


def test_made_up_vectors_are_spread_as_the_real_ones(passages):
    vectors = WordSumEmbedder().embed_passages([indexed_text(one) for one in passages])
    cosines = vectors @ vectors.T
    documents = np.array([passage.document_id for passage in passages])
    same = documents[:, None] == documents[None, :]
    np.fill_diagonal(cosines, np.nan)

    assert np.nanmean(cosines[~same]) == pytest.approx(0.845, abs=0.01)
    assert np.nanmean(cosines[same]) == pytest.approx(0.92, abs=0.02)
    assert np.nanmedian(np.nanmax(cosines, axis=1)) == pytest.approx(0.95, abs=0.02)


def test_measures_an_index_and_prints_a_row_for_each_figure(tmp_path, capsys):
    assert bench_index.main(["--passages", "400", "--json", str(tmp_path / "figures.json")]) == 0

    (figures,) = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8")).values()
    printed = capsys.readouterr().out
    assert (figures["passages"], figures["recall_at_10"]) == (400, 1.0)
    assert figures["one_more_embedded"] == 20
    for key, label in bench_index._ROWS:
        assert figures[key] > 0
        assert label in printed


def test_measures_an_index_in_lists_against_the_exact_search(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("migbot.index.build_dense.EXACT_VECTORS", 399)
    caplog.set_level(logging.INFO, logger="migbot.index.dense")

    figures = {}
    for step in bench_index._STEPS.values():
        figures |= step(tmp_path, 400)

    # Once for each of the two builds.
    assert [record.message.split(" ", 1)[1][:20] for record in caplog.records] == [
        "of 64 lists searched"
    ] * 2
    assert 0.9 <= figures["recall_at_10"] <= 1.0
    assert {key for key, _ in bench_index._ROWS} <= figures.keys()
