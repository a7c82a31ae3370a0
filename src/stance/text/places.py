"""Places that only say where: venues, datelines, regions in which others act; and sport."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stance.text.catalogue import Catalogue
from stance.text.datelines import dateline_words, opens_like_dateline
from stance.text.matching import Match

__all__ = ["ONLY_WHERE", "mark_places"]

ONLY_WHERE = 0.3
"""Confidence of a mention that only says where something happens, or labels another actor."""

_NO_PLACES = frozenset(("organization", "group", "company"))
_IN = frozenset("in inside outside near across throughout within via".split())
_BETWEEN = frozenset(
    "the north south east west northern southern eastern western central north-east north-west"
    " northeast northwest southeast southwest neighbouring neighboring nearby war-torn rural"
    " occupied war torn downtown upper lower - ".split()
)
_ACTED_ON = frozenset(
    "invest invested investing invests investment investments interfere interfered interfering"
    " interference intervene intervened intervening intervention meddle meddling meddled"
    " confidence trust faith believe believes interest interests stake".split()
)
_TIED_TO = _ACTED_ON | frozenset(
    "partner partners partnered ally allies friend friends counterpart counterparts neighbour"
    " neighbours neighbor neighbors rival rivals enemy enemies master mediator threat investor"
    " coup collaborator patron creditor".split()
)
_MEMBERSHIP = frozenset("member members membership candidate candidates accession".split())
_SPEAKS_FOR = frozenset(
    "government governments minister ministers ministry officials official officers leaders"
    " leader rulers ruler authorities president parliament senate deputies deputy generals"
    " general junta regime cabinet diplomats diplomat command commander commanders congress"
    " lawmakers administration council opposition spokesman envoy leadership policymakers"
    " nobody somebody anyone whoever men man capital".split()
)
_FELT = frozenset(
    "viewed seen welcomed applauded heard decried praised envied regarded described"
    " resented concern alarm fear anger fears unease outrage satisfaction".split()
)
_VENUE_HEADS = frozenset(
    "talks summit conference meeting round forum negotiations gathering format jamboree".split()
)
_BEFORE_VENUES = frozenset("at the a an".split())
_VENUES = frozenset("UNSC UNGA Council Assembly".split())
"""Last words of the names of bodies in which states meet."""
_AFTER_VENUES = frozenset(
    '. , ; : ? ! ) ” " – — on to for and or but about over with this last next after as'.split()
)
"""Words and marks with which nothing begins that a body does."""
_AIMED = frozenset(
    "aimed angry anger fury furious fired hit out outrage pointed railed scoffed shouted sneered"
    " thrown threw".split()
)
"""Words after which "at" leads to whom something is done."""
_SHOALS = frozenset("Shoal Shoals Reef Reefs".split())
_TO_SHOALS = frozenset("to at near around off from".split())
_CLAIMED = frozenset("claim claims claimed".split())
_SITES = frozenset(
    "Square Palace Airport District Bazaar Street Park Stadium Bridge Station Hotel Hospital Arena"
    " Cathedral Mosque Market University".split()
)
"""What belongs to a city and not to a state ("in Yerevan's Republic Square")."""
_BUILDINGS = frozenset(
    "airport port harbour harbor mosque cathedral embassy hospital university stadium hotel suburb"
    " suburbs district mayor police marathon club zoo museum".split()
)
"""What a city is the place of, not the doer."""
_PRIVATE = frozenset(
    "billionaire businessman businesswoman businessmen millionaire tycoon novelist author writer"
    " poet journalist journalists reporter academic professor economist historian analyst"
    " contractor doctor doctors nurse nurses tourist tourists teenager student students owner"
    " owners retailer brewer immigrant immigrants activist activists runner actor actress singer"
    " missionary farmer farmers investor entrepreneur lawyer couple woman women man family"
    " families refugees migrants victims passengers expatriates emigres exiles".split()
)
"""Private people: their adjective says where they come from, not who acts."""
_COMES_FROM = (["based"], ["born"], ["speaking"])
_AID = (["aid", "worker"], ["aid", "workers"])
_DONE_TO = frozenset(
    "expelled expels expelling barred bars banned bans arrested arrests arresting detained detains"
    " jailed jails jailing imprisoned killed kills killing executed kidnapped abducted deported"
    " freed murdered".split()
)
_TOPICS = frozenset(
    "war crisis conflict coup row talks deal election elections protests sanctions nuclear strikes"
    " attack attacks bombing invasion border earthquake quake floods live briefing latest updates"
    " at a glance tensions standoff ceasefire truce tariffs trade unrest riots hostages".split()
)
"""Words after a name that make it the topic of what a colon introduces ("Ukraine war: ...")."""
_LONGEST_TOPIC = 9
_JOINS_TOPICS = frozenset(("-", "–", "and"))
_LOOK_BACK = 4
_TAKEN = frozenset("held controlled occupied ruled".split())
"""Words after a hyphen before what somebody has in hand ("rebel-held Syria")."""
_CREDITED = frozenset("( Reporting Writing Editing Additional Compiled".split())
_CREDITS = re.compile(
    r"\(?(?:Additional )?(?i:reporting|writing|editing|compiled) by [A-Z][\w.'’-]* [A-Z][^)]*\)?$"
)
_BEFORE_PLACES = _IN | _BETWEEN
_AFTER_ORIGINS = _BUILDINGS | _PRIVATE | {"-", "aid"}
"""Words of which one stands beside a match that is inside something, or an origin."""
_SPORT = frozenset(
    "goal goals scored striker midfielder goalkeeper defender semi-final semifinal semi-finals"
    " quarter-final quarterfinal quarter-finals quarterfinals semifinals penalty shootout wicket"
    " wickets innings batsman batsmen medal medals olympics championship championships tournament"
    " qualifier qualifiers kick-off kickoff half-time halftime coach matchday sprinter relay"
    " marathon hat-trick equaliser equalizer footballer footballers football rugby cricket"
    " basketball volleyball handball tennis hockey fifa uefa league cup match matches"
    " final finals knocked win winner winners penalties defeat draw unbeaten knockout"
    " playoff playoffs squad".split()
)
_SPORT_CUES = _SPORT - frozenset(
    "win winner winners defeat draw match matches league cup squad coach relay penalty goal goals"
    " hockey".split()
) | frozenset(
    ("final", "Cup", "Championship", "Championships", "Olympics", "League", "match", "penalties")
)
"""Words without which no sentence is looked at closely."""
_SCORE = re.compile(r"\b\d{1,3}\s?[-–]\s?\d{1,3}\b")
_SPORT_WORDS = 3
_IN_DATELINE = 4  # words before the first place of a dateline


def mark_places(
    text: str,
    words: list[str],
    lower: list[str],
    matches: list[Match],
    catalogue: Catalogue,
) -> None:
    """Lower the confidence of matches that only say where.

    Those of a sports report and of a line that names the authors are dropped.
    """
    if words[0] in _CREDITED and _CREDITS.match(text):
        matches.clear()
        return
    if not _SPORT_CUES.isdisjoint(words) and _is_sport(text, lower):
        matches.clear()
        return
    topic_end = _topic_end(lower, matches) if ":" in words[:_LONGEST_TOPIC] else 0
    has_dateline = matches and matches[0].first < _IN_DATELINE
    dateline = dateline_words(text, words) if has_dateline else 0
    for i, match in enumerate(matches):
        if match.kind == "person" or match.actor is None:
            continue
        if match.last <= topic_end:
            match.kind, match.confidence = "place", ONLY_WHERE
            continue
        kind = catalogue.kind(match.actor)
        if (
            match.first
            and lower[match.first - 1] in _BEFORE_VENUES
            and (kind == "organization" or kind == "bloc")
            and _is_venue(words, lower, match)
        ):
            match.kind, match.confidence = "place", ONLY_WHERE
            continue
        if kind in _NO_PLACES:
            if words[match.last : match.last + 1] and words[match.last] in _MEMBERSHIP:
                match.confidence = ONLY_WHERE  # "a Nato member" labels its state
            continue
        first, last = match.first, match.last
        after = words[last] if last < len(words) else ""
        before = matches[i - 1] if i else None
        if (
            (
                match.field in ("capital", "places")
                and (after in _VENUE_HEADS or (not first and opens_like_dateline(text)))
            )  # a capital that only hosts ("the Geneva talks")
            or (match.last < dateline and _is_in_dateline(match, words[dateline - 1]))
            or (first and lower[first - 1] in _BEFORE_PLACES and _is_inside(words, lower, match))
            or (after in _AFTER_ORIGINS and _is_origin(words, match))
            or (first > 1 and words[first - 2] == "-" and words[first - 1] in _TAKEN)
            or (
                first > 1
                and match.field == "places"
                and words[last - 1] in _SHOALS
                and lower[first - 1] in _TO_SHOALS
                and lower[first - 2] not in _CLAIMED
            )
            or (
                before is not None
                and before.confidence <= ONLY_WHERE
                and _continues_places(words, before, match)
            )
        ):
            match.kind, match.confidence = "place", ONLY_WHERE


def _topic_end(lower: list[str], matches: Sequence[Match]) -> int:
    """Return where the names end that only say what a text is about, 0 if none do."""
    end = lower.index(":")
    while end and lower[end - 1] in _TOPICS:
        end -= 1
    if lower[end] == ":":
        return 0
    position = 0
    for match in matches:
        if match.first - position > 1 or not _JOINS_TOPICS.issuperset(
            lower[position : match.first]
        ):
            break
        position = match.last
    return end if position == end else 0


def _is_in_dateline(match: Match, mark: str) -> bool:
    """Return whether a match may stand in a dateline that ends with a mark.

    Before a colon only a city may: "US: Iran must stop" tells who speaks.
    """
    if match.kind == "institution" or match.field == "abbreviations":
        return False
    return mark != ":" or match.field in ("capital", "places")


def _is_sport(text: str, lower: list[str]) -> bool:
    found = sum(word in _SPORT for word in lower)
    return found >= _SPORT_WORDS or (found > 0 and _SCORE.search(text) is not None)


def _is_inside(words: list[str], lower: list[str], match: Match) -> bool:
    """Return whether "in" stands before the match, and nothing acts on what is there."""
    position = match.first - 1
    while position >= 0 and lower[position] in _BETWEEN:
        position -= 1
    if position < 0 or lower[position] not in _IN or match.field == "adjectives":
        return False
    after = words[match.last] if match.last < len(words) else ""
    if after in ("'s", "’s"):
        return not _SITES.isdisjoint(words[match.last + 1 : match.last + 4])
    if after in ("-", "–") or after in _SPEAKS_FOR:
        return False
    governors = lower[max(0, position - _LOOK_BACK) : position]
    if governors and (governors[-1] in _SPEAKS_FOR or governors[-1] in _TIED_TO):
        return False
    return _ACTED_ON.isdisjoint(governors) and _FELT.isdisjoint(governors)


def _is_venue(words: list[str], lower: list[str], match: Match) -> bool:
    """Return whether an organisation is the stage on which others act ("at a NATO summit").

    One at which something is aimed is none ("lashed out at the Security Council").
    """
    position = match.first - 1
    if position and lower[position] != "at":
        position -= 1
    if lower[position] != "at" or (position and lower[position - 1] in _AIMED):
        return False
    after = words[match.last] if match.last < len(words) else "."
    return after == "summit" or (words[match.last - 1] in _VENUES and after in _AFTER_VENUES)


def _is_origin(words: list[str], match: Match) -> bool:
    """Return whether a match only says where a firm or a private person comes from."""
    last = match.last
    after = words[last] if last < len(words) else ""
    if after == "-":
        return words[last + 1 : last + 2] in _COMES_FROM
    if match.field == "capital":
        return after in _BUILDINGS
    if match.field in ("adjectives", "people"):
        if after not in _PRIVATE and words[last : last + 2] not in _AID:
            return False
        # "expelled 13 American journalists": done to their state
        return _DONE_TO.isdisjoint(words[max(0, match.first - 3) : match.first])
    return False


def _continues_places(words: list[str], before: Match, match: Match) -> bool:
    """Return whether a place goes on with this match ("in Syria and Iraq")."""
    if match.field == "adjectives":
        return False
    between = words[before.last : match.first]
    after = words[match.last] if match.last < len(words) else ""
    return 0 < len(between) < 3 and between[-1] in ("and", "or") and after in (".", ",", ";", "")
