#!/usr/bin/env bash
# The playground's server and the programs that it writes. What it answers is tested by playground/answer_test.cpp, its page
# by tests/browser.sh. Usage: playground.sh FOLDER_OF_THE_PROGRAMS
here=$(realpath "$(dirname "${BASH_SOURCE[0]}")")
source "$here/tools/program.sh" playground "$@"

# ---- Answers without a server -------------------------------------------------------------------------------------
# ask REQUEST: the answer in the file out
ask() {
  code=0
  "$program" --answer <<<"$1" >out 2>err || code=$?
}
ask '{"ask": "table", "state": {"problem": "top_k", "n": 2, "k": 1, "x": [0, 1]}}'
[[ $code -eq 0 && ! -s err ]] && grep -q '"solver":"top_k"' out || fail "the table"
ask '{"ask": "everything"}'
[[ $code -eq 2 && $(wc -l <err) -eq 1 ]] && grep -q '"error":"ask is one of' out || fail "a bad question"

# ---- Programs: written as stored, and they print what the playground says ---------------------------------------------
for stored in "$here"/playground/programs/*.json; do
  name=$(basename "$stored" .json)
  ask "{\"ask\": \"program\", \"state\": $(cat "$stored")}"
  python3 -c 'import json, sys; sys.stdout.write(json.load(open("out"))["text"])' >written
  cmp written "$here/playground/programs/$name.txt" || fail "the program of $name"
  ask "{\"ask\": \"look\", \"state\": $(cat "$stored")}"
  "$programs/playground_programs/$name" >printed || fail "exit code of $name"
  python3 - "$stored" <<'PYTHON' || fail "$name prints something else than the playground says"
import json, sys
rule, answer = json.load(open(sys.argv[1]))["rule"], json.load(open("out"))
said = answer.get("own") or next(one for one in answer["rules"] if one["name"] == rule)
loss, gradient = open("printed").read().split("\n")[:2]
near = lambda a, b: abs(float(a) - b) <= 1e-4 * max(1, abs(b))
assert near(loss.split()[1], said["loss"])
numbers = gradient.split()[1:]
assert len(numbers) == len(said["gradient"]) and all(map(near, numbers, said["gradient"]))
assert any(said["gradient"])
PYTHON
done

# ---- The server ----------------------------------------------------------------------------------------------------------
"$program" --port 0 >served 2>complaints &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 200); do [[ -s served ]] && break || sleep 0.05; done
port=$(sed -n 's,^The playground is at http://127.0.0.1:\([0-9]*\)/ .*,\1,p' served)
[[ $port ]] || fail "no address in $(cat served)"
complain 'cannot listen on 127.0.0.1' --port "$port"

python3 - "$port" "$server" ${sanitized:+sanitized} <<'PYTHON' || fail "the server"
import concurrent.futures, http.client, json, random, socket, sys, time
port, server, sanitized = int(sys.argv[1]), sys.argv[2], len(sys.argv) > 3

def send(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode()
    finally:
        connection.close()

def memory():  # the most that the server ever had, in MiB
    return int(next(line for line in open(f"/proc/{server}/status") if line.startswith("VmHWM")).split()[1]) / 1024

draw = random.Random(1)
grid = {"ask": "look", "state": {"problem": "grid", "height": 12, "width": 12, "x": [draw.random() for _ in range(144)],
                                 "line": True, "settings": {"samples": 8}}}
good = json.dumps(grid)

def right():  # whether a good question has its answer
    status, answer = send("POST", "/answer", good)
    return status == 200 and all("gradient" in rule for rule in json.loads(answer)["rules"])

# Nothing is packed for browsers that could unpack it: that takes longer than an answer does.
for what in (("GET", "/", None), ("POST", "/answer", good)):
    status, text = send(*what, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert status == 200 and text.endswith("}" if what[2] else "</html>\n")

status, page = send("GET", "/")
assert status == 200 and page.endswith("</html>\n") and "@page" not in page and "src=" not in page.split("<script")[0]
assert right()

# Refusals: each has a status and says why.
huge = json.loads(good)
huge["state"]["height"] = huge["state"]["width"] = 31623  # 10⁹ cells
for method, path, body, wanted in [
        ("POST", "/answer", "{", 400), ("POST", "/answer", "", 400), ("POST", "/answer", '{"ask": NaN}', 400),
        ("POST", "/answer", json.dumps(huge), 400), ("POST", "/answer", "[" * 100000, 400),
        ("POST", "/answer", '{"ask": "look", "state": {"problem": "../../etc/passwd"}}', 400),
        ("POST", "/answer", b"\xff\x00\xfe", 400), ("POST", "/answer", " " * (2 << 20), 413),
        ("GET", "/answer", None, 404), ("GET", "/../../etc/passwd", None, 404), ("GET", "/%2e%2e/etc/passwd", None, 404),
        ("POST", "/", "{}", 404), ("PUT", "/answer", "{}", 404), ("DELETE", "/", None, 404)]:
    try:
        status, answer = send(method, path, body)
    except (BrokenPipeError, ConnectionResetError):
        assert wanted == 413  # it had read enough
        continue
    assert status == wanted and json.loads(answer)["error"], (method, path, status, answer[:200])
status, answer = send("GET", "/", headers={"Host": "example.org"})
assert status == 403, status
assert send("GET", "/", headers={"Host": f"localhost:{port}"})[0] == 200
raw = socket.create_connection(("127.0.0.1", port))
raw.sendall(b"this is not HTTP\r\n\r\n")
assert b"400" in raw.recv(1000)
raw.close()
assert right()

# 100 connections that say nothing, or half of something: others are still answered.
before = memory()
silent = [socket.create_connection(("127.0.0.1", port), timeout=120) for _ in range(100)]
for connection in silent[::2]:
    connection.sendall(b"POST /answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
begun = time.time()
for connection in silent:
    connection.close()
assert right()
assert time.time() - begun < 60

# A flood, from 100 connections at once; good and bad among each other.
def one(i):
    status, answer = send("POST", "/answer", "{" if i % 3 == 0 else good if i % 50 == 1 else '{"ask": "nothing"}')
    return status == (200 if i % 3 and i % 50 == 1 else 400) and bool(json.loads(answer))
with concurrent.futures.ThreadPoolExecutor(100) as threads:
    assert all(threads.map(one, range(200 if sanitized else 1000)))
assert right()
assert sanitized or memory() < before + 100, (before, memory())
PYTHON

kill -TERM "$server"
code=0
wait "$server" || code=$?
[[ $code -eq 0 && ! -s complaints ]] || fail "exit code $code after SIGTERM: $(cat complaints)"
refuse_option '--port' --port 70000
