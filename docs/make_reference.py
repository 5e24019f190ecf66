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
LEFT_OUT = ("engine/base", "engine/kernels", "solvers/core")  # what ops and rules are made of


def first_sentence(comment):
    """The first sentence, however many lines it takes; a full stop ends it only before a space and a capital."""
    text = " ".join(comment.split())
    end = re.search(r"(?<!e\.g)(?<!i\.e)[.:;](?=\s+[^a-z\s])|\.$", text)
    return text[: end.start()] + "." if end else text


def declarations(text):
    """Yields (declaration, comment, whether it is its own) at namespace scope. A function right below another one shares its comment."""
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
            if not parts:
                comment, fresh = [], True
            continue
        code = re.sub(r"\s*//.*", "", line)
        parts.append(code)
        depth += code.count("{") - code.count("}")
        joined = "\n".join(parts)
        if depth == 0 and re.search(r"[;}]\s*$", joined) and not re.search(r"^template\s*<[^>]*>$", joined):
            is_class = re.match(r"\s*(template <.*?>\s*)?(class|struct|enum)\b", joined)
            yield joined, " ".join(comment) if own or not is_class else "", own
            parts, fresh, own = [], True, False


def plain(declaration):
    """Whether this is an enum or a struct with nothing but data: its members tell what it is."""
    body = re.match(r"\s*(?:struct|enum class) \w+[^{;]*\{(.*)\};?\s*$", declaration, re.S)
    return bool(body) and not re.search(r"^[^=]*\(", body.group(1), re.M)


def signature(declaration):
    """One line: bodies, initialisers and a class's members left out."""
    text = " ".join(declaration.split())
    kind = re.match(r"(?:template <.*?> )?(?:class|struct|enum class|concept)\b", text)
    if kind and plain(declaration):
        text = " ".join(re.sub(r"\s+", " ", line).strip() for line in declaration.splitlines())
        return re.sub(r"\s+;", ";", text).rstrip(";")
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
        if room in LEFT_OUT:
            continue
        if room != last:
            out += [f"## {room}", ""]
            last = room
        out += [f"### {header.name}", ""]
        for declaration, comment, own in declarations(header.read_text()):
            if declaration.strip().startswith(SKIPPED) or "::Model" in signature(declaration) or re.fullmatch(r"(struct|class) \w+;", declaration.strip()):
                continue
            if not comment and not plain(declaration):
                missing.append(f"{header.relative_to(ROOT)}: {signature(declaration)}")
            out.append(f"- `{signature(declaration)}`" + (f"  \n  {first_sentence(comment)}" if own else ""))
        out.append("")
    return "\n".join(out), missing


def self_test():
    text = "// Adds. Then\n// more.\nVar add(Var x,\n        Var y = 1);\nVar sub(Var x);\n\n// A box\n// of things.\nstruct Box {\n  int n;\n};\n"
    found = [(signature(d), first_sentence(c)) for d, c, _ in declarations(text)]
    assert found == [("Var add(Var x, Var y = 1)", "Adds."), ("Var sub(Var x)", "Adds."), ("struct Box { int n; }", "A box of things.")], found
    assert [c for _, c, _ in declarations("// A.\nint f();\nstruct Box {\n};\n")] == ["A.", ""]
    assert [c for _, c, _ in declarations("// A.\nint f();\n\nint g();\n")] == ["A.", ""]
    assert plain("struct Box {\n  real s = real(1);\n};") and plain("enum class Side { left, right };")
    assert not plain("struct Box {\n  int size() const;\n};")
    assert list(declarations("int f();\n")) == [("int f();", "", False)]


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
