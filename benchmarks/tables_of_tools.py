"""Tables of reading, suggestions, aggregation, batch scoring and the encoder's cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from stance.batch.schema import columns_of
from suggestions import MIX
from tables import ROOT, compact, results

FOUND_IN_TEXT = (
    ("mentions: F1 (span and id)", "mentions", "f1"),
    ("mentions: recall of the texts named", "mention_recall", "share"),
    ("mentions: right actor, where found", "id_accuracy", "share"),
    ("coreference: right actor", "coreference_accuracy", "share"),
    ("speakers: right or rightly none", "speaker_accuracy", "share"),
    ("pairs with a stance that are candidates", "candidate_pairs", "recall"),
    ("directed pairs, any stance: precision", "directed_pairs", "precision"),
    ("directed pairs, any stance: recall", "directed_pairs", "recall"),
    ("directed pairs, any stance: F1", "directed_pairs", "f1"),
)
SETS = (
    ("documents", "our documents"),
    ("gold_dev", "five real articles"),
    ("labels", "labels for training"),
)
JOBS = (
    ("match_and_pair", "catalogue matching and pairing"),
    ("read_without_coreference", "reading a text, without coreference"),
    ("read_all", "reading a text, with everything"),
)


def text() -> str:
    """Return what is found in a text; what was not measured is shown as a dash."""
    found = results("text")
    parts = {title: found.get(key, {}) for key, title in SETS}
    heads = [f"{title} ({part.get('sentences')} sentences)" for title, part in parts.items()]
    rows = [
        [title, *(_cell(one.get(part), figure) for one in parts.values())]
        for title, part, figure in FOUND_IN_TEXT
    ]
    for end in ("source", "target"):
        share = _cell(found.get("plv_dev", {}).get(end), "share")
        rows.append([f"PLOVER, marked {end}s that hold a mention", "-", share, "-"])
    return compact(f"| | {' | '.join(heads)} |", rows)


def _cell(part: dict[str, Any] | None, figure: str) -> str:
    if not part or part.get("found") == 0:
        return "-"
    count = part.get("of", part.get("expected"))
    return f"{part[figure]:.3f}" + (f" of {count}" if figure in ("share", "recall") else "")


def text_speed() -> str:
    """Return how many sentences a second are read."""
    found = results("text")["speed"]
    return compact("| | sentences a second |", [[title, f"{found[job]:,}"] for job, title in JOBS])


POOLS = {
    "corpus": "A sample of {n:,} sentences of our corpus, nearly all of them with stances:",
    "archive": "Another of {n:,} sentences, of which {none:.0%} hold no stance,"
    " {rivalry:.0%} rivalry\nand {threat:.0%} threat:",
}


def suggestions() -> str:
    """Return what suggestions are worth in each pool."""
    found = results("suggestions")["pools"]
    return "\n\n".join(_pool(words, found[kind]) for kind, words in POOLS.items()) + "\n"


def _pool(words: str, result: dict[str, Any]) -> str:
    curves = zip(result["curves"]["random"], result["curves"]["suggested"], strict=True)
    rows = [
        [f"{one['sentences']:.0f}", f"{one['macro_f1']:.3f}", f"{other['macro_f1']:.3f}"]
        for one, other in curves
    ]
    shares = [result[f"share_of_{unit}"] for unit in ("sentences", "pairs")]
    if None in shares:
        said = "Suggestions did not reach the last macro F1 of random order here."
    else:
        said = (
            f"Suggestions reach the last macro F1 of random order with {shares[0]:.0%} of its"
            f" sentences\n({shares[1]:.0%} of its pairs: what is suggested names more actors)."
        )
    head = "| sentences | macro F1, random order | macro F1, suggested |"
    return f"{words.format(n=result['pool_sentences'], **MIX)}\n\n{compact(head, rows)}\n{said}"


def aggregate_coverage() -> str:
    """Return how often an interval holds the truth."""
    rows = [
        [
            one["corpus"],
            f"{one['truth']:+.2f}",
            str(one["documents"]),
            str(one["with_interval"]),
            f"{one['coverage']:.1%}",
        ]
        for one in results("aggregate")["coverage"]
    ]
    head = "| corpus | true balance | documents | corpora | the interval holds the truth |"
    return compact(head, rows)


def aggregate_changes() -> str:
    """Return how often change points are found, with a change and without."""
    c = results("aggregate")["changes"]
    return (
        f"In {c['series']} simulated series of {c['months']} months without a change,\n"
        f"{c['no_change_any']:.1%} show one; in as many with a change from friendly to hostile,\n"
        f"{c['change_any']:.1%} show one, {c['change_within_a_month']:.1%} within a month of it.\n"
    )


def aggregate_speed() -> str:
    """Return what aggregating an archive takes."""
    s = results("aggregate")["speed"]
    return (
        f"{s['relations']:,} relations in {s['documents']:,} documents (Parquet,"
        f" {s['file_megabytes']} MB), {s['dyads']:,} dyads\nwith {s['resamples']:,} resamples:"
        f" {s['cpu_seconds']} s of processor time on one core (the fastest of three runs),\n"
        f"{s['peak_megabytes']} MB at most.\n"
    )


def columns() -> str:
    """Return the columns of a score file."""
    rows = [
        [f"`{one.name}`", one.kind, one.meaning.replace("|", "\\|")]
        for one in columns_of((), evidence=True)
    ]
    return compact("| column | kind | meaning |", rows)


CORPORA = {
    "news_density": "a third of the sentences with two or more actors",
    "actors_in_every_sentence": "all sentences with two or more actors",
}


def speed() -> str:
    """Return the rates of batch scoring, and where the time goes."""
    found = results("speed")
    rows = []
    for suffix, run in (("", found), (", compiled", found.get("compiled", {}))):
        for key in [name for name in CORPORA if name in run]:
            one = run[key]
            rates = [f"{one[f'{system}_a_second']:,}" for system in ("stance", "vader")]
            rows.append([f"{CORPORA[key]}{suffix}", *rates, f"{one['ratio']:.2f}"])
    two = found["workers"]
    stages = [[name, str(value)] for name, value in found["stages_us_a_sentence"].items()]
    return (
        compact("| corpus | sentences a second | VADER, same sentences | ratio |", rows)
        + "\nOne core, from documents to rows; VADER, a word list without actors, directions or\n"
        "stances, was given sentences split already. Two processes were"
        f" {two['speed_up']:.2f} times as fast as one\n"
        f"({two['cores']} cores, load average {two['load_before']} before).\n"
        "Where the time goes, in microseconds a sentence:\n\n" + compact("| stage | µs |", stages)
    )


def growth() -> str:
    """Return how processor time and memory grow with the corpus."""
    rows = [
        [f"{one['sentences']:,}", str(one["processor_s"]), str(one["peak_mb"])]
        for one in results("speed")["growth"]
    ]
    return compact("| sentences | processor time, s | peak memory, MB |", rows)


SCORES = (
    ("stances, macro F1", "macro_f1"),
    ("stances, macro average precision", "macro_average_precision"),
    ("sentiment, macro F1", "sentiment_f1"),
)
COSTS = (
    ("pairs a second, two processors", "pairs_a_second"),
    ("pairs a second of one processor's time", "pairs_a_processor_second"),
    ("memory, MB", "megabytes_of_memory"),
)


def encoder() -> str:
    """Return how good, how fast and how large the encoder is, beside the linear model."""
    found = results("encoder")
    ours, base = found["gold"]["eight_bits"], results("gold")["given_pairs"]
    timed, timed_base = found["speed"]["encoder"], found["speed"]["base"]
    rows = [[title, f"{ours[key]:.3f}", f"{base[key]:.3f}"] for title, key in SCORES]
    rows += [[title, f"{timed[key]:,.0f}", f"{timed_base[key]:,.0f}"] for title, key in COSTS]
    manifest = ROOT / "models" / "encoder" / "manifest.json"
    about = json.loads(manifest.read_text("utf-8"))["about"]
    wide = found["gold"].get("float32")
    lost = wide and (
        f"With float32 weights macro F1 is {wide['macro_f1']:.3f},"
        f" with eight bits {ours['macro_f1']:.3f}.\n"
    )
    return (
        compact("| | encoder | base |", rows)
        + f"\nSpeed was taken at a load average of {timed['load_average']:.1f} on"
        f" {timed['processors']} processors, so compare the columns"
        f" rather than the rows with other machines.\n\n{lost or ''}"
        f"The folder has {found['gold']['megabytes']:.1f} MB; training on {about['n_sentences']:,}"
        f" sentences ({about['n_pairs']:,} pairs) took"
        f" {about['training']['seconds'] / 60:.0f} minutes.\n"
    )


TABLES: dict[str, Callable[[], str]] = {
    "text": text,
    "text-speed": text_speed,
    "suggestions": suggestions,
    "aggregate coverage": aggregate_coverage,
    "aggregate changes": aggregate_changes,
    "aggregate speed": aggregate_speed,
    "columns": columns,
    "speed": speed,
    "growth": growth,
    "encoder": encoder,
}
