from eval.load import measure


def test_many_visitors_at_once_get_their_own_answers_or_are_told_their_place():
    figures = measure(40, 5, 0.02, page=12)

    for way, visitors in (("api", 28), ("page", 12)):
        seen = figures[way]
        assert seen["errors"] == 0, seen["first_error"]
        assert seen["crossed"] == 0
        assert seen["answered"] == visitors * figures["rounds"]
        assert seen["told_their_place"] > 0
