import json
from pathlib import Path

import pytest

from eval.cases import Case
from eval.retrieval import retrieval_suite
from eval.retrieval_sets import retrieval_sets
from migbot.errors import UsageError
from migbot.index.build import build_index
from migbot.index.embed import load_embedder
from migbot.index.fakes import HashEmbedder
from migbot.index.store import open_index
from migbot.settings import load_settings
from migbot.types import Question, Turn

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "eval"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the third-party sets are not here")
FRONT = "---\npair: {key}\n---\n# {title}\n\n{text}\n"
CORPUS = {
    "fr/siege.md": ("seat", "Siège", "Le siège de l’organisation se trouve à Genève."),
    "en/seat.md": ("seat", "Seat", "The headquarters are in Geneva, in Switzerland."),
    "fr/vote.md": ("vote", "Vote", "Le pacte a recueilli cent cinquante-deux voix."),
    "en/vote.md": ("vote", "Vote", "The compact won votes of many states."),
    "en/head.md": ("head", "Director", "Amy Pope leads the organisation."),
}


def _open(folder, embedder):
    for path, (key, title, text) in CORPUS.items():
        file = folder / "corpus" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(FRONT.format(key=key, title=title, text=text), encoding="utf-8")
    build_index(
        folder / "corpus",
        folder / "indexes",
        embedder=embedder,
        passage_tokens=160,
        document_bytes=1_000_000,
    )
    return open_index(folder / "indexes")


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return _open(tmp_path_factory.mktemp("own"), HashEmbedder())


def _case(case_id, text, documents, *, language="en", expected="answer", history=()):
    turns = tuple(Turn(role="user", text=turn) for turn in history)
    return Case(
        case_id=case_id,
        question=Question(question_id=case_id, text=text, history=turns),
        language=language,
        kind="fact",
        topic="t",
        expected=expected,
        documents=documents,
    )


SEAT = _case("seat", "Where are the headquarters?", ("fr/siege.md", "en/seat.md"))


def _run(cases, index, *, folder=None, limit=None, embedder=None):
    return retrieval_suite(cases, index, embedder or HashEmbedder(), load_settings(), folder, limit)


def _scores(result):
    return {item.item_id: dict(item.scores) for item in result.items}


def test_a_question_is_searched_in_each_language_alone_and_in_both(index):
    result = _run([SEAT], index)
    assert [(item.item_id, item.language, item.kind) for item in result.items] == [
        ("seat/en→fr", "en→fr", "fact"),
        ("seat/en→en", "en→en", "fact"),
        ("seat/en→both", "en→both", "fact"),
    ]
    best = {"recall@5": 1, "recall@20": 1, "nDCG@10": 1, "MRR": 1}
    assert _scores(result)["seat/en→en"] == best
    # Both languages of one document are one document.
    assert _scores(result)["seat/en→both"] == best
    assert result.items[2].detail["relevant"] == ["seat"]


def test_the_scores_are_those_of_the_rank_of_the_document(index):
    wanted = _case("vote", "Where are the headquarters?", ("en/vote.md",))
    (item,) = (item for item in _run([wanted], index).items if item.language == "en→en")
    rank = item.detail["found"].index("vote") + 1
    assert rank > 1
    assert item.scores["MRR"] == pytest.approx(1 / rank)
    assert item.scores["nDCG@10"] == pytest.approx({2: 0.6309, 3: 0.5}[rank], abs=1e-4)


def test_only_the_documents_that_a_language_has_are_asked_of_it(index):
    # The document on the Director stands in English alone.
    both = _case("two", "Where are the headquarters?", ("en/seat.md", "en/head.md"))
    relevant = {item.language: item.detail["relevant"] for item in _run([both], index).items}
    assert relevant == {"en→fr": ["seat"], "en→en": ["head", "seat"], "en→both": ["head", "seat"]}


def test_a_question_without_a_document_in_a_language_is_not_searched_there(index):
    result = _run([_case("head", "Who leads it?", ("en/head.md",))], index)
    assert [item.language for item in result.items] == ["en→en", "en→both"]


def test_questions_to_decline_are_left_out_and_false_premises_are_not(index):
    declined = _case("no", "What will it cost?", (), expected="decline")
    corrected = _case("yes", "Did the vote fail?", ("en/vote.md",), expected="correct")
    items = _run([declined, corrected], index).items
    assert {item.item_id.partition("/")[0] for item in items} == {"yes"}


def test_a_follow_up_is_searched_with_the_subject_of_the_question_before(index):
    case = _case("why", "And where?", ("en/seat.md",), history=("Where are the headquarters?",))
    assert "headquarters" in _run([case], index).items[0].text


def test_a_document_that_the_index_lacks_is_noted(index):
    result = _run([_case("lost", "Where?", ("en/gone.md",))], index)
    assert result.items == ()
    assert "lack" in result.notes[0]
    assert "lost" in result.notes[0]


