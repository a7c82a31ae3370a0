"""Headlines: words in capitals folded, and verbs that look like names because all words do."""

from __future__ import annotations

import re

from stance.text.catalogue import Catalogue

__all__ = ["TITLES", "folded", "is_headline", "is_headline_verb", "shouted_end"]

TITLES = frozenset(
    "Mr Mrs Ms Dr President Premier Minister Chancellor King Queen Prince Emir Secretary General"
    " Ayatollah Ambassador Speaker Pope Sheikh Sultan Chairman Senator Representative Gen Col"
    " Marshal Admiral Colonel Commander Crown President-elect Imam Mullah Comrade Lord Lady Sir"
    " Baroness".split()
)
"""Words before a personal name."""
_SMALL = frozenset(
    "a an the and or but nor of to in on at by for from with over into onto after as vs v via"
    " up off out amid against about under between upon per than if de la le el al bin von van"
    " der".split()
)
"""Words that a headline in title case leaves in lower case."""
_FEWEST = 3  # capitalised words: two are as well a name
_ABBREVIATED = 4  # letters; such words of the catalogue stay in capitals
_VERB_ENDINGS = ("s", "ed")
_NAME_ENDINGS = ("ss", "is", "us", "as", "os", "med", "eed", "yed")
"""Endings of names that look like those of verbs (Mitsotakis, Abbas, Ahmed, Saeed)."""
_VERBS = frozenset(
    "Has Was Is Does Will Would Could Should Must Agree Meet Sign Vote Plan Seek Face Warn Hold"
    " Urge Push Call Join Back Make Take Trade Clash Want Move Open Talk Said Told Held Made Says"
    " Vow Threaten Accuse Condemn Reject Strike Attack Launch Sees Pass Press Discuss".split()
)
_SHOUTED = re.compile(r"[^\W\d_][^a-z:(]{3,60}(?=:| \((?![^)]*\)\s*[-–—]))")


def is_headline(words: list[str]) -> bool:
    """Return whether words are a headline in title case, whose capitals tell no names.

    Examples
    --------
    >>> is_headline("Mali Cuts Ties With Ukraine".split())
    True
    """
    capitalised = 0
    for word in words:
        if word.isalpha():
            if word[0].isupper():
                capitalised += 1
            elif word not in _SMALL:
                return False
    return capitalised >= _FEWEST


def is_headline_verb(word: str) -> bool:
    """Return whether a capitalised word is rather a verb than a name, in a headline.

    Examples
    --------
    >>> [word for word in "Greece Mitsotakis Hosts Ahmed".split() if is_headline_verb(word)]
    ['Hosts']
    """
    return word in _VERBS or (word.endswith(_VERB_ENDINGS) and not word.endswith(_NAME_ENDINGS))


def shouted_end(text: str) -> int:
    """Return where a speaker in capitals ends that a transcript begins with, 0 if none does.

    A place in capitals before the agency or the news is a dateline: it stays as it is.

    Examples
    --------
    >>> shouted_end("PRESIDENT OMAR: We agree."), shouted_end("ANN ROE (Chad) said no.")
    (14, 7)
    >>> shouted_end("NEW YORK (AP) - He left."), shouted_end("NEW DELHI: India objects.")
    (0, 0)
    """
    match = _SHOUTED.match(text)
    if match is None or " " not in match[0] or not match[0].isupper():
        return 0
    spoken = match[0].replace(".", "").replace("-", " ").title()
    if text[match.end()] == ":" and TITLES.isdisjoint(spoken.split()):
        return 0
    return match.end()


def folded(words: list[str], catalogue: Catalogue, are_names: bool = False) -> list[str]:
    """Return words in capitals as the catalogue writes them.

    What it does not know is left in lower case, or with a capital if ``are_names``.
    """
    lower = [word.lower() for word in words]
    found: list[str] = []
    while len(found) < len(words):
        position = len(found)
        word, capitalised = words[position], words[position].capitalize()
        rest, first = max(
            (
                (_longest_rest(one, lower[position + 1 :], catalogue), one)
                for one in (word, capitalised, lower[position])
            ),
            key=lambda found: len(found[0]),
        )
        if not rest:
            if len(word) <= _ABBREVIATED and word in catalogue.first_words:
                first = word
            elif are_names or capitalised in TITLES or capitalised in catalogue.first_words:
                first = capitalised
            else:
                first = lower[position]
        found += (first, *rest)
    return found


def _longest_rest(word: str, lower: list[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the words with which a name goes on ("Arabia"), as the catalogue writes them."""
    found: tuple[str, ...] = ()
    for group in catalogue.starts[word].longer.values():
        for longer in group:
            rest = longer.rest
            if len(rest) > len(found) and [w.lower() for w in rest] == lower[: len(rest)]:
                found = rest
    return found
