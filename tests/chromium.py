"""A headless Chromium for what people see: screenshots, and what a page itself measures."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--allow-file-access-from-files",  # the wrapper looks into its frames
)
SCHEMES = {"dark": "0", "light": "1"}  # Chromium's numbers for prefers-color-scheme

# A headless window is never narrower than 500 px, so each mail is shown in a frame of the wanted width.
FRAME = '<iframe id="{id}" src="{source}" width="{width}" height="{height}"></iframe>'
WRAPPER = """<!doctype html><meta charset="utf-8">
<style>body { margin: 0 } iframe { display: block; border: 0 }</style>
FRAMES
<pre id="found"></pre>
<script>
function measure(frame) {
  const page = frame.contentDocument
  const look = element => page.defaultView.getComputedStyle(element)
  const all = [...page.body.querySelectorAll("*")]
  const says = element => [...element.childNodes].some(node => node.nodeType == 3 && node.data.trim())
  const ground = element => {
    for (let each = element; each; each = each.parentElement)
      if (!/, 0\\)$/.test(look(each).backgroundColor)) return look(each).backgroundColor
    return "rgb(255, 255, 255)"
  }
  const describe = element => ({
    text: element.textContent.trim().slice(0, 40),
    size: parseFloat(look(element).fontSize),
    ink: look(element).color,
    ground: ground(element),
  })
  const cut = element => element.clientHeight && element.scrollHeight > element.clientHeight + 1
  const headed = table => table.getAttribute("role") == "presentation" || table.querySelector("th[scope]")
  return {
    language: page.documentElement.lang,
    title: page.title,
    headings: [...page.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(e => Number(e.tagName[1])),
    links: [...page.querySelectorAll("a")].map(e => [e.textContent.trim(), e.getAttribute("href")]),
    cut: all.filter(cut).map(e => e.outerHTML.slice(0, 80)),
    unheaded: [...page.querySelectorAll("table")].filter(e => !headed(e)).map(e => e.outerHTML.slice(0, 80)),
    width: page.documentElement.clientWidth,
    scroll: page.documentElement.scrollWidth,
    height: Math.ceil(page.body.getBoundingClientRect().height),
    sheet: page.querySelector(".sheet").getBoundingClientRect().width,
    wide: all.filter(e => e.getBoundingClientRect().right > frame.width).map(e => e.outerHTML.slice(0, 80)),
    texts: all.filter(e => says(e) && e.getBoundingClientRect().height).map(describe),
    images: page.querySelectorAll("img, picture, svg, [background]").length,
  }
}
addEventListener("load", () => {
  const frames = [...document.querySelectorAll("iframe")]
  document.getElementById("found").textContent = JSON.stringify(Object.fromEntries(frames.map(f => [f.id, measure(f)])))
})
</script>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """A browser binary; each call is a fresh process with a fresh profile."""

    binary: str

    def measure(self, mails: Mapping[str, str], widths: Sequence[int], *, scheme: str, folder: Path) -> dict[str, dict[str, Any]]:
        """
        What each mail's page says of itself at each width, as "name-width".

        Widths and heights in CSS pixels, elements that stick out or are cut off, every text with size, colour and
        ground, and what a screen reader goes by: language, title, levels of headings, links, tables without header cells.
        """
        frames = []
        for name, mail in mails.items():
            (folder / f"{name}.html").write_text(mail, encoding="utf-8")
            frames += [FRAME.format(id=f"{name}-{width}", source=f"{name}.html", width=width, height=1200) for width in widths]
        dom = self._run(self._wrapped(frames, folder), scheme, (max(500, *widths), 1200), "--dump-dom").decode()
        match = re.search(r'<pre id="found">(.+?)</pre>', dom, re.DOTALL)
        assert match, "the pages did not measure themselves"
        return dict(json.loads(html.unescape(match[1])))

    def picture(self, mail: str, to: Path, *, width: int, height: int, scheme: str, folder: Path) -> None:
        """A PNG of the mail as it looks at that width."""
        (folder / "picture.html").write_text(mail, encoding="utf-8")
        page = self._wrapped([FRAME.format(id="picture", source="picture.html", width=width, height=height)], folder)
        self._run(page, scheme, (width, height), f"--screenshot={to}")

    def dump(self, page: str, folder: Path) -> str:
        """The page as it is after its scripts have run."""
        (folder / "page.html").write_text(page, encoding="utf-8")
        return self._run(folder / "page.html", "light", (900, 1200), "--dump-dom").decode()

    @staticmethod
    def _wrapped(frames: Sequence[str], folder: Path) -> Path:
        page = folder / "wrapper.html"
        page.write_text(WRAPPER.replace("FRAMES", "\n".join(frames)), encoding="utf-8")
        return page

    def _run(self, page: Path, scheme: str, size: tuple[int, int], *what: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="mailbot-chromium-", ignore_cleanup_errors=True) as profile:
            command = [
                self.binary,
                *FLAGS,
                f"--user-data-dir={profile}",
                f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
                f"--window-size={size[0]},{size[1]}",
                *what,
                page.as_uri(),
            ]
            return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout


def find_chromium() -> Chromium | None:
    """The browser that is installed, or None."""
    binary = next((found for name in NAMES if (found := shutil.which(name))), None)
    return Chromium(binary=binary) if binary else None
