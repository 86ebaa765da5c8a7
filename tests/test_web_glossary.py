"""The page and the JSON of the glossary: what is listed, where it leads, what is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from ingest.pipeline import ingest
from tests.test_web_cli import serving
from web import create_app

ARTICLES = {
    "plan.md": "---\ntitle: Plans\npublished: 2019-03-02\n---\n"
    "A river action plan (RAP) is made each spring. The lock safety office (LSO) reads it.\n",
    "path.md": "---\ntitle: Paths\npublished: 2021-08-30\n---\n"
    "A rapid access path (RAP) leads along the bank. It is in no river action plan.\n",
    "weed.md": "# Weed\n\nThe “weed & reed team” (WRT) cuts it. The Weed Panel (WP) does not.\n",
}


def serve(folder: Path, articles: dict[str, str]) -> FlaskClient:
    """A client over an index of these articles, in `folder`."""
    (folder / "corpus").mkdir()
    for name, text in articles.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    ingest([folder / "corpus"], folder / "index")
    return create_app({"INDEX": folder / "index"}).test_client()


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return serve(tmp_path_factory.mktemp("rivers"), ARTICLES)


def soup(client: FlaskClient, address: str, status: int = 200) -> BeautifulSoup:
    response = client.get(address)
    assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")
    return BeautifulSoup(response.text, "lxml")


def rows(page: BeautifulSoup) -> list[list[str]]:
    return [
        [" ".join(cell.get_text().split()) for cell in row.select("th, td")]
        for row in page.select("table.glossary tr")
    ]


def test_each_sense_has_a_row_with_its_counts_and_dates(rivers: FlaskClient) -> None:
    assert rows(soup(rivers, "/glossary")) == [
        ["Acronym", "Stands for", "Passages", "Documents", "First", "Last"],
        ["LSO", "lock safety office", "1", "1", "2 March 2019", "2 March 2019"],
        ["RAP", "river action plan", "2", "2", "2 March 2019", "30 August 2021"],
        ["rapid access path", "1", "1", "30 August 2021", "30 August 2021"],
        ["WP", "Weed Panel", "1", "1", "undated", "undated"],
        ["WRT", "weed & reed team", "1", "1", "undated", "undated"],
    ]


def test_a_long_form_leads_to_a_search_for_it(rivers: FlaskClient) -> None:
    links = {link.get_text(): str(link["href"]) for link in soup(rivers, "/glossary").select("table a")}
    assert links["rapid access path"] == "/?q=rapid+access+path"
    assert links["weed & reed team"] == "/?q=weed+%26+reed+team"
    found = soup(rivers, links["rapid access path"])
    assert found.select(".results h3 a")[0].get_text() == "Paths"


def test_every_page_leads_to_the_glossary(rivers: FlaskClient) -> None:
    for address in ("/", "/?q=weed", "/glossary"):
        assert [link["href"] for link in soup(rivers, address).select("footer nav a")] == ["/glossary"]


def test_the_json_is_the_list_of_the_page(rivers: FlaskClient) -> None:
    response = rivers.get("/api/glossary")
    assert (response.status_code, response.content_type) == (200, "application/json")
    entries = json.loads(response.data)
    assert [entry["acronym"] for entry in entries] == ["LSO", "RAP", "WP", "WRT"]
    assert entries[1]["senses"] == [
        {
            "long_form": "river action plan",
            "passages": 2,
            "documents": 2,
            "first": "2019-03-02",
            "last": "2021-08-30",
            "kind": "defined",
        },
        {
            "long_form": "rapid access path",
            "passages": 1,
            "documents": 1,
            "first": "2021-08-30",
            "last": "2021-08-30",
            "kind": "defined",
        },
    ]
    assert list(entries[2]["senses"][0]) == ["long_form", "passages", "documents", "first", "last", "kind"]
    assert (entries[2]["senses"][0]["first"], entries[2]["senses"][0]["last"]) == (None, None)


def test_a_parameter_is_refused_as_a_page_or_as_a_problem(rivers: FlaskClient) -> None:
    assert "there is no parameter 'q'" in soup(rivers, "/glossary?q=RAP", 400).get_text()
    response = rivers.get("/api/glossary?limit=5")
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    problem = json.loads(response.data)
    assert (problem["code"], problem["errors"][0]["parameter"]) == ("parameter_invalid", "limit")


def test_without_acronyms_the_page_says_what_it_takes(tmp_path: Path) -> None:
    client = serve(tmp_path, {"weed.md": "# Weed\n\nWeed stops boats on the canal.\n"})
    page = soup(client, "/glossary")
    assert page.select("table") == []
    assert "No document here says what an acronym stands for." in page.get_text()
    assert "python -m ingest" in page.get_text()
    assert json.loads(client.get("/api/glossary").data) == []


def test_without_an_index_neither_is_there(tmp_path: Path) -> None:
    client = create_app({"INDEX": tmp_path / "none"}).test_client()
    assert client.get("/glossary").status_code == 503
    response = client.get("/api/glossary")
    assert (response.status_code, response.content_type) == (503, "application/problem+json")


def test_a_new_generation_has_its_own_glossary(tmp_path: Path) -> None:
    client = serve(tmp_path, {"plan.md": ARTICLES["plan.md"]})
    assert [row[0] for row in rows(soup(client, "/glossary"))[1:]] == ["LSO", "RAP"]
    (tmp_path / "corpus" / "plan.md").write_text("# Weed\n\nThe Weed Panel (WP) met.\n", encoding="utf-8")
    ingest([tmp_path / "corpus"], tmp_path / "index")
    assert [row[0] for row in rows(soup(client, "/glossary"))[1:]] == ["WP"]


# ---- in a browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    serve(folder, ARTICLES)
    with serving("--index", "index", folder=folder) as service:
        yield service.address.removesuffix("/")


@pytest.mark.parametrize("width", [320, 1024])
def test_the_table_fits_the_screen_and_its_links_work_without_scripts(site: str, width: int) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: see README.md")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the path: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--headless", "--disable-gpu"]
        )
        page = browser.new_context(java_script_enabled=False).new_page()
        page.set_viewport_size({"width": width, "height": 640})
        page.goto(site)
        page.get_by_role("link", name="Acronyms in these documents").click()
        page.wait_for_url("**/glossary")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        page.get_by_role("link", name="rapid access path").click()
        page.wait_for_url("**/?q=*")
        assert page.get_by_label("Ask a question").input_value() == "rapid access path"
        browser.close()
