import pytest

from migbot.errors import IndexIntegrityError
from migbot.index.sparse import SparseIndex

TEXTS = (
    "The headquarters of IOM are in Geneva.",
    "Le siège de l’OIM se trouve à Genève.",
    "The Compact was adopted in Marrakech.",
)
LANGUAGES = ("en", "fr", "en")


@pytest.fixture
def sparse():
    return SparseIndex.build(TEXTS, LANGUAGES)


def test_finds_by_stemmed_words_in_both_languages(sparse):
    assert [at for at, _ in sparse.search("siege OIM", 5)] == [1]
    assert [at for at, _ in sparse.search("adopting the compacts", 5)] == [2]


def test_unknown_empty_and_stop_word_questions_find_nothing(sparse):
    for question in ("xyzzy", "", "what is the"):
        assert sparse.search(question, 5) == ()


def test_more_is_asked_for_than_there_is(sparse):
    assert len(sparse.search("headquarters Marrakech", 50)) == 2


def test_a_rarer_word_weighs_more(sparse):
    scores = dict(sparse.search("IOM Geneva Marrakech headquarters", 5))

    assert scores[0] > scores[2] > 0


def test_a_corpus_of_stop_words_alone_can_be_indexed():
    sparse = SparseIndex.build(["the of", ""], ["en", "en"])

    assert len(sparse) == 2
    assert sparse.search("the", 5) == ()


def test_reads_back_what_it_wrote(sparse):
    again = SparseIndex.from_files(sparse.to_files())

    assert len(again) == len(sparse)
    assert again.search("siège de l'OIM", 5) == sparse.search("siège de l'OIM", 5)
    assert again.to_files() == sparse.to_files()


def test_refuses_parts_of_another_index(sparse):
    other = SparseIndex.build(["only one"], ["en"]).to_files()
    mixed = {**sparse.to_files(), "sparse.vocabulary.json": other["sparse.vocabulary.json"]}

    with pytest.raises(IndexIntegrityError, match="do not fit together"):
        SparseIndex.from_files(mixed)


def test_refuses_a_missing_part(sparse):
    files = sparse.to_files()
    del files["sparse.data.npy"]

    with pytest.raises(IndexIntegrityError, match=r"sparse\.data\.npy"):
        SparseIndex.from_files(files)
