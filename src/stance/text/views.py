"""One sentence as coreference sees it: tokens, mentions, clauses and quotations."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence

from stance.records import Mention, Span
from stance.text.attribution import Attribution
from stance.text.offices import OFFICE_HEADS, has_office
from stance.text.places import ONLY_WHERE
from stance.text.surfaces import FUNCTION_WORDS
from stance.text.tokens import Tokens

__all__ = [
    "CLAUSE_BORDERS",
    "COUNTRIES",
    "LONGEST_PHRASE",
    "MODIFIERS",
    "NUMBERS",
    "RESOLVED",
    "SAID",
    "SentenceView",
]

COUNTRIES = frozenset(
    "countries nations states governments capitals neighbours neighbors sides powers parties"
    " leaders presidents allies rivals ministers armies economies republics peoples militaries"
    " adversaries partners foes enemies giants sides navies delegations counterparts kingdoms"
    " monarchies services fleets men diplomats statesmen strongmen heads".split()
)
MODIFIERS = frozenset(
    "biggest closest northern southern eastern western old powerful small smaller larger big main"
    " foreign defence defense oil finance interior prime military armed terror terrorist islamist"
    " jihadist militant extremist trade regional african european asian arab former long-time"
    " warring quarrelling neighbouring neighboring feuding own only new closest nuclear atomic un"
    " shia shiite sunni state rebel separatist poor tiny host 28-nation island central"
    " ruling giant top gas energy mining tech".split()
)
LONGEST_PHRASE = 4

SAID = frozenset(("said", "says"))
_SUBJECT_PRONOUNS = frozenset("it they he she we".split())
_RELATIVES = (["that"], ["which"], ["who"], ["whose"])
RESOLVED = frozenset(("pronoun", "phrase"))
_AFTER_OBJECT = frozenset(
    "to for with of on in at from by as into against back off until after during without through"
    " over when because while before once again if unless".split()
)
CLAUSE_BORDERS = frozenset(
    "that and but while although though whereas unless because as when where if which who"
    ' ; : " “ ” — –'.split()
)
_AFTER_BOTH = frozenset(
    "have has are were will would can must say said deny denied and want see need fear oppose share"
    " seek regard view face know claim support reject hope sell buy rely depend distrust".split()
)
NUMBERS = {"two": 2, "both": 2, "each": 2, "pair": 2, "duo": 2, "three": 3, "four": 4, "five": 5}
"""Words that say for how many actors a phrase stands."""

_LISTED = ([","], [",", "the"])
_BEFORE_NAMES = ([","], [":"], ["—"], ["–"], ["("])
_OF_STATE = (["of", "state"], ["of", "government"])
_SINGLES = frozenset(
    "side country government capital army state neighbour neighbor party nation".split()
)
_GROUP_LABELS = frozenset(("Nato", "NATO", "Gulf", "European", "Arab"))
_AFTER_NUMBER = _AFTER_BOTH | frozenset(
    "in on at from to with for by as but or when while since did do could may might should also"
    " now never still is".split()
)
_LONGEST_JOIN = 25  # characters


class SentenceView:
    """The sentence at hand: its tokens, mentions and speakers, and questions about them."""

    def __init__(
        self,
        text: str,
        tokens: Tokens,
        offset: int,
        mentions: Sequence[Mention],
        attributions: Sequence[Attribution],
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.lower = tokens.lower
        self.starts = tokens.starts
        self.offset = offset
        self.mentions = mentions
        self.attributions = attributions
        self.resolved: Sequence[Mention] = ()  # so far, while the rules run
        self._has_offices: bool | None = None

    def range_of(self, mention: Mention) -> Span:
        """Return the tokens of a mention, the last exclusive."""
        return self.token_at(mention.start), self.token_at(mention.end - 1) + 1

    def has_unnamed_speaker(self) -> bool:
        """Return whether a speaker is a pronoun or a phrase that no mention stands in."""
        return any(
            not any(m.start < one.span[1] and one.span[0] < m.end for m in self.mentions)
            for one in self.attributions
        )

    def names_speaker(self) -> bool:
        """Return whether a speaker stands in this sentence, and not in one before or after."""
        end = self.offset + len(self.text)
        return any(self.offset <= one.span[0] < end for one in self.attributions)

    def is_in_speaker(self, mention: Mention) -> bool:
        """Return whether a mention stands in the words that name a speaker."""
        return any(one.span[0] <= mention.start < one.span[1] for one in self.attributions)

    def add(self, mentions: Sequence[Mention]) -> None:
        """Take in mentions that were resolved first."""
        self.mentions = sorted((*self.mentions, *mentions), key=lambda m: (m.start, m.end))

    def crosses(self, span: Span) -> bool:
        """Return whether a span overlaps a mention without holding all of it."""
        start, end = span
        for m in self.mentions:
            if start < m.end and m.start < end:
                holds = start <= m.start and m.end <= end
                if not holds or m.kind in RESOLVED:
                    return True
        return False

    def token_at(self, place: int) -> int:
        """Return the token that holds a place of the document."""
        return (bisect.bisect_right(self.starts, place - self.offset) or 1) - 1

    def place(self, token: int) -> int:
        """Return where a token begins in the document."""
        return self.offset + self.starts[token]

    def span(self, first: int, last: int) -> Span:
        """Return the span in the document of a token range."""
        end = last - 1
        return (
            self.offset + self.starts[first],
            self.offset + self.starts[end] + len(self.tokens.words[end]),
        )

    def before(self, at: int) -> list[Mention]:
        """Return the mentions that stand before a token and take part in something."""
        place = self.offset + self.starts[at]
        return [m for m in self.mentions if m.end <= place and m.confidence > ONLY_WHERE]

    def is_object(self, at: int) -> bool:
        """Return whether a pronoun is an object: it cannot be the subject of its own clause."""
        word = self.lower[at]
        if word in ("him", "them"):
            return True
        after = self.lower[at + 1 : at + 2]
        if word == "her":
            return not after or not after[0].isalpha()
        if word not in ("it", "both") or at == 0:
            return False
        return not after or not after[0].isalpha() or after[0] in _AFTER_OBJECT

    def mention_from(self, token: int) -> Mention | None:
        """Return the mention that begins at a token."""
        if token >= len(self.starts):
            return None
        place = self.place(token)
        return next((m for m in self.mentions if m.start == place), None)

    def says(self, mention: Mention) -> bool:
        """Return whether a verb of saying follows a mention ("Kerry said")."""
        last = self.range_of(mention)[1]
        return last < len(self.lower) and self.lower[last] in SAID

    def explained_by(self, at: int, last: int) -> Mention | None:
        """Return the person whom an office explains ("X, the president"; "the president, X")."""
        for mention in self.mentions:
            if mention.kind == "person":
                first, end = self.range_of(mention)
                if (end == at - 1 and self.lower[end] == ",") or (
                    first == last + 1 and self.lower[last] == ","
                ):
                    return mention
        return None

    def explained_name(self, at: int, last: int) -> Mention | None:
        """Return whom a phrase with a clause explains ("the PKK, the militia that ...")."""
        if at < 2 or self.lower[at - 1] != "," or self.lower[last : last + 1] not in _RELATIVES:
            return None
        place = self.offset + self.tokens.ends[at - 2]
        return next((m for m in self.mentions if m.end == place), None)

    def speaker_before(self, at: int) -> Mention | None:
        """Return who speaks the clause that begins at a token ("Oslo said the government ...")."""
        verb = at - 1 - (self.lower[at - 1] == "that")
        if verb < 1 or self.lower[verb] not in SAID:
            return None
        for one in self.attributions:
            if one.span[1] <= self.place(verb):
                for mention in self.mentions:
                    if mention.start < one.span[1] and one.span[0] < mention.end:
                        return mention
        return None

    def is_apposed_to_unknown(self, at: int) -> bool:
        """Return whether a phrase explains a name that no mention stands for ("X Y, the ...")."""
        words = self.tokens.words
        return (
            at > 2
            and words[at - 1] == ","
            and words[at - 2][0].isupper()
            and words[at - 3][0].isupper()
            and not self.is_mentioned(at - 2)
        )

    def in_clause(self, at: int) -> tuple[str, ...]:
        """Return the actors named in the clause before a token."""
        begin = at
        while begin > 0 and self.lower[begin - 1] not in CLAUSE_BORDERS:
            begin -= 1
        start = self.place(begin)
        subjects = [m for m in self.resolved if m.text.lower() in _SUBJECT_PRONOUNS]
        return tuple([m.id for m in (*self.before(at), *subjects) if m.start >= start])

    def is_mentioned(self, token: int) -> bool:
        """Return whether a token belongs to a mention."""
        starts = self.starts
        if not self.mentions or token >= len(starts):
            return False
        begin = self.offset + starts[token]
        following = self.offset + starts[token + 1] if token + 1 < len(starts) else math.inf
        for mention in self.mentions:  # noqa: SIM110 (asked often, and any takes thrice as long)
            if mention.start < following and begin < mention.end:
                return True
        return False

    def is_person(self, mention: Mention) -> bool:
        """Return whether a mention is a person, or goes on with an office."""
        kind = mention.kind
        if kind == "person" or kind in RESOLVED:
            return kind == "person"
        if self._has_offices is None:
            self._has_offices = not OFFICE_HEADS.isdisjoint(self.lower)
        if not self._has_offices:
            return False
        first, last = self.range_of(mention)
        words = self.tokens.words
        if has_office(words, self.lower, last):
            return True
        if self.lower[first - 1 : first] not in (["of"], ["for"], ["the"]):
            return False
        before = [word.lower() for word in words[max(0, first - 3) : first] if word != "the"]
        return (
            before[-1:] in (["of"], ["for"])
            and before[-2:-1] != []
            and (before[-2] in OFFICE_HEADS)
        )

    def is_he(self, mention: Mention) -> bool:
        """Return whether a mention is he or she, or an office ("the foreign minister")."""
        if mention.kind == "pronoun":
            word = self.token_at(mention.start)
            after = self.lower[word + 1 : word + 4]
            if self.lower[word] in ("its", "their") and not OFFICE_HEADS.isdisjoint(after):
                return True  # "its president" will be "he" in what follows
            return self.lower[word] in ("he", "she")
        return (
            mention.kind == "phrase" and self.lower[self.token_at(mention.end - 1)] in OFFICE_HEADS
        )

    def has_unknown_subject(self, at: int) -> bool:
        """Return whether the sentence begins with a name that the catalogue does not know."""
        if at == 0 or self.is_mentioned(0) or not self.tokens.words[0].istitle():
            return False
        return self.lower[0] not in FUNCTION_WORDS

    def end_of_name(self, at: int) -> int:
        """Return the end of the unknown name that begins at a token (the token if none does)."""
        end = at
        while (
            end < len(self.lower)
            and self.tokens.words[end][0].isupper()
            and not self.is_mentioned(end)
        ):
            end += 1
        return end

    def together(self, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """Return the actors of a coordination ("Iran and Russia"), the last one before a place."""
        found: tuple[str, ...] = ()
        offset = self.offset
        for left, right in itertools.pairwise(mentions):
            apart = right.start - left.end
            if apart < 0 or apart > _LONGEST_JOIN or left.id == right.id:
                continue
            gap = self.text[left.end - offset : right.start - offset]
            if "and" not in gap and "-" not in gap:
                continue
            between = self.tokens.words[self.range_of(left)[1] : self.token_at(right.start)]
            joined = between and len(between) <= 4 and between[0] in ("and", ",", "-", "'s", "’s")
            is_pair = (joined and "and" in between) or between == ["-"]
            if is_pair:
                found = (left.id, right.id)
        return found

    def listed(self, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """Return the actors of the last coordination, with those before a comma ("A, B and C")."""
        found = self.together(mentions)
        if not found:
            return found
        at = max(i for i, m in enumerate(mentions[:-1]) if m.id == found[0])
        while at > 0:
            left, right = mentions[at - 1], mentions[at]
            between = self.tokens.words[self.range_of(left)[1] : self.token_at(right.start)]
            if between not in _LISTED or left.id in found:
                break
            found = (left.id, *found)
            at -= 1
        return found

    def speaker_actor(self, mentions: Sequence[Mention]) -> str | None:
        """Return the actor that the last speaker of the sentence stands for."""
        for one in reversed(self.attributions):
            for mention in mentions:
                if mention.start < one.span[1] and one.span[0] < mention.end:
                    return mention.id
        return None

    def is_quoted(self, mention: Mention) -> bool:
        """Return whether a mention stands in quotation marks."""
        return any(
            start <= mention.start < end for one in self.attributions for start, end in one.quoted
        )

    def quotation_at(self, at: int) -> Attribution | None:
        """Return whose quotation a token stands in, None outside of quotations."""
        place = self.place(at)
        for one in self.attributions:
            for start, end in one.quoted:
                if start <= place < end:
                    return one
        return None

    def is_alone(self, at: int) -> bool:
        """Return whether "both" stands for two by itself, and not before "X and Y" or a noun."""
        after = self.lower[at + 1 : at + 2]
        return (
            not after
            or not after[0].isalpha()
            or after[0] in _AFTER_BOTH
            or (after[0].endswith("ed") and not self.is_mentioned(at + 1))
        )

    def end_of_several(self, at: int) -> tuple[int, int]:
        """Return the end of "the two countries", "both sides" or "all three", and the number.

        Returns
        -------
        (int, int)
            The token after the phrase that begins at ``at``, and how many it stands for; (0, 0)
            if there is none.
        """
        lower = self.lower
        position = at + (lower[at] in ("the", "all"))
        number = NUMBERS.get(lower[position], 0) if position < len(lower) else 0
        if not number:
            return 0, 0
        nouns = _SINGLES if lower[position] == "each" else COUNTRIES
        position += 1
        for last in range(position, min(position + LONGEST_PHRASE, len(lower))):
            if self.is_mentioned(last):
                if self.tokens.words[last] not in _GROUP_LABELS:
                    return 0, 0
            elif lower[last] in nouns:
                is_office = lower[last] == "heads" and lower[last + 1 : last + 3] in _OF_STATE
                return last + 1 + 2 * is_office, number
            elif lower[last] not in MODIFIERS:
                break
        if position - at == 2 and self._stands_alone(position):
            return position, number  # "the two" by itself
        return 0, 0

    def _stands_alone(self, position: int) -> bool:
        if position >= len(self.lower) or self.is_mentioned(position):
            return position >= len(self.lower)
        word = self.lower[position]
        return not word.isalpha() or word in _AFTER_NUMBER or word.endswith("ed")

    def explained_pair(self, last: int) -> tuple[str, ...]:
        """Return the two whom a phrase goes on to name ("the two leaders, Lee and Hill")."""
        if self.lower[last : last + 1] not in _BEFORE_NAMES:
            return ()
        first = last + 1 + (self.lower[last + 1 : last + 2] == ["the"])
        if not self.is_mentioned(first):
            return ()
        place = self.place(first)
        named = [m for m in self.mentions if m.start >= place and m.kind not in RESOLVED][:2]
        return self.together(named) if named and named[0].start == place else ()

    def has_other_noun(self, at: int) -> bool:
        """Return whether "the former" or "the latter" goes on with a noun ("the former king")."""
        word = self.lower[at]
        verb = word.removesuffix("s")  # "the latter wants"
        goes_on = word in ("'s", "’s") or word in _AFTER_OBJECT or verb in _AFTER_BOTH
        return not (goes_on or self._stands_alone(at))

    def subject(self, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """Return the actors of the first mention, with those joined to it by "and"."""
        active = [m for m in mentions if m.confidence > ONLY_WHERE] or list(mentions)
        same = tuple(m.id for m in active if m.span == active[0].span)
        if len(same) > 1:
            return same
        return self.together(active[:2]) or (active[0].id,)
