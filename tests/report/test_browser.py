"""Reports in a real browser: no overflow, no errors, readable without scripts, accessible.

Needs Chromium (``CHROMIUM`` or one on the path) and the Python package playwright; for the
accessibility check also ``AXE_CORE``, the path of axe.min.js of axe-core; for the printed pages
pdftotext and pdftoppm (poppler-utils). Screenshots and printed pages go to the folder
``ARTEFACTS``, or to the folder of the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stance.analysis import Model
from stance.learning.diagnosis import diagnose
from stance.records import LabeledSentence
from stance.report.making import read_articles, report
from stance.report.pages import evaluation_page, write_page

pytest.importorskip("altair", reason="the extra report is not installed")
pytest.importorskip("vl_convert", reason="the extra report is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
AXE = Path(os.environ.get("AXE_CORE", "no-such-file"))
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()
WIDTHS = (390, 1280)
PRINTED_WIDTH = 672  # of A4 within its margins, in pixels of 1/96 inch
PAGES = ("report", "articles", "evaluation", "analysis")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def pages(
    tiny: Model, labels: tuple[LabeledSentence, ...], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    states = ("Iran", "Oman", "Russia", "France", "Ghana", "Peru", "Chile", "Japan", "India")
    verbs = ("praised", "attacked", "criticised", "threatened to bomb")
    analyses = [
        tiny.analyze(
            f"{a} {verbs[(i + j) % 4]} {b}. {a} {verbs[i % 4]} {states[i - 2]}, the envoy said.",
            date=f"20{10 + i}-0{1 + j}-02",
            doc_id=f"https-like-very-long-identifier-without-any-space-{i}-{j}" * 2,
        )
        for i, a in enumerate(states)
        for j, b in enumerate(states)
        if a != b
    ]
    found = {"report": report(analyses, folder / "report.html", model=tiny)[0]}
    articles = read_articles([Path(__file__).parent / "articles"], tiny)
    found["articles"], _ = report(articles, folder / "articles.html", model=tiny)
    diagnosis = diagnose(tiny, labels)
    found["evaluation"], _ = write_page(
        folder / "evaluation.html", evaluation_page(diagnosis), diagnosis.to_dict()
    )
    found["analysis"] = folder / "analysis.html"
    analyses[0].to_html(found["analysis"])
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_window_and_reports_no_error(
    name: str, width: int, pages: dict[str, Path], browser: Any, tmp_path: Path
) -> None:
    artefacts = Path(os.environ.get("ARTEFACTS", tmp_path))
    said: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url))
    page.goto(pages[name].as_uri())
    page.screenshot(path=artefacts / f"{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == [pages[name].as_uri()]  # the page itself, and nothing else
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_the_same_with_scripts_off(
    name: str, pages: dict[str, Path], browser: Any
) -> None:
    said = []
    for enabled in (True, False):
        context = browser.new_context(java_script_enabled=enabled)
        page = context.new_page()
        page.goto(pages[name].as_uri())
        said.append(page.inner_text("body"))
        context.close()
    assert said[0] == said[1]
    assert len(said[0]) > 50


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
@pytest.mark.parametrize("name", PAGES)
def test_a_printed_page_holds_all_that_is_on_the_screen(
    name: str, pages: dict[str, Path], browser: Any, tmp_path: Path
) -> None:
    artefacts = Path(os.environ.get("ARTEFACTS", tmp_path))
    page = browser.new_page(viewport={"width": PRINTED_WIDTH, "height": 900})
    page.goto(pages[name].as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PRINTED_WIDTH
    wide = "[...document.querySelectorAll('svg, table')].map(e => e.getBoundingClientRect().right)"
    assert max(page.evaluate(wide), default=0) <= PRINTED_WIDTH
    wanted = page.inner_text("body")  # in print: the list of contents is hidden
    page.pdf(path=artefacts / f"{name}.pdf", format="A4")
    page.close()
    command = ["pdftotext", str(artefacts / f"{name}.pdf"), "-"]
    sheets = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    assert sheets.pop() == ""
    assert min(len(sheet.split()) for sheet in sheets) >= 5  # no empty sheet
    # Long words are broken at the ends of lines, where pdftotext drops a hyphen.
    printed = "".join("".join(sheets).replace("-", "").split())
    assert [word for word in wanted.replace("-", "").split() if word not in printed] == []
    pictures = ["pdftoppm", "-r", "60", "-png", command[1], str(artefacts / f"{name}-printed")]
    subprocess.run(pictures, check=True)


@pytest.mark.skipif(not AXE.is_file(), reason="AXE_CORE names no axe.min.js")
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(
    name: str, width: int, pages: dict[str, Path], browser: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(pages[name].as_uri())
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run()")["violations"]
    context.close()
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
