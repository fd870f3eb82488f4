from migbot.answer.words import held_terms, question_words
from migbot.index.terms import passage_terms


def test_stop_words_are_no_words_of_a_question():
    assert question_words("Who is it?") == question_words("Qu’est-ce que c’est ?") == ()


def test_a_word_counts_under_the_stems_of_both_languages():
    (word,) = question_words("migrations")

    assert word.is_held(passage_terms("migration", "fr"))
    assert word.is_held(passage_terms("migration", "en"))
    assert not word.is_held(passage_terms("immigration", "en"))


def test_a_word_is_held_where_another_begins_like_it():
    (word,) = question_words("coordonne")

    assert word.is_held(passage_terms("coordonnateur", "fr"))
    assert not word.is_held(passage_terms("coopération", "fr"))


def test_short_words_must_be_the_same():
    (word,) = question_words("vote")

    assert word.is_held(passage_terms("votes", "en"))
    assert not word.is_held(passage_terms("votive", "en"))


def test_a_word_of_an_official_term_also_counts_as_its_translation():
    (word,) = question_words("l’OIM")

    assert word.is_held(passage_terms("IOM", "en"))
    assert word.is_held(passage_terms("OIM", "fr"))
    assert not word.is_held(passage_terms("UNHCR", "en"))


def test_a_term_of_several_words_is_translated_whole():
    words = question_words("le Réseau des Nations Unies sur les migrations")

    assert all(word.is_held(passage_terms("Network United Nations", "en")) for word in words[:2])


def test_a_repeated_word_counts_once():
    assert len(question_words("migrants, migrants")) == 1


def test_accents_left_out_of_a_question_do_not_matter():
    for written in ("adoptée", "adoptee", "ADOPTÉE"):
        (word,) = question_words(written)
        assert word.is_held(passage_terms("a été adoptée", "fr"))


def test_a_number_in_words_is_held_by_its_digits():
    (word,) = question_words("trente-huit")

    assert word.is_held(held_terms("38 entities", "en"))
    assert not word.is_held(held_terms("39 entities", "en"))
