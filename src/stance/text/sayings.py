"""Words by which attribution is recognised: verbs of saying, borders, what is no speaker."""

from __future__ import annotations

__all__ = [
    "AUXILIARIES",
    "BARE_CLAUSE",
    "CLAIM",
    "CLAUSE_START",
    "DAYS",
    "FINITE",
    "LONGEST_NAME",
    "LONGEST_SPEAKER",
    "MAY_STAND_FIRST",
    "NO_SPEAKER",
    "NP_BREAK",
    "ONLY_AFTER_QUOTE",
    "PASSIVE",
    "PASTS",
    "PUT",
    "REPORTING",
    "SAY",
    "SAYINGS",
    "SPEAKS",
    "TAIL_END",
    "TO_SOMEBODY",
    "TRIGGERS",
    "VIEWS",
    "VOWS",
]

SAY = frozenset(
    "said says say saying told tells tell added adds adding argued argues argue claimed claims"
    " claim claiming alleged alleges insisted insists stated states noted notes declared declares"
    " explained explains admitted admits acknowledged acknowledges confirmed confirms reported"
    " reports complained complains continued wrote writes recalled recalls reiterated reiterates"
    " restated stressed stresses predicted predicts suggested suggests speculated"
    " warned warns announced announces maintains maintained remarked"
    " observed quipped asked replied concluded emphasised emphasized assured assures revealed"
    " conceded concedes recounted reckons contends contended asserted asserts answered cautioned"
    " testified tweeted swore vowed vows pledged pledges promised promises repeated shouted"
    " murmured thundered boasted fumed grumbled joked snapped countered lamented protested urged"
    " mused sighed whispered cried hinted implied informed reminded report"
    " calculates estimates writing telling arguing warning explaining noting insisting allege"
    " complain disclosed discloses raged calls writes explain assert proclaimed proclaims lied"
    " jeered bragged"
    " opined judged reasoned read reads ran runs goes went called let gave finds put found"
    " responded retorted".split()
)
REPORTING = frozenset(
    "said says say saying told tells added adds adding argued argues argue claimed claims claim"
    " claiming alleged alleges insisted insists stated states noted notes declared declares"
    " explained explains admitted admits acknowledged acknowledges confirmed confirms reported"
    " reports complained complains wrote writes recalled recalls reiterated reiterates restated"
    " stressed stresses predicted predicts suggested suggests speculated warned warns"
    " announced announces maintains maintained remarked concluded emphasised emphasized assured"
    " assures revealed conceded concedes reckons contends contended asserted asserts testified"
    " swore repeated hinted informed reminded found shows showed estimates calculates cautioned"
    " writing telling arguing explaining noting insisting recounted replied answered"
    " responded retorted quipped opined vowed vows pledged pledges promised promises".split()
)
"""Verbs that, in front of a clause, report it; the others attribute only quotations and tails."""

BARE_CLAUSE = frozenset("said says say told saying claims claimed added argues".split())
SPEAKS = frozenset(("said", "says", "say", "saying"))
"""Before a subject, they say what it says: "Oslo said Rome had warned that"."""
MAY_STAND_FIRST = frozenset(
    "said says added adds wrote writes explained explains reported reports argued".split()
)
ONLY_AFTER_QUOTE = frozenset(
    "read reads ran runs goes went called calls let gave finds put".split()
)
"""Verbs that attribute only the quotation that stands right before them."""
VOWS = frozenset("vow vows vowed pledge pledges pledged promise promises promised".split())
CLAIM = frozenset("claim claims claimed claiming".split())
SAYINGS = frozenset("announcement claim statement warning allegation assertion remark".split())
PUT = frozenset(("put", "puts"))
VIEWS = PUT | frozenset("words view opinion".split())
"""Words by which somebody's view may be told: "in Lee's view", "as Lee put it"."""
TRIGGERS = SAY | SAYINGS | VIEWS | {"According", "according", "Says"}
TO_SOMEBODY = frozenset("told tells informed reminded assured promised promises".split())
PASTS = frozenset(
    "sent took cut met made held told gave left put won lost got went came broke fled built bought"
    " sold paid drew shot struck began chose rose fell froze threw sought brought kept led saw"
    " spoke withdrew wrote hit set let".split()
)
"""Past tenses that do not end in -ed; some are participles, too."""
PASSIVE = frozenset("is are was were be been being".split())
AUXILIARIES = frozenset(
    "has have had was were is are be been being also later then once again now still recently"
    " further earlier already not n't will would did does do to repeatedly reportedly publicly"
    " openly privately long even never duly angrily calmly on yesterday today even".split()
)
FINITE = frozenset(
    "has have had was were is are would will could did does may might must should".split()
)
DAYS = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday yesterday today January February"
    " March April May June July August September October November December".split()
)
CLAUSE_START = frozenset(
    "and but while although though because as when after before since if whereas so yet that"
    " which who whom where for or then".split()
)
NP_BREAK = frozenset(
    "in on at during after before as when while that who which and but to last this late early"
    " yesterday today with about adding referring by through since amid whose because where"
    " has had is was are were if".split()
)
NO_SPEAKER = frozenset(
    "it which that who whose this there what these those one nobody none be been being to not n't"
    " each whom having what whatever whoever whichever".split()
)
TAIL_END = frozenset((".", ",", ";", ":", "?", "!", "—", "–"))
LONGEST_SPEAKER = 16
LONGEST_NAME = 7
