#!/usr/bin/env python3
"""Uses the playground as a reader would, in headless Chromium: drags, clicks, keys, presets, addresses, a saved page without
a server. Nothing may be said on the console. Leaves pictures in both themes and three widths.
Usage: playground.py PROGRAM FOLDER_FOR_PICTURES"""
import json
import re
import subprocess
import sys
import time
from pathlib import Path

from browser import Browser

KINDS = ["grid", "top_k", "ranking", "tour", "assignment", "spanning_tree", "knapsack", "min_cut"]
WIDTHS = (1600, 1000, 400)
SAVED = {"grid": "#preset=rules", "loss": "#preset=fenchel-young", "tour": "#preset=tour", "collapse": "#preset=margin", "net": "#preset=net"}
SLOWEST = 1000  # milliseconds from a change to the frame that shows its answer, on a machine that does other things too


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


class Reader(Browser):
    def __init__(self, address):
        super().__init__()
        self.address = address
        self.size(1400)

    def visit(self, hash_=""):
        self.open(self.address + hash_)
        self.settle()

    def settle(self):
        self.until("typeof page === 'object' && page.ready")
        self.ask("page.ready.then(() => 1)")
        self.ask("page.refresh ? page.refresh().then(() => 1) : 1")
        self.ask("new Promise((done) => setTimeout(() => done(1), 150))")  # cards out of sight come later

    def state(self):
        return self.ask("JSON.parse(JSON.stringify(page.state))")

    def answer(self):
        return self.ask("page.snapshot().answer")

    def press(self, text, within="main"):
        found = self.ask(f"""(() => {{
            const one = [...document.querySelectorAll({json.dumps(within)} + " button, " + {json.dumps(within)} + " label")].find((b) => b.textContent === {json.dumps(text)});
            one?.setAttribute("data-press", "");
            return !!one; }})()""")
        expect(found, f"no button {text}")
        self.click("[data-press]")
        self.ask("document.querySelector('[data-press]')?.removeAttribute('data-press')")

    def choose(self, label, value):
        """The choice with that label, by its keyboard focus and a change."""
        expect(self.ask(f"""(() => {{
            const select = [...document.querySelectorAll(".field")].find((f) => f.textContent.startsWith({json.dumps(label)}))?.querySelector("select");
            if (![...select?.options ?? []].some((o) => o.value === {json.dumps(value)})) return false;
            select.focus();
            select.value = {json.dumps(value)};
            select.dispatchEvent(new Event("change"));
            return document.activeElement === select; }})()"""), f"{label}: {value} can be chosen, and the focus stays")
        self.settle()

    def spot(self, u, v, selector=".editor .picture canvas, .editor .picture svg.touch"):
        left, top, width, height = self.box(selector)
        return left + u * width, top + v * height


def check_page(reader, what):
    expect(reader.ask("document.documentElement.scrollWidth <= innerWidth"), f"{what}: wider than the window")
    expect(reader.ask("at('message').hidden"), f"{what}: " + reader.ask("at('message').textContent"))
    unnamed = reader.ask("""[...document.querySelectorAll("button, input, select, [role=application], [role=img], iframe")].filter((e) =>
        e.checkVisibility() && !(e.getAttribute("aria-label") || e.title || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML.slice(0, 80))""")
    expect(not unnamed, f"{what}: without a name {unnamed}")


