"""The page in a real browser against a real process: reading, keyboard, narrow screens, hostile articles."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ingest.pipeline import ingest
from tests.test_web_cli import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: see README.md")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("there is no chromium on the path: apt-get install chromium", allow_module_level=True)

FLAGS = (
    "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

SENTENCE = "The lock keeper at Fernley opens the upper gates at seven."
ATTACK = (
    '<script>window.attacked = 1; alert(1)</script><img src=x onerror="window.attacked = 1">'
    '"\' autofocus onfocus="window.attacked = 1" <svg onload=alert(1)>'
)
LONG = "unbroken" * 30

LEAD_IN = "A boat that passes Barton pays three tolls:"
ITEMS = "- the lock toll\n- the bridge toll, twice:\n  - going up\n  - coming down\n- the mooring toll."
TOLLS = f"{LEAD_IN}\n{ITEMS}"

ARTICLES = {
    "tolls.md": f"---\ntitle: Tolls\npublished: 2020-05-04\n---\n{LEAD_IN}\n\n{ITEMS}\n",
    "locks.md": "---\ntitle: The locks\npublisher: Waterways Weekly\npublished: 2019-03-02\n---\n"
    + "".join(
        f"## Lock {number}\n\nThis lock has number {number} and {number + 3} paddles.\n\n"
        for number in range(60)
    )
    + f"## Fernley\n\n{SENTENCE} It closes at dusk.\n\n"
    + "".join(f"## Bridge {number}\n\nThis bridge has number {number}.\n\n" for number in range(20)),
    "attack.md": f"---\ntitle: '{ATTACK.replace(chr(39), chr(39) * 2)}'\n---\n"
    f"## `{ATTACK}`\n\nThe windmill turns `{ATTACK}` all day long in the wind.\n",
    "long.md": f"---\ntitle: Tollhouse {LONG}\npublisher: {LONG}\nauthors: [{LONG}]\n"
    f"url: https://toll.example/{LONG}\n---\n"
    f"## Rates {LONG}\n\nThe tollhouse {LONG} took a penny for every cart.\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over the articles, without the slash at its end."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "corpus").mkdir()
    for name, text in ARTICLES.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    ingest([folder / "corpus"], folder / "index")
    with serving("--index", "index", folder=folder) as service:
        yield service.address.removesuffix("/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A tab in which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(browser: Browser) -> Iterator[Page]:
    """A tab in which scripts would run."""
    context: BrowserContext = browser.new_context()
    yield context.new_page()
    context.close()


def background(locator: Locator) -> str:
    return str(locator.evaluate("element => getComputedStyle(element).backgroundColor"))


def is_in_view(page: Page, locator: Locator) -> bool:
    """Whether the whole element stands within the window."""
    box, size = locator.bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def focused(page: Page) -> str:
    """What has the keyboard: the words of a link or button, the name of a box."""
    return str(page.evaluate("document.activeElement.name || document.activeElement.innerText"))


def width(page: Page) -> int:
    """The width in CSS pixels that the page takes up."""
    return int(page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"))


def test_a_question_is_typed_answered_and_followed_to_its_passage_without_scripts(
    plain: Page, site: str
) -> None:
    plain.goto(site)
    plain.get_by_label("Ask a question").fill("When are the upper gates opened at Fernley?")
    plain.keyboard.press("Enter")
    assert plain.locator("blockquote").inner_text() == SENTENCE
    plain.locator("figcaption a").click()
    plain.wait_for_url("**/documents/**")
    assert plain.locator("h1").inner_text() == "The locks"
    target = plain.locator(".passage:target")
    assert target.inner_text() == f"{SENTENCE} It closes at dusk."
    assert is_in_view(plain, target)
    assert int(plain.evaluate("scrollY")) > 0
    assert background(target) != background(plain.locator(".passage").first)


def test_the_marked_sentence_stands_out_from_its_passage(plain: Page, site: str) -> None:
    plain.goto(f"{site}/?q=upper+gates+at+Fernley")
    mark = plain.locator(".excerpt mark").first
    assert mark.inner_text() == SENTENCE
    assert background(mark) not in (background(plain.locator(".excerpt").first), "rgba(0, 0, 0, 0)")


def selected(page: Page, selector: str) -> str:
    """What would be copied of an element by selecting all of it."""
    return str(
        page.evaluate(
            "selector => {"
            " getSelection().selectAllChildren(document.querySelector(selector));"
            " return String(getSelection()) }",
            selector,
        )
    )


def test_a_list_that_answers_is_shown_as_a_list_and_copied_verbatim(plain: Page, site: str) -> None:
    plain.goto(f"{site}/?q=Which+tolls+does+a+boat+that+passes+Barton+pay%3F")
    assert plain.locator(".quotation > .listed > ul > li").count() == 3
    assert plain.locator(".quotation li li").count() == 2
    assert (plain.locator(".quotation").inner_text(), selected(plain, ".quotation")) == (TOLLS, TOLLS)
    assert (plain.locator(".excerpt").first.inner_text(), selected(plain, ".excerpt")) == (TOLLS, TOLLS)
    assert plain.locator(".excerpt").first.locator("mark").all_inner_texts() == TOLLS.split("\n")


def test_the_explanation_opens_with_the_keyboard(plain: Page, site: str) -> None:
    plain.goto(f"{site}/?q=upper+gates+at+Fernley")
    plain.get_by_text("Explain the order").click()
    table = plain.locator("details table").first
    assert not table.is_visible()
    plain.locator("summary").first.focus()
    plain.keyboard.press("Enter")
    assert table.is_visible()


def test_a_date_stays_with_the_next_question_until_it_is_taken_off(plain: Page, site: str) -> None:
    plain.goto(f"{site}/?q=Fernley&as_of=2019-03-02")
    plain.get_by_label("Ask a question").fill("Barton tolls")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert plain.url.endswith("/?q=Barton+tolls&as_of=2019-03-02")
    assert plain.locator(".quotation").count() == 0
    plain.get_by_text("Show documents of any date").click()
    plain.wait_for_url("**/?q=Barton+tolls")
    assert plain.locator(".quotation").count() == 1


def test_the_keyboard_alone_reaches_everything_in_order(plain: Page, site: str) -> None:
    plain.goto(site)
    reached = []
    for _ in range(4):
        plain.keyboard.press("Tab")
        reached.append(focused(plain))
        ring = plain.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", f"{reached[-1]} does not show that it has the focus"
    assert reached == ["Skip to main content", "Citewell", "q", "Ask"]


def test_the_skip_link_shows_when_focused_and_leads_to_the_main_part(plain: Page, site: str) -> None:
    plain.goto(f"{site}/?q=upper+gates+at+Fernley")
    skip = plain.get_by_text("Skip to main content")
    hidden = skip.bounding_box()
    assert hidden is not None
    assert hidden["x"] + hidden["width"] <= 0
    plain.keyboard.press("Tab")
    shown = skip.bounding_box()
    assert shown is not None
    assert shown["x"] >= 0
    plain.keyboard.press("Enter")
    assert plain.url.endswith("#main")
    plain.keyboard.press("Tab")
    assert focused(plain) == "The locks"


def test_a_question_is_asked_and_followed_with_the_keyboard_alone(plain: Page, site: str) -> None:
    plain.goto(site)
    for _ in range(3):
        plain.keyboard.press("Tab")
    plain.keyboard.type("upper gates at Fernley")
    plain.keyboard.press("Tab")
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    for _ in range(5):
        plain.keyboard.press("Tab")
    assert focused(plain) == "The locks"
    with plain.expect_navigation():
        plain.keyboard.press("Enter")
    assert plain.locator(".passage:target").inner_text().startswith(SENTENCE)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=upper+gates+at+Fernley",
        "/?q=lock&page=2",
        "/?q=zeppelin",
        "/?q=zeppelin+" + "z" * 300,
        "/?q=tollhouse",
        "/?q=windmill",
        "/?q=Barton+tolls&explain=true&as_of=2021-05-01&expand=false",
        "/?q=%22Fernley+tollhouse%22&as_of=2021-05-01",
        "/?q=tollhuose",
        "/?pge=1",
        "/documents/nothing",
    ],
)
def test_a_narrow_screen_needs_no_scrolling_sideways(plain: Page, site: str, path: str) -> None:
    plain.set_viewport_size({"width": 320, "height": 640})
    plain.goto(site + path)
    assert width(plain) == 320


@pytest.mark.parametrize("word", ["Fernley", "tollhouse", "windmill"])
def test_a_document_on_a_narrow_screen_needs_no_scrolling_sideways(plain: Page, site: str, word: str) -> None:
    plain.set_viewport_size({"width": 320, "height": 640})
    plain.goto(f"{site}/?q={word}")
    plain.goto(site + str(plain.locator("figcaption a").get_attribute("href")))
    assert plain.locator(".passage:target").count() == 1
    assert width(plain) == 320


def test_a_hostile_article_runs_nothing(scripted: Page, site: str) -> None:
    happened: list[str] = []
    asked: list[str] = []

    def note_dialog(dialog: sync_api.Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    scripted.on("dialog", note_dialog)
    scripted.on("pageerror", lambda error: happened.append(str(error)))
    scripted.on("console", lambda message: happened.append(message.text))
    scripted.on("request", lambda request: asked.append(request.url))
    scripted.goto(f"{site}/?q=windmill")
    assert scripted.locator("figcaption a").inner_text() == ATTACK
    scripted.locator("figcaption a").click()
    scripted.wait_for_url("**/documents/**")
    assert scripted.locator("h1").inner_text() == ATTACK
    assert ATTACK in scripted.locator(".passage").inner_text()
    scripted.get_by_label("Ask a question").fill(f"windmill {ATTACK}")
    with scripted.expect_navigation():
        scripted.keyboard.press("Enter")
    assert scripted.get_by_label("Ask a question").input_value() == f"windmill {ATTACK}"
    assert scripted.evaluate("typeof window.attacked") == "undefined"
    assert happened == []
    assert [url for url in asked if not url.startswith(f"{site}/")] == []


def test_scripts_do_run_in_the_browser_that_this_tests_with(scripted: Page) -> None:
    """Were they off, the test above would prove nothing."""
    scripted.set_content(f"<p>{ATTACK}</p>")
    scripted.wait_for_function("window.attacked === 1")
    assert scripted.evaluate("window.attacked") == 1


def test_the_policy_lets_the_own_style_through_and_nothing_is_refused(scripted: Page, site: str) -> None:
    refused: list[str] = []
    scripted.on("console", lambda message: refused.append(message.text))
    scripted.on("requestfailed", lambda request: refused.append(request.url))
    for path in ("/", "/?q=upper+gates+at+Fernley", "/?q=zeppelin"):
        # Going on before the icon has come would break its request off, which counts as failed.
        scripted.goto(site + path, wait_until="networkidle")
        assert background(scripted.locator("body")) == "rgb(243, 246, 245)"
    assert refused == []
