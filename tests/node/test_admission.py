"""Who is let in: nobody can keep the others out."""

from hypothesis import given
from hypothesis import strategies as st

from microcal_xray.node.admission import Caller, Decision, decision

HOSTS = st.sampled_from("abc")
QUIET = st.floats(0, 20)


def callers(first, specs):
    return [Caller(first + number, host, quiet) for number, (host, quiet) in enumerate(specs)]


@given(
    st.lists(st.tuples(HOSTS, QUIET), max_size=8),
    st.lists(st.tuples(HOSTS, QUIET), max_size=8),
    st.integers(1, 8),
)
def test_never_more_than_the_limit_and_never_one_that_sends_is_ended(asking, having, most):
    held = callers(100, having[:most])
    made = decision(callers(0, asking), held, most=most)
    if made.admit is None:
        assert made.end is None
        return
    assert made.admit < len(asking)
    left = [each for each in held if each.key != made.end]
    assert len(left) < most
    if made.end is not None:
        assert next(each for each in held if each.key == made.end).quiet_s >= 3


def test_no_host_gets_more_than_three_quarters():
    held = callers(100, [("a", 0.0)] * 6)
    assert decision(callers(0, [("a", 5.0)]), held, most=8) == Decision()
    assert decision(callers(0, [("a", 5.0), ("b", 0.0)]), held, most=8) == Decision(admit=1)


def test_a_flood_from_one_host_does_not_delay_another():
    """However many ask from one host, and for how long: the other is next."""
    flood = callers(0, [("a", 9.0)] * 200)
    held = callers(1000, [("a", 0.0)] * 7)
    assert decision([*flood, Caller(999, "b", 0.0)], held, most=10).admit == 999


def test_silent_associations_give_way_to_those_who_ask():
    held = callers(100, [("a", 4.0), ("a", 8.0), ("b", 9.0), ("a", 1.0)])
    assert decision(callers(0, [("c", 0.0)]), held, most=4) == Decision(admit=0, end=101)


def test_a_host_at_its_limit_can_only_take_its_own_place():
    held = callers(100, [("a", 0.0), ("a", 9.0), ("a", 0.0), ("b", 9.0)])
    assert decision(callers(0, [("a", 0.0)]), held, most=4) == Decision(admit=0, end=101)


def test_where_all_send_those_who_ask_wait():
    assert decision(callers(0, [("b", 5.0)]), callers(100, [("a", 0.0)] * 4), most=4) == Decision()


def test_one_association_in_all_serves_one_after_the_other():
    assert decision(callers(0, [("a", 0.0)]), [], most=1) == Decision(admit=0)
    assert decision(callers(0, [("a", 0.0)]), callers(9, [("a", 3.0)]), most=1) == Decision(admit=0, end=9)
