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
    return SparseIndex.build(zip(TEXTS, LANGUAGES, strict=True))


def files_of(sparse, folder):
    """Return the contents of the files that an index writes, by name."""
    folder.mkdir()
    return {name: path.read_bytes() for name, path in sparse.write(folder).items()}


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
    sparse = SparseIndex.build([("the of", "en"), ("", "en")])

    assert len(sparse) == 2
    assert sparse.search("the", 5) == ()


def test_a_few_are_the_best_of_many_and_ties_go_to_the_lower_position():
    texts = [f"{'Geneva ' * (number % 3 + 1)}{'word ' * 3}" for number in range(300)]
    sparse = SparseIndex.build((text, "en") for text in texts)

    every = sparse.search("Geneva", 300)

    assert len(every) == 300
    assert list(every) == sorted(every, key=lambda hit: (-hit[1], hit[0]))
    for k in (1, 7, 100, 101):
        assert sparse.search("Geneva", k) == every[:k]


def test_reads_back_what_it_wrote(sparse, tmp_path):
    files = files_of(sparse, tmp_path / "first")
    again = SparseIndex.from_files(files)

    assert len(again) == len(sparse)
    assert again.search("siège de l'OIM", 5) == sparse.search("siège de l'OIM", 5)
    assert files_of(again, tmp_path / "second") == files


def test_refuses_parts_of_another_index(sparse, tmp_path):
    other = files_of(SparseIndex.build([("only one", "en")]), tmp_path / "other")
    mixed = {
        **files_of(sparse, tmp_path / "first"),
        "sparse.vocabulary.json": other["sparse.vocabulary.json"],
    }

    with pytest.raises(IndexIntegrityError, match="do not fit together"):
        SparseIndex.from_files(mixed)


def test_refuses_a_missing_part(sparse, tmp_path):
    files = files_of(sparse, tmp_path / "first")
    del files["sparse.data.npy"]

    with pytest.raises(IndexIntegrityError, match=r"sparse\.data\.npy"):
        SparseIndex.from_files(files)
