"""Splits into training and test parts that keep documents whole and stay put as data grows."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from stance.errors import OptionError, Problem
from stance.records import LabeledSentence

__all__ = ["fraction", "split_labels"]

DEFAULT_SHARES: Mapping[str, float] = {"train": 0.8, "test": 0.2}
Parts = dict[str, tuple[LabeledSentence, ...]]


def split_labels(
    labels: Iterable[LabeledSentence],
    shares: Mapping[str, float] = DEFAULT_SHARES,
    seed: int = 0,
    exact: bool = False,
    previous: Mapping[str, Iterable[LabeledSentence]] | None = None,
) -> Parts:
    """Split labels by document.

    A hash of the document's name decides, so a document stays in its part whatever is added to
    the labels or taken from them, and each stratum (the rarest stance that a document holds)
    has the same chance everywhere. With ``exact`` the strata are filled up to their shares
    instead: better for small sets, but only ``previous`` keeps documents in place then.

    Parameters
    ----------
    labels : iterable of LabeledSentence
    shares : mapping of str to float
        Name of each part, and its share of the documents; they sum to one.
    seed : int
        Another number gives another split.
    exact : bool
    previous : mapping of str to iterable of LabeledSentence, optional
        An earlier split; its documents stay where they are.

    Returns
    -------
    dict of str to tuple of LabeledSentence
        In the order of ``labels``.

    Raises
    ------
    OptionError
        If the shares are not positive or do not sum to one, or ``previous`` has other parts.

    Examples
    --------
    >>> import stance
    >>> labels = stance.read_labels("tests/data/small.stance")
    >>> {name: len(part) for name, part in split_labels(labels, {"all": 1.0}).items()}
    {'all': 3}
    """
    labels = tuple(labels)
    _check_shares(shares, previous)
    place = {label.group: name for name, part in (previous or {}).items() for label in part}
    groups: dict[str, list[LabeledSentence]] = {}
    for label in labels:
        groups.setdefault(label.group, []).append(label)
    if exact:
        _fill(groups, shares, seed, place)
    else:
        for group in groups:
            place.setdefault(group, _part_of(fraction(group, seed), shares))
    return {name: tuple(x for x in labels if place[x.group] == name) for name in shares}


def _check_shares(
    shares: Mapping[str, float], previous: Mapping[str, Iterable[LabeledSentence]] | None
) -> None:
    if not shares or min(shares.values()) <= 0 or abs(sum(shares.values()) - 1) > 1e-6:
        raise OptionError(
            Problem(
                "the shares of a split are positive and sum to one",
                "correct them (train=0.8 test=0.2, say)",
                dict(shares),
            )
        )
    for name in previous or {}:
        if name not in shares:
            raise OptionError(
                Problem(
                    f"an earlier split has the parts {', '.join(shares)}",
                    "name the same parts, or write to another folder",
                    name,
                )
            )


def fraction(group: str, seed: int = 0) -> float:
    """Return a number in [0, 1) that depends on the document's name and the seed alone.

    Examples
    --------
    >>> 0 <= fraction("a document") < 1
    True
    """
    digest = hashlib.sha256(f"{seed}\n{group}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7]) / 2**56


def _part_of(fraction: float, shares: Mapping[str, float]) -> str:
    # The first part lies at the upper end, so that test sets nest when shares change.
    reached = 1.0
    for name, share in shares.items():
        reached -= share
        if fraction >= reached - 1e-9:
            return name
    return next(reversed(list(shares)))


def _fill(
    groups: Mapping[str, Sequence[LabeledSentence]],
    shares: Mapping[str, float],
    seed: int,
    place: dict[str, str],
) -> None:
    """Put each new document into the part that lacks most of its stratum, in order of hashes."""
    strata = _strata(groups)
    held: dict[str, Counter[str]] = {}
    for group in groups:
        if group in place:
            held.setdefault(strata[group], Counter())[place[group]] += 1
    whole: Counter[str] = Counter(place[group] for group in groups if group in place)
    for group in sorted(groups, key=lambda group: (fraction(group, seed), group)):
        if group in place:
            continue
        count = held.setdefault(strata[group], Counter())
        seen, total = count.total() + 1, whole.total() + 1
        place[group] = max(
            shares,
            key=lambda name: (
                shares[name] * seen - count[name],
                shares[name] * total - whole[name],
            ),
        )
        count[place[group]] += 1
        whole[place[group]] += 1


def _strata(groups: Mapping[str, Sequence[LabeledSentence]]) -> dict[str, str]:
    """Return the rarest stance that each document holds, counted by documents."""
    stances = {
        group: sorted({n for s in members for r in s.relations or () for n in r.stance or ()})
        for group, members in groups.items()
    }
    counts = Counter(name for names in stances.values() for name in names)
    return {
        group: min(names, key=lambda name: (counts[name], name)) if names else "none"
        for group, names in stances.items()
    }