def test_two_runs_find_the_same_and_say_that_their_data_are_the_same(index):
    first, second = _run([SEAT], index), _run([SEAT], index)
    assert first == second
    other = _case("seat", "Where is the seat?", SEAT.documents)
    assert _run([other], index).data_sha256 != first.data_sha256


def _write(folder, name, lines):
    (folder / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


@pytest.fixture
def sets(tmp_path):
    """Return a folder of small third-party sets: one query that each answers, and 40 others."""
    others = range(40)
    law = [
        {"pid": f"s{at}-{lang}", "pair": f"s{at}", "lang": lang, "title": "Act", "heading": ""}
        | {"text": f"section{at} {lang}word{at} permits. " * (60 if at else 1)}
        for at in others
        for lang in ("fr", "en")
    ]
    _write(tmp_path, "canada_immigration_law_passages.jsonl", law)
    query = {"qid": "q0", "pair": "s0", "query_en": "section0 enword0", "query_fr": "frword0"}
    _write(tmp_path, "canada_immigration_law_queries.jsonl", [query])
    for name in ("piaf_fr", "squad2_en"):
        texts = [{"pid": f"p{at}", "title": "T", "text": f"river{at} flows."} for at in others]
        asked = {"pid": "p0", "question": "river0?", "answers": ["flows"]}
        unanswerable = {**asked, "qid": "b", "answerable": False, "answers": []}
        _write(tmp_path, f"{name}_passages.jsonl", texts)
        _write(tmp_path, f"{name}_questions.jsonl", [{"qid": "a", **asked}, unanswerable])
    actions = [
        {"id": f"g{at}", "objective": at // 10, "text": f"goal{at // 10} step{at}"} for at in others
    ]
    _write(tmp_path, "gcm_en_objectives_actions.jsonl", actions)
    titles = [{"objective": 0, "title_en": "goal0", "title_fr": None}]
    _write(tmp_path, "gcm_objective_titles_en_fr.jsonl", titles)
    return tmp_path


def test_each_third_party_set_is_searched_in_its_own_languages(index, sets):
    result = _run([SEAT], index, folder=sets)
    theirs = {(item.kind, item.item_id): item.scores["recall@5"] for item in result.items[3:]}
    assert set(theirs) == {
        ("canada-law", "q0/fr→fr"),
        ("canada-law", "q0/en→fr"),
        ("canada-law", "q0/fr→en"),
        ("canada-law", "q0/en→en"),
        ("piaf", "piaf-a/fr→fr"),
        ("squad2", "squad2-a/en→en"),
        ("gcm-objectives", "gcm-objective-0/en→en"),
    }
    assert theirs["canada-law", "q0/fr→fr"] == theirs["squad2", "squad2-a/en→en"] == 1
    assert theirs["gcm-objectives", "gcm-objective-0/en→en"] == 1


def test_figures_over_all_kinds_are_of_own_questions_alone(index, sets):
    figures = _run([SEAT], index, folder=sets).figures
    counts = {(one.language, one.kind): one.n for one in figures if one.metric == "MRR"}
    assert counts["all", "all"] == 3
    assert counts["en→en", "all"] == 1
    assert counts["all", "canada-law"] == 4
    assert counts["fr→fr", "piaf"] == 1


def test_a_limit_keeps_what_is_to_be_found_and_a_fixed_number_of_others(sets):
    law, piaf, _, actions = retrieval_sets(sets, 4)
    assert len({text.key for text in law.texts}) == len({text.key for text in piaf.texts}) == 13
    assert {"s0-fr", "s0-en"} < {text.text_id for text in law.texts}
    assert [text.text_id for text in actions.texts if text.key == "0"] == ["g0", "g1", "g2"]
    assert retrieval_sets(sets, 4) == retrieval_sets(sets, 4)
    assert len(retrieval_sets(sets, None)[0].texts) == 80


def test_a_sample_is_noted_and_so_are_sets_left_out(index, sets):
    assert "sampled" in _run([SEAT], index, folder=sets, limit=4).notes[0]
    assert "MIGBOT_EVAL_DATA" in _run([SEAT], index).notes[0]


def test_a_faulty_set_is_told_by_line(index, sets):
    _write(sets, "piaf_fr_passages.jsonl", [{"pid": "p"}])
    with pytest.raises(UsageError, match="line 1: title"):
        _run([SEAT], index, folder=sets)


@needs_data
def test_the_sample_for_continuous_integration_is_small():
    sets = retrieval_sets(DATA, 60)
    assert [one.kind for one in sets] == ["canada-law", "piaf", "squad2", "gcm-objectives"]
    assert all(one.queries for one in sets)
    assert sum(len(one.texts) for one in sets) < 250


@pytest.mark.models
def test_the_real_embedder_finds_a_document_of_the_other_language(tmp_path):
    embedder = load_embedder(load_settings())
    index = _open(tmp_path, embedder)
    case = _case("seat", "Où est le siège ?", SEAT.documents, language="fr")
    assert _scores(_run([case], index, embedder=embedder))["seat/fr→en"]["MRR"] == 1