def grids(reader):
    reader.visit("#preset=grid")
    reader.ask("(page.times.length = 0, 1)")
    before = reader.state()["x"]
    reader.drag(reader.spot(0.05, 0.6), reader.spot(0.9, 0.62), steps=40)  # a wall
    reader.settle()
    after = reader.state()["x"]
    expect(sum(a != b for a, b in zip(before, after)) >= 9, "a stroke paints cells")
    expect(all(a in (b, 0.9) for a, b in zip(after, before)), "it paints what the brush says")
    times = sorted(reader.ask("page.times"))
    median = times[len(times) // 2]
    print(f"a drag over 12 × 12 with all rules and the line: {len(times)} answers, drawn after {median:.0f} ms (median), {times[-1]:.0f} ms (slowest)")
    expect(len(times) >= 5 and median < SLOWEST, f"the page follows a drag after {median:.0f} ms")

    reader.press("Drag")
    at = reader.spot(0.29, 0.29)
    reader.drag(at, (at[0], at[1] - 60))
    reader.settle()
    expect(reader.state()["x"][3 * 12 + 3] > after[3 * 12 + 3] + 0.1, "a cell's cost is dragged up")

    reader.press("Want")
    reader.drag(reader.spot(0.04, 0.3), reader.spot(0.29, 0.96), steps=20)
    reader.until("page.state.wanted[8 * 12 + 2] + page.state.wanted[8 * 12 + 1] + page.state.wanted[8 * 12 + 3] > 0 && page.state.wanted[11 * 12 + 8] === 1")
    reader.settle()
    answer = reader.answer()
    wrong = sum(a != b for a, b in zip(answer["solution"], reader.state()["wanted"]))
    expect(answer["loss"] == wrong > 0, "the loss counts the cells that differ")
    expect(reader.ask("document.querySelectorAll('.card').length") == len(answer["rules"]) >= 10, "a card for each rule")

    for _ in range(3):
        reader.press("Step")
        reader.until("document.querySelector('.editor')?.closest('.beside').querySelector('.chart')")
    reader.press("Run")
    reader.until("page.snapshot().answer.loss === 0", 60)
    reader.press("Pause")
    time.sleep(0.3)
    reader.settle()
    expect(reader.answer()["solution"] == reader.state()["wanted"], "the descent comes to the wanted path")
    reader.press("Back to the start")
    reader.settle()
    expect(reader.answer()["loss"] == wrong, "back at the start")

    # Keys alone: a cell's cost, and a wanted path through it.
    reader.ask("document.querySelector('.editor').focus()")
    for key in ("ArrowDown", "ArrowRight", "+", "+", "-", "Enter"):
        reader.key(key)
    reader.settle()
    expect(reader.ask("document.querySelector('.editor ~ output').textContent").startswith("row "), "the cursor in words")
    for rule in ("identity", "perturbed"):
        reader.click(f'[data-rule="{rule}"] .pick')
        reader.settle()
        expect(reader.state()["rule"] == rule and reader.ask(f"document.querySelector('[data-rule={rule}]').classList.contains('chosen')"), rule)
        expect(reader.ask("document.activeElement.closest('[data-rule]')?.dataset.rule") == rule, f"the focus stays on {rule}")
    # Pictures that were changed in place are changed once more when the theme is.
    drawn = "[...document.querySelectorAll('main canvas')].map((canvas) => canvas.toDataURL()).join()"
    before = reader.ask(drawn)
    reader.click("#theme")
    expect(reader.ask(drawn) != before, "the other theme has other colours")
    reader.click("#theme")
    expect(reader.ask(drawn) == before, "and the first one the same as before")
    # Sliders: a larger λ has another gradient.
    reader.visit("#preset=small-lambda")
    expect(reader.ask("document.querySelector('[data-rule=blackbox]').classList.contains('dead')"), "with a small λ Blackbox has no gradient")
    reader.ask("""(() => { const slider = [...document.querySelectorAll(".field")].find((f) => f.textContent.startsWith("step λ")).querySelector("input");
        slider.value = 100; slider.dispatchEvent(new Event("input")); })()""")
    reader.settle()
    expect(not reader.ask("document.querySelector('[data-rule=blackbox]').classList.contains('dead')"), "with a larger one it has")


def other_problems(reader):
    for kind in KINDS[1:]:
        reader.visit()
        reader.click(f"#tab-{kind}")
        reader.settle()
        before = reader.state()
        expect(before["problem"] == kind and reader.answer()["rules"], kind)
        expect(reader.ask("document.querySelectorAll('.card .plate').length") >= 16, f"pictures of {kind}")
        if kind in ("tour", "spanning_tree"):
            x, y = before["x"][:2]
            margin, side = 16, 240
            place = [(margin + (side - 2 * margin) * u) / side for u in (x, 1 - y)]
            reader.drag(reader.spot(*place), reader.spot(0.5, 0.5))
        elif kind == "min_cut":
            at = reader.spot(0.18, 0.5)
            reader.drag(at, (at[0], at[1] - 50))
        else:
            at = reader.spot(0.3, 0.3)
            reader.drag(at, (at[0], at[1] + 25))
        reader.settle()
        after = reader.state()
        expect(after["x"] != before["x"], f"a drag changes {kind}")
        reader.press("Want")
        if kind in ("tour", "spanning_tree"):
            for i in (1, 2):
                x, y = after["x"][2 * i:2 * i + 2]
                place = reader.spot(*[(16 + 208 * u) / 240 for u in (x, 1 - y)])
                reader.drag(place, place, steps=1)
        elif kind == "min_cut":
            place = reader.ask("(() => { const c = document.querySelectorAll('circle.city')[2].getBoundingClientRect(); return [c.left + c.width / 2, c.top + c.height / 2]; })()")
            reader.drag(place, place, steps=1)
        else:
            place = reader.spot(0.7, 0.7)
            reader.drag(place, place, steps=1)
        reader.until(f"JSON.stringify(page.state.wanted) !== {json.dumps(json.dumps(after['wanted'], separators=(',', ':')))}")
        reader.settle()
        reader.press("Step")
        reader.until("document.querySelector('.editor')?.closest('.beside').querySelector('.chart')")
        reader.press("Want the present solution")
        reader.until("page.snapshot().answer.loss === 0")
        check_page(reader, kind)


def losses(reader):
    for kind in KINDS:
        reader.visit()
        reader.click(f"#tab-{kind}")
        reader.settle()
        rules = reader.ask("document.querySelectorAll('.card').length")
        reader.choose("loss", "regret")
        expect(reader.answer()["loss"] > -1e-4 and reader.ask("document.querySelectorAll('.card').length") == rules, f"regret of {kind}")
        expect(reader.ask("[...document.querySelectorAll('.beside .plate')].some((p) => p.textContent.includes('true '))"), f"true costs of {kind}")
        reader.choose("loss", "fenchel_young")
        expect(reader.ask("document.querySelectorAll('.card').length") == 1, f"one card of {kind}'s own gradient")
        expect(reader.ask("document.querySelector('.card').getAttribute('data-rule')") == "fenchel_young" and reader.ask("document.querySelectorAll('.card .plate').length") == 2, kind)
        expect(reader.ask("document.querySelector('.settings').textContent.includes('noise σ') && !document.querySelector('.settings').textContent.includes('step λ')"), "the settings that it has")
        begun = reader.answer()["loss"]
        for _ in range(3):
            reader.press("Step")
            reader.until("document.querySelector('.editor')?.closest('.beside').querySelector('.chart')")
        reader.settle()
        expect(reader.answer()["loss"] < begun, f"steps go down the loss of {kind}")
        check_page(reader, f"losses of {kind}")
        reader.choose("loss", "l2")
        expect(reader.ask("document.querySelectorAll('.card').length") == rules, f"rules of {kind} again")
    reader.visit("#preset=fenchel-young")
    reader.press("Run")
    reader.until("page.snapshot().answer.own.zeros === 1", 60)
    reader.press("Pause")
    time.sleep(0.3)
    reader.settle()
    expect(reader.answer()["solution"] == reader.state()["wanted"], "it rests at the wanted solution")
    reader.click("#program")
    reader.until("at('listing').textContent.includes('fenchel_young(solver')")
    reader.click("#close")
    reader.visit("#preset=regret")
    expect(reader.state()["truth"] and reader.answer()["loss"] > 0, "a regret by true costs")


def collapses(reader):
    for preset in ("run-away", "collapse", "margin"):
        reader.visit(f"#preset={preset}")
        reader.press("Run")
        reader.until("page.state.at >= 150", 60)
        reader.press("Pause")
        time.sleep(0.3)
        rows = reader.ask("page.snapshot().rows")
        if preset == "run-away":
            expect(rows["a loss that never rests"]["norm"][-1] > 20, "scores run away")
            expect(rows["… with a projection"]["norm"][-1] < 5, "and do not behind a projection")
        if preset == "margin":
            expect(rows["an informed margin of 0.2"]["right"][-1] > rows["no margin"]["right"][-1], "a margin makes answers stand")
        check_page(reader, preset)


def nets(reader):
    reader.visit("#preset=net")
    count = len(reader.state()["points"])
    place = reader.spot(0.06, 0.94, ".editor .layers")
    reader.drag(place, place, steps=1)
    reader.until(f"page.state.points.length === {count + 3}")
    reader.press("Train")
    reader.until("page.snapshot().answer.right > 0.97", 60)
    reader.press("Pause")
    time.sleep(0.3)
    reader.press("Show its tape")
    reader.until("document.querySelector('iframe')?.contentDocument?.querySelectorAll('.row.node').length > 5")
    check_page(reader, "net")
    reader.visit("#preset=dead-relu")
    reader.press("Train")
    reader.until("page.snapshot().answer.layers.some((layer) => layer.dead > 0)", 60)


def addresses_and_files(reader, out):
    for preset in ("tour", "regret", "fenchel-young"):
        reader.visit(f"#preset={preset}")
        reader.until("location.hash.length > 100")
        state, there = reader.state(), reader.ask("location.hash")
        reader.visit(there)
        expect(reader.state() == state, f"an address brings the state of {preset} back")
    reader.visit("#not-an-address")
    expect(reader.state()["problem"] == "grid", "another address brings the first page")

    reader.click("#program")
    reader.until("at('listing').textContent.includes('int main()')")
    reader.click("#close")
    for name, hash_ in SAVED.items():
        reader.visit(hash_)
        if name == "collapse":
            reader.press("10 steps")
            reader.until("page.state.at === 10")
        (out / f"saved-{name}.html").write_text(reader.ask("saved_page()"))


def saved_pages(reader, out):  # the server has gone
    for view in SAVED:
        reader.open((out / f"saved-{view}.html").as_uri())
        reader.until("document.querySelector('#message')?.textContent.startsWith('A saved page')")
        expect(reader.ask("document.querySelectorAll('.card, .layers-table').length") > 0, f"the saved page of {view}")
        expect(reader.ask("document.querySelectorAll('main canvas, main svg').length") >= 2, f"pictures of the saved page of {view}")
        reader.picture(out / f"saved-{view}.png")


def photographs(reader, out):
    for width in WIDTHS:
        reader.size(width)
        for theme in ("light", "dark"):
            for name in [*KINDS, "collapse", "net", "regret", "fenchel-young"]:
                preset = name in ("regret", "fenchel-young")
                reader.visit(f"#preset={name}&{theme}" if preset else f"#&{theme}")
                if not preset:
                    reader.click(f"#tab-{name}")
                reader.settle()
                if name in KINDS:
                    reader.press("Step")
                    reader.until("document.querySelector('.editor')?.closest('.beside').querySelector('.chart')")
                elif name == "collapse":
                    reader.press("10 steps")
                    reader.until("page.state.at >= 10")
                check_page(reader, f"{name} at {width}")
                reader.picture(out / f"{name}-{width}-{theme}.png")


def main():
    program, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, text=True)
    reader = None
    try:
        reader = Reader(re.search(r"http://\S+", server.stdout.readline())[0])
        for part in (grids, other_problems, losses, collapses, nets):
            part(reader)
            print(f"{part.__name__}: good")
        addresses_and_files(reader, out)
        photographs(reader, out)
        expect(not reader.said, f"on the console: {reader.said}")
        server.terminate()
        expect(server.wait(20) == 0, "the server's exit code")
        saved_pages(reader, out)
        expect(not reader.said, f"on the console of saved pages: {reader.said}")
        print("addresses, saved pages, pictures: good")
    finally:
        server.kill()
        if reader:
            reader.close()


if __name__ == "__main__":
    main()
