"""Run in a process of its own: scores on a local Spark and compares with a local run."""

from __future__ import annotations

import sys

from stance.analysis import load_model
from stance.batch import spark


def main() -> None:
    # Pyspark is an extra, and this file runs as a script, with its own folder on the path: both
    # imports stand here so that it can be collected without them.
    from pyspark.sql import SparkSession

    from conftest import corpus

    found = corpus(30)
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    try:
        rows = [(one["text"], one["id"], one["date"], "Agency") for one in found]
        rows.append((None, "bad", None, None))
        frame = session.createDataFrame(rows, "text string, id string, date string, by string")
        scored = spark.score(frame, date="date", source="by", model=sys.argv[1]).collect()
    finally:
        session.stop()
    bad = [row for row in scored if row["doc_id"] == "bad"]
    assert [row["abstained"] for row in bad] == ["a text is a str"]
    assert {row["source"] for row in scored if row["doc_id"] != "bad"} == {"Agency"}
    got = sorted(
        (row["doc_id"], str(row["date"]), row["actor"], row["target"], row["stances"], row["start"])
        for row in scored
        if row["doc_id"] != "bad"
    )
    model = load_model(sys.argv[1])
    expected = sorted(
        (row["doc_id"], row["date"], row["actor"], row["target"], row["stances"], row["start"])
        for one in found
        for row in model.analyze(one["text"], one["date"], one["id"]).rows()
    )
    assert got == expected
    sys.stdout.write(f"{len(got)}: the same rows\n")


if __name__ == "__main__":
    main()
