"""Labels through doccano and Label Studio themselves, where they are installed.

Both bring old or many dependencies, so each has an environment of its own: ``LABEL_STUDIO`` names
the command label-studio of one (or it is on the path), ``DOCCANO_PYTHON`` the Python of the other.
Servers listen on the loopback interface alone and are stopped after the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labels.test_exchange import SMALL, comparable
from stance.errors import LabelError
from stance.labels.exchange.tools import export_labels, import_labels

LABEL_STUDIO = os.environ.get("LABEL_STUDIO") or shutil.which("label-studio")
DOCCANO = os.environ.get("DOCCANO_PYTHON")
TOKEN = "0123456789abcdef0123456789abcdef01234567"
SECONDS_TO_START = 180
NAMES = "cooperation rivalry threat none positive neutral negative".split()

Call = Callable[..., Any]

LABELS = (
    msgspec.structs.replace(SMALL[0], text=f"{SMALL[0].text} 😀", meta={"topic": "x"}),
    msgspec.structs.replace(SMALL[1], sent_index=None),
    SMALL[2],
    msgspec.convert(
        {
            "id": "b1:0",
            "text": "😀 Oman thanked Iran.",
            "doc_id": "b1",
            "mentions": [
                {"id": "m0", "actor": "OMN", "start": 2, "end": 6, "text": "Oman"},
                {"id": "m1", "actor": "IRN", "start": 15, "end": 19, "text": "Iran"},
            ],
            "relations": [{"actor": "m0", "target": "m1", "stance": ["cooperation"]}],
            "annotator": "lm",
        },
        type(SMALL[0]),
    ),
)
"""Sentences with and without a place, a date, a topic, before and after astral characters."""

SUGGESTED = msgspec.structs.replace(LABELS[3], id="b1:1", status="suggested", annotator="base")


@pytest.fixture(scope="module")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    """Return a function that asks a Label Studio of its own for something."""
    if LABEL_STUDIO is None:
        pytest.skip("label-studio is neither on the path nor named by LABEL_STUDIO")
    home = tmp_path_factory.mktemp("label-studio")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    command = (
        f"{LABEL_STUDIO} start --no-browser --data-dir {home} --internal-host 127.0.0.1"
        f" --port {port} --username own@example.org --password only-here --user-token {TOKEN}"
        " --enable-legacy-api-token --log-level ERROR"
    ).split()
    quiet = {"COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false", "SENTRY_DSN": ""}
    with (home / "log").open("wb") as log:
        running = subprocess.Popen(
            command, env=os.environ | quiet | {"HOME": str(home)}, stdout=log, stderr=log
        )

    def call(method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    try:
        end = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                call("GET", "/api/version")
                break
            except (urllib.error.URLError, OSError):
                assert running.poll() is None, (home / "log").read_text("utf-8", "replace")[-2000:]
                assert time.monotonic() < end, f"no answer in {SECONDS_TO_START} s"
                time.sleep(1)
        yield call
    finally:
        running.terminate()
        running.wait(30)


def test_labels_go_through_label_studio(label_studio: Call, tmp_path: Path) -> None:
    actors = sorted({m.actor for label in LABELS for m in label.mentions or ()})
    config = (
        '<View><Labels name="label" toName="text">'
        + "".join(f'<Label value="{actor}"/>' for actor in actors)
        + "</Labels><Relations>"
        + "".join(f'<Relation value="{name}"/>' for name in NAMES)
        + '</Relations><Text name="text" value="$text"/></View>'
    )
    project = label_studio("POST", "/api/projects", {"title": "stances", "label_config": config})
    place = f"/api/projects/{project['id']}"
    export_labels([*LABELS, SUGGESTED], tmp_path / "tasks.json", "label-studio")
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    told = label_studio("POST", f"{place}/import", tasks)
    assert (told["task_count"], told["annotation_count"], told["prediction_count"]) == (5, 4, 1)

    for form in ("JSON", "JSON_MIN"):
        found = label_studio("GET", f"{place}/export?exportType={form}&download_all_tasks=true")
        (tmp_path / form).write_text(json.dumps(found), "utf-8")
    back, notes = import_labels(tmp_path / "JSON", "label-studio")
    assert [comparable(label) for label in back] == [comparable(label) for label in LABELS]
    assert [(s.id, s.doc_id, s.date, s.sent_index, s.annotator, s.meta) for s in back] == [
        (s.id, s.doc_id, s.date, s.sent_index, s.annotator, s.meta) for s in LABELS
    ]
    assert notes == ("annotations and predictions that are only numbers are left out",)
    with pytest.raises(LabelError, match="JSON_MIN loses relations"):
        import_labels(tmp_path / "JSON_MIN", "label-studio")

    (suggested,) = (
        task
        for task in label_studio("GET", f"/api/tasks?project={project['id']}&fields=all")["tasks"]
        if task["data"]["id"] == SUGGESTED.id
    )
    result = suggested["predictions"][0]["result"]
    label_studio("POST", f"/api/tasks/{suggested['id']}/annotations", {"result": result})
    found = label_studio("GET", f"{place}/export?exportType=JSON")
    (tmp_path / "JSON").write_text(json.dumps(found), "utf-8")
    (done,) = (s for s in import_labels(tmp_path / "JSON", "label-studio")[0] if s.id == "b1:1")
    assert comparable(done) == comparable(SUGGESTED)
    assert (done.status, done.annotator) == ("single", "1")  # the first user's number


@pytest.mark.parametrize("mode", ["together", "apart"])
def test_labels_go_through_doccano(mode: str, tmp_path: Path) -> None:
    if DOCCANO is None:
        pytest.skip("DOCCANO_PYTHON names no Python that has doccano")
    export_labels([*LABELS, SUGGESTED], tmp_path / "in.jsonl", "doccano")
    script = Path(__file__).parent / "tools" / "through_doccano.py"
    subprocess.run(
        [DOCCANO, str(script), str(tmp_path / "in.jsonl"), str(tmp_path / "out"), mode],
        env=os.environ | {"DOCCANO_HOME": str(tmp_path)},
        check=True,
        capture_output=True,
        timeout=300,
    )
    name = "all" if mode == "together" else "anna"
    back, notes = import_labels(tmp_path / "out" / f"{name}.jsonl", "doccano")
    wanted = [*LABELS, SUGGESTED]
    assert [comparable(label) for label in back] == [comparable(label) for label in wanted]
    assert [(s.id, s.doc_id, s.date, s.sent_index, s.meta) for s in back] == [
        (s.id, s.doc_id, s.date, s.sent_index, s.meta) for s in wanted
    ]
    annotators = ["own", "own", "own", "lm", None] if mode == "together" else ["anna"] * 5
    assert [(s.annotator, s.status) for s in back] == [(who, "single") for who in annotators]
    assert notes == ("suggestions count as labelled; export approved documents only, if not",)
