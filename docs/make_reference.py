#!/usr/bin/env python3
"""Writes docs/reference.md from the public headers: what their CMakeLists.txt list as PUBLIC.

make_reference.py              writes the page
make_reference.py --check      fails when the page on disk is not what the headers say
make_reference.py --self-test  checks the reader of headers on small examples
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference.md"
SKIPPED = ("using ", "namespace", "inline namespace", "static_assert", "extern template", "template class", "friend ")


def first_sentence(comment):
    """The first sentence, however many lines it takes; a full stop ends it only before a space and a capital."""
    text = " ".join(comment.split())
    end = re.search(r"(?<!e\.g)(?<!i\.e)[.:;](?=\s+[^a-z\s])|\.$", text)
    return text[: end.start()] + "." if end else text


def declarations(text):
    """Yields (declaration, comment) at namespace scope. A function without a comment has the one above; a class does not."""
    comment, fresh, own, parts, depth = [], True, False, [], 0
    for line in text.splitlines():
        stripped = line.strip()
        if not parts and (stripped.startswith("#") or re.match(r"(inline )?namespace\b", stripped)
                          or stripped.startswith("}")):
            continue
        if not parts and stripped.startswith("//"):
            if fresh:
                comment, fresh = [], False
            comment.append(stripped[2:].strip())
            own = True
            continue
        if not stripped:
            fresh = True if not parts else fresh
            continue
        code = re.sub(r"\s*//.*", "", line)
        parts.append(code)
        depth += code.count("{") - code.count("}")
        joined = "\n".join(parts)
        if depth == 0 and re.search(r"[;}]\s*$", joined) and not re.search(r"^template\s*<[^>]*>$", joined):
            is_class = re.match(r"\s*(template <.*?>\s*)?(class|struct|enum)\b", joined)
            yield joined, " ".join(comment) if own or not is_class else ""
            parts, fresh, own = [], True, False


def signature(declaration):
    """One line: bodies, initialisers and a class's members left out."""
    text = " ".join(declaration.split())
    kind = re.match(r"(?:template <.*?> )?(?:class|struct|enum class|concept)\b", text)
    if kind:
        return re.split(r"\s*\{|;", text)[0]
    close = text.rfind(")", 0, text.find(" {") if re.search(r"\) (const )?(noexcept )?\{", text) else len(text))
    return text[: close + 1].rstrip(";") if close >= 0 else text.rstrip(";")


def rooms():
    """(room, header) in the order in which the CMakeLists.txt name them."""
    for folder in ("engine", "nn", "solvers", "data"):
        order = re.findall(r"add_subdirectory\((\w+)\)", (ROOT / folder / "CMakeLists.txt").read_text())
        for place in [ROOT / folder / name for name in order]:
            listed = re.search(r"PUBLIC\s+(.*?)(?:SOURCES|\))", (place / "CMakeLists.txt").read_text(), re.S)
            for name in listed.group(1).split() if listed else []:
                yield f"{folder}/{place.name}", place / name


def page():
    out = ["# Reference", "", "Made from the headers by `docs/make_reference.py`: change the comment there, then run it again.", ""]
    missing, last = [], None
    for room, header in rooms():
        if room != last:
            out += [f"## {room}", ""]
            last = room
        out += [f"### {header.name}", ""]
        for declaration, comment in declarations(header.read_text()):
            if declaration.strip().startswith(SKIPPED) or re.fullmatch(r"(struct|class) \w+;", declaration.strip()):
                continue
            if not comment:
                missing.append(f"{header.relative_to(ROOT)}: {signature(declaration)}")
            out.append(f"- `{signature(declaration)}`  \n  {first_sentence(comment)}")
        out.append("")
    return "\n".join(out), missing


def self_test():
    text = "// Adds. Then\n// more.\nVar add(Var x,\n        Var y = 1);\nVar sub(Var x);\n\n// A box\n// of things.\nstruct Box {\n  int n;\n};\n"
    found = [(signature(d), first_sentence(c)) for d, c in declarations(text)]
    assert found == [("Var add(Var x, Var y = 1)", "Adds."), ("Var sub(Var x)", "Adds."), ("struct Box", "A box of things.")], found
    assert [c for _, c in declarations("// A.\nint f();\nstruct Box {\n};\n")] == ["A.", ""]
    assert list(declarations("int f();\n")) == [("int f();", "")]


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    text, missing = page()
    if missing:
        sys.exit("No comment says what these are:\n  " + "\n  ".join(missing))
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != text:
            sys.exit("docs/reference.md is not what the headers say; renew it: python3 docs/make_reference.py")
    else:
        PAGE.write_text(text)


main()
