import pytest

from migbot.answer.repetition import goes_in_circles


@pytest.mark.parametrize(
    "text",
    [
        "Le Réseau " + "de la migration " * 4,
        "The Compact was adopted in 2018 [1]. " * 4,
        "It has " + "!" * 40,
        ("IOM was founded in 1951, when the seat was in Geneva and the staff was small. " * 5)[3:],
    ],
)
def test_the_same_words_over_and_over_are_circles(text):
    assert goes_in_circles(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The Compact has 23 objectives, and the Network has 38 entities [1][2].",
        "very very very good",
        "Le Pacte a 23 objectifs. Le Pacte a 152 voix. Le Pacte a 5 voix contre. Le Pacte a…",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23",
        "no, " * 9,
    ],
)
def test_what_people_write_is_none(text):
    assert not goes_in_circles(text)
