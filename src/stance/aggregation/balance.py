"""The balance score: from -1 (enmity) to +1 (friendship).

Each stance has a place on the line from enemy to friend: in Wendt's roles (1999, *Social Theory of
International Politics*) the friend stands at +1, the enemy at -1, and the rival, who opposes but
does not destroy, half way to the enemy. The balance of some relations is the mean place of the
stances expected in them: the sum over stances of place times probability, divided by the sum of
the probabilities. What is neutral weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from stance.errors import OptionError, Problem

__all__ = ["CODEBOOK_PLACES", "check_places"]

CODEBOOK_PLACES: dict[str, float] = {"cooperation": 1.0, "rivalry": -0.5, "threat": -1.0}


def check_places(
    stances: tuple[str, ...], places: Mapping[str, float] | None
) -> tuple[float, ...] | None:
    """Return the place of each stance, or None if there is no balance to speak of.

    Raises
    ------
    OptionError
        If ``places`` leaves a stance out, names another, or holds one outside -1 to 1.

    Examples
    --------
    >>> check_places(("cooperation", "threat"), None)
    (1.0, -1.0)
    >>> check_places(("verbal",), None) is None
    True
    """
    if places is None:
        if not set(stances) <= set(CODEBOOK_PLACES):
            return None
        places = {name: CODEBOOK_PLACES[name] for name in stances}
    if set(places) != set(stances):
        raise OptionError(
            Problem(
                f"weights name each stance of the scores once: {', '.join(stances)}",
                "give each a place between -1 and 1",
                ", ".join(places),
            )
        )
    for name, place in places.items():
        if not -1 <= place <= 1:
            raise OptionError(
                Problem(f"the weight of {name} lies between -1 and 1", "correct it", place)
            )
    return tuple(float(places[name]) for name in stances)
