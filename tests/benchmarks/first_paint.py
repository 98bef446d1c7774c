"""How soon a page can be read on a processor that is four times slower: milliseconds to the largest paint.

    uv run python tests/benchmarks/first_paint.py PAGE [--rounds N]

PAGE is a file of a published site. Needs Chromium. Prints how loaded the machine is, and the smallest, the middle and
the largest of the rounds. A machine that is busy takes longer.
"""

import argparse
import os
import sys
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.browser import launched, playwright

SLOWED = 4
PAINTED = """async () => {
    const seen = await new Promise((done) => new PerformanceObserver((list) => done(list.getEntries()))
        .observe({ type: "largest-contentful-paint", buffered: true }));
    return seen.at(-1).startTime; }"""


def main() -> None:
    """Open the page again and again, and print how long it took."""
    top = argparse.ArgumentParser(prog="tests/benchmarks/first_paint.py", description=__doc__.splitlines()[0])
    top.add_argument("page", type=Path, metavar="PAGE")
    top.add_argument("--rounds", type=int, default=9, metavar="N", help="default: 9")
    chosen = top.parse_args()
    with playwright.sync_playwright() as tools:
        browser = launched(tools.chromium)
        took = sorted(paint(browser, chosen.page.resolve().as_uri()) for _ in range(chosen.rounds))
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"largest paint: {took[0]:.0f}, {median(took):.0f}, {took[-1]:.0f} ms")


def paint(browser, address: str) -> float:
    """Return the milliseconds to the largest paint of a page, in a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto(address, wait_until="load")
    took = page.evaluate(PAINTED)
    context.close()
    return took


if __name__ == "__main__":
    main()
