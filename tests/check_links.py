#!/usr/bin/env python3
"""Checks the links in the project's Markdown pages: files and headings are there, presets of the playground exist, and every page of
docs/ can be reached from docs/index.md. Addresses of other machines are not asked.

check_links.py [ROOT]        prints every link that leads nowhere and exits 1 if there is one
check_links.py --self-test   checks this on small examples
"""
import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote

PAGES = ("*.md", "docs/**/*.md", "apps/*/README.md", "bench/**/*.md", "data/**/*.md", "tests/**/*.md")
PLAYGROUND = re.compile(r"http://127\.0\.0\.1:8800/#preset=([\w-]+)")


def without_code(text):
    """The text with its code taken out, line by line; blocks and spans in back quotes hold no links."""
    lines, fence = [], None
    for line in text.splitlines():
        mark = re.match(r"\s*(```+|~~~+)", line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = None
            lines.append("")
        elif mark:
            fence = mark.group(1)
            lines.append("")
        else:
            lines.append(re.sub(r"(`+).*?\1", "", line))
    return lines


def anchors(text):
    """The names of a page's headings, as GitHub makes them."""
    names, seen, fence = set(), {}, False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            fence = not fence
        heading = None if fence else re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.group(1))
        name = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        count = seen.get(name, 0)
        seen[name] = count + 1
        names.add(f"{name}-{count}" if count else name)
    return names


def presets(root):
    """The names in the playground's list of presets."""
    script = root / "apps/playground/page/states.js"
    if not script.exists():
        return set()
    found = re.search(r"const presets = \{\n(.*?)\n\};", script.read_text(), re.S)
    return set(re.findall(r'^  "?([\w-]+)"?: \[', found.group(1), re.M)) if found else set()


def faults(root):
    pages = sorted({page for pattern in PAGES for page in root.glob(pattern)})
    known, reached = presets(root), set()
    for page in pages:
        for number, line in enumerate(without_code(page.read_text()), 1):
            for target in re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", line):
                where = f"{page.relative_to(root)}:{number}: {target}"
                preset = PLAYGROUND.match(target)
                if preset and preset.group(1) not in known:
                    yield f"{where}: the playground has no such preset"
                if re.match(r"[a-z][a-z0-9+.-]*:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / unquote(path)).resolve() if path else page.resolve()
                if not file.exists():
                    yield f"{where}: there is no such file"
                    continue
                if page == root / "docs/index.md":
                    reached.add(file)
                if anchor and file.suffix == ".md" and anchor not in anchors(file.read_text()):
                    yield f"{where}: there is no such heading"
    if (root / "docs/index.md").exists():
        for page in sorted((root / "docs").glob("*.md")):
            if page.name != "index.md" and page.resolve() not in reached:
                yield f"docs/index.md: does not lead to {page.relative_to(root)}"


def self_test():
    def expect(files, *wanted):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            found = list(faults(root))
            assert len(found) == len(wanted) and all(w in f for w, f in zip(wanted, found)), (files, found)

    expect({"README.md": "[a](docs/b.md) [c](#d-e) ![f](docs/g.png)\n# D, *E*!\n", "docs/b.md": "", "docs/g.png": ""})
    expect({"README.md": "[a](b.md)"}, "README.md:1: b.md: there is no such file")
    expect({"README.md": "\n[a](#b)\n```\n# b\n```\n"}, "README.md:2: #b: there is no such heading")
    expect({"README.md": "[a](#b-1)\n# b\n## b\n"})
    expect({"README.md": "`[a](b.md)`\n```cpp\nf[a](b.md);\n```\n[c](https://example.org/x)"})
    script = 'const presets = {\n  tour: ["x"],\n  "run-away": ["y"],\n};\n'
    link = "[a](http://127.0.0.1:8800/#preset={})"
    expect({"README.md": link.format("run-away") + link.format("walk"), "apps/playground/page/states.js": script},
           "#preset=walk: the playground has no such preset")
    expect({"docs/index.md": "[a](a.md)", "docs/a.md": "", "docs/b.md": ""}, "docs/index.md: does not lead to docs/b.md")


if sys.argv[1:] == ["--self-test"]:
    self_test()
else:
    found = list(faults(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))
    print("\n".join(found), end="\n" if found else "")
    sys.exit(1 if found else 0)
