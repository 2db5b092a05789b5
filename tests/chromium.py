"""A headless Chromium for what people see: screenshots, and what the page itself measures."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
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
)
# Chromium's own names for prefers-color-scheme.
SCHEMES = {"light": "1", "dark": "0"}

# Headless windows are never narrower than 500 px, so the mail is shown in a frame of the wanted width.
WRAPPER = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0 }} iframe {{ display: block; border: 0 }}</style>
<iframe id="mail" src="{source}" width="{width}" height="{height}"></iframe>
<script>
addEventListener("load", () => {{
  const page = document.getElementById("mail").contentDocument
  const look = element => page.defaultView.getComputedStyle(element)
  const all = [...page.body.querySelectorAll("*")]
  const visible = all.filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
  const ground = element => {{
    for (let e = element; e; e = e.parentElement)
      if (!/, 0\\)$/.test(look(e).backgroundColor)) return look(e).backgroundColor
    return "rgb(255, 255, 255)"
  }}
  const found = {{
    width: page.documentElement.clientWidth,
    scroll: page.documentElement.scrollWidth,
    height: Math.ceil(page.body.getBoundingClientRect().height),
    sheet: page.querySelector(".sheet").getBoundingClientRect().width,
    wide: all.filter(e => e.getBoundingClientRect().right > {width} + 1).map(e => e.outerHTML.slice(0, 80)),
    texts: visible.map(e => ({{
      text: e.textContent.trim().slice(0, 40), size: parseFloat(look(e).fontSize), ink: look(e).color, ground: ground(e)
    }})),
    images: page.querySelectorAll("img, picture, svg, [background]").length,
  }}
  document.body.insertAdjacentHTML("beforeend", "<pre id=found></pre>")
  document.getElementById("found").textContent = JSON.stringify(found)
}})
</script>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """A browser binary; each call is a fresh process with a fresh profile."""

    binary: str

    def measure(self, mail: str, *, width: int, scheme: str, folder: Path) -> dict[str, Any]:
        """What the mail's page says of itself: widths, heights, every text with its size and colours."""
        page = self._page(mail, width, 2000, folder)
        dom = self._run(page, scheme, 900, 2000, "--dump-dom").decode()
        match = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
        assert match, "the page did not measure itself"
        return dict(json.loads(html.unescape(match[1])))

    def picture(self, mail: str, to: Path, *, width: int, height: int, scheme: str, folder: Path) -> None:
        """A PNG of the mail as it looks at that width."""
        page = self._page(mail, width, height, folder)
        self._run(page, scheme, width, height, f"--screenshot={to}")

    def _page(self, mail: str, width: int, height: int, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "mail.html").write_text(mail, encoding="utf-8")
        page = folder / f"wrapper-{width}.html"
        page.write_text(WRAPPER.format(source="mail.html", width=width, height=height), encoding="utf-8")
        return page

    def _run(self, page: Path, scheme: str, width: int, height: int, *what: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="mailbot-chromium-", ignore_cleanup_errors=True) as profile:
            command = [
                self.binary,
                *FLAGS,
                "--allow-file-access-from-files",
                f"--user-data-dir={profile}",
                f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
                f"--window-size={width},{height}",
                *what,
                page.as_uri(),
            ]
            return subprocess.run(command, capture_output=True, check=True, timeout=90).stdout


def find_chromium() -> Chromium | None:
    """The browser that is installed, or None."""
    binary = next((found for name in NAMES if (found := shutil.which(name))), None)
    return Chromium(binary=binary) if binary else None
