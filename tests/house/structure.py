"""Print how the code is cut: lines of functions and files, circles and contracts of imports, CPU of the tests.

uv run python tests/house/structure.py                         the working tree
uv run python tests/house/structure.py --compare REV           a revision of git beside it
uv run python tests/house/structure.py --tests                 run the tests too, and count their CPU seconds
uv run python tests/house/structure.py --compare REV --cpu REV=299 --cpu now=160    figures that were measured before
"""

import argparse
import ast
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

HOUSE = Path(__file__).resolve().parents[2]
ROOMS = ("pipelines", "spiders", "flows", "reports")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> None:
    """Print the table of the columns that were asked for."""
    chosen = arguments()
    columns = {}
    if chosen.compare:
        with tempfile.TemporaryDirectory() as folder:
            unpack(chosen.compare, Path(folder))
            columns[chosen.compare] = measured(Path(folder))
    columns["now"] = measured(HOUSE)
    for column, given in chosen.cpu:
        columns[column]["tests: CPU seconds"] = given
    if chosen.tests:
        columns["now"]["tests: CPU seconds"] = f"{cpu_of_tests():.0f}"
    print("\n".join(table(columns)))
    for circle in sorted(map(sorted, circles(imports_of(HOUSE)))):
        print("circle now:", *circle)


def arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    top = argparse.ArgumentParser(prog="tests/house/structure.py", description=__doc__.splitlines()[0])
    top.add_argument("--compare", metavar="REV", help="a revision of git, as the column before")
    top.add_argument("--tests", action="store_true", help="run the tests and count their CPU seconds")
    top.add_argument("--cpu", action="append", default=[], type=lambda text: tuple(text.split("=", 1)),
                     metavar="COLUMN=SECONDS", help="CPU seconds of the tests, measured before")  # fmt: skip
    chosen = top.parse_args()
    if unknown := {column for column, *_ in chosen.cpu} - {"now", chosen.compare}:
        top.error(f"--cpu names no column: {', '.join(sorted(unknown))}")
    return chosen


def unpack(revision: str, folder: Path) -> None:
    """Write the files of a revision into the folder."""
    packed = subprocess.run(["git", "archive", revision], cwd=HOUSE, check=True, stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", str(folder)], check=True, input=packed.stdout)


def measured(top: Path) -> dict[str, str]:
    """Return the figures of the tree at `top`, by what they say."""
    found = {f"{what}: {figure}": value for what, folders in (("code", ROOMS), ("tests", ("tests",)))
             for figure, value in sizes(sources(top, *folders).values()).items()}  # fmt: skip
    return found | {"import circles": str(len(circles(imports_of(top)))), "import contracts held": contracts(top)}


def sources(top: Path, *folders: str) -> dict[Path, str]:
    """Return the text of each Python file below the folders."""
    return {path: path.read_text(encoding="utf-8") for each in folders for path in sorted((top / each).rglob("*.py"))}


def sizes(texts) -> dict[str, str]:
    """Return how long functions and files are, in lines."""
    files = [text.count("\n") for text in texts]
    functions = [length for text in texts for length in lengths(text)]
    return {
        "files": str(len(files)), "lines": str(sum(files)), "functions": str(len(functions)),
        "lines of a function, middle": f"{median(functions):.0f}",
        "lines of a function, 90 % at most": f"{quantiles(functions, n=10)[-1]:.0f}",
        "lines of a file, middle": f"{median(files):.0f}",
        "files over 150 lines": str(sum(lines > 150 for lines in files)),
        "files over 300 lines": str(sum(lines > 300 for lines in files)),
    }  # fmt: skip


def lengths(text: str) -> list[int]:
    """Return the lines of each function of a file, from its `def` to its end."""
    return [node.end_lineno - node.lineno + 1 for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTIONS)]


def imports_of(top: Path) -> dict[str, set[str]]:
    """Return what each module of the rooms imports."""
    return {module(path, top): imported(text) for path, text in sources(top, *ROOMS).items()}


def module(path: Path, top: Path) -> str:
    """Return the name by which a file is imported."""
    return ".".join(path.relative_to(top).with_suffix("").parts).removesuffix(".__init__")


def imported(text: str) -> set[str]:
    """Return the names of all that a file imports; those that are no module are dropped by who reads them."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def circles(imports: dict[str, set[str]]) -> set[frozenset[str]]:
    """Return the sets of modules that import each other, directly or through others."""
    graph = {name: {other for other in named if other in imports and other != name} for name, named in imports.items()}
    reach = {name: reachable(graph, name) for name in graph}
    together = {name: frozenset(other for other in reach[name] if name in reach[other]) for name in graph}
    return {group for group in together.values() if group}


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return all that can be reached from a node by at least one step."""
    found, todo = set(), list(graph[start])
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo += graph[name]
    return found


def contracts(top: Path) -> str:
    """Return how many contracts import-linter finds kept, of how many."""
    linter = str(Path(sys.executable).with_name("lint-imports"))
    said = subprocess.run([linter, "--no-cache"], cwd=top, capture_output=True, text=True, check=False).stdout
    counted = re.search(r"Contracts: (\d+) kept, (\d+) broken", said)
    return f"{counted[1]} of {int(counted[1]) + int(counted[2])}" if counted else "cannot be read"


def cpu_of_tests() -> float:
    """Run the tests; return the CPU seconds of all their processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["uv", "run", "pytest"], cwd=HOUSE, check=False, stdout=sys.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(columns: dict[str, dict[str, str]]) -> list[str]:
    """Return the lines of the table: one row a figure, one column a tree."""
    rows = [["", *columns]]
    rows += [[name, *(column.get(name, "") for column in columns.values())]
             for name in dict.fromkeys(name for column in columns.values() for name in column)]  # fmt: skip
    wide = max(len(row[0]) for row in rows)
    return [f"{name:{wide}}" + "".join(f"{value:>14}" for value in values) for name, *values in rows]


if __name__ == "__main__":
    main()
