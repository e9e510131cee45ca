from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.comments.priority import Weights, longest_lead_ms, worth

WEIGHTS = Weights()
SHARE = st.floats(0, 1)
ASKERS = st.integers(1, 10**6)


def _worth(
    *, buying: float = 0.0, asks: float = 0.5, askers: int = 1, waited_ms: int = 0, is_served: bool = False
) -> float:
    return worth(
        buying=buying, asks=asks, askers=askers, waited_ms=waited_ms, is_served=is_served, weights=WEIGHTS
    )


def test_a_buyer_goes_before_who_is_only_curious() -> None:
    assert _worth(buying=1.0) > _worth(buying=0.2)


def test_many_askers_go_before_one() -> None:
    assert _worth(askers=8) > _worth(askers=2) > _worth(askers=1)


def test_a_crowd_of_thousands_shouts_no_louder_than_one_of_sixty_four() -> None:
    assert _worth(askers=64) == _worth(askers=100_000)


def test_who_was_answered_lately_stands_behind_who_was_not() -> None:
    assert _worth(is_served=True, buying=0.9) < _worth(buying=0.9)


@settings(deadline=None, derandomize=True)
@given(SHARE, SHARE, ASKERS, st.booleans(), SHARE, SHARE, ASKERS, st.booleans())
def test_old_enough_a_question_goes_before_any_other(
    buying: float, asks: float, askers: int, served: bool, b: float, a: float, n: int, s: bool
) -> None:
    old = _worth(
        buying=buying, asks=asks, askers=askers, is_served=served, waited_ms=longest_lead_ms(WEIGHTS)
    )

    assert old >= _worth(buying=b, asks=a, askers=n, is_served=s)
