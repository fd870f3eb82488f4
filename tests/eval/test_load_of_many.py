from eval.load import measure


def test_many_visitors_at_once_get_their_own_answers_or_are_told_their_place():
    figures = measure(40, 5, 0.02)

    assert figures["errors"] == 0, figures["first_error"]
    assert figures["crossed"] == 0
    assert figures["answered"] == 40 * figures["rounds"]
    assert figures["told_their_place"] > 0
