"""`make clients`: generates a client of the API in two languages, walks the main job with each, sends every example, and tests the
API against its document; all against a node of its own. What it needs is put into target/clients."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "target" / "clients"
DOCUMENT = HERE.parent / "openapi.json"
BIN = OUT / "python" / "bin"
# A private Postgres is made first; that takes seconds, more on a machine that does much else.
START_SECONDS = 120
# All its workers end in half a minute, or the node says so.
STOP_SECONDS = 60


def say(text):
    print(f"==> {text}", flush=True)


def run(*command, **more):
    subprocess.run([str(part) for part in command], check=True, **more)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def set_up():
    wanted = (HERE / "python" / "requirements.txt").read_text(encoding="utf-8")
    have = OUT / "requirements.txt"
    if not have.exists() or have.read_text(encoding="utf-8") != wanted:
        say("the Python tools, from PyPI (once; about half a minute)")
        shutil.rmtree(OUT / "python", ignore_errors=True)
        run(sys.executable, "-m", "venv", OUT / "python")
        run(BIN / "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", HERE / "python" / "requirements.txt")
        have.write_text(wanted, encoding="utf-8")
    node = OUT / "typescript"
    node.mkdir(exist_ok=True)
    wanted = (HERE / "typescript" / "package-lock.json").read_text(encoding="utf-8")
    have = node / "package-lock.json"
    fresh = not have.exists() or have.read_text(encoding="utf-8") != wanted
    for name in ("package.json", "package-lock.json", "tsconfig.json", "walk.ts"):
        shutil.copy(HERE / "typescript" / name, node / name)
    if fresh or not (node / "node_modules").exists():
        say("the TypeScript tools, from npm (once)")
        run("npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=node)


def generate():
    say("openapi-spec-validator")
    run(BIN / "openapi-spec-validator", DOCUMENT)
    say("openapi-python-client: a client without a warning")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    command = ["openapi-python-client", "generate", "--path", DOCUMENT, "--output-path", OUT / "generated", "--overwrite", "--fail-on-warning"]
    run(*command, env=environment)
    say("openapi-typescript, and tsc with strict types")
    run("npx", "openapi-typescript", DOCUMENT, "--output", "api.d.ts", cwd=OUT / "typescript")
    run("npx", "tsc", "--noEmit", cwd=OUT / "typescript")
    run("npx", "tsc", cwd=OUT / "typescript")


def start():
    data = OUT / "node"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir()
    port = free_port()
    settings = {
        "HANSE_NAME": "clients.example",
        "HANSE_DATA": str(data),
        "HANSE_LISTEN": f"127.0.0.1:{port}",
        "HANSE_DOOR__METRICS": f"127.0.0.1:{free_port()}",
        "HANSE_DOOR__CONTACT": "mailto:security@clients.example",
        # Thousands of requests come from one address.
        "HANSE_DOOR__PERCENT": "1000000",
    }
    with open(OUT / "node.log", "w", encoding="utf-8") as log:
        program = [ROOT / "target" / "debug" / "hanse-node", "run", "--private"]
        node = subprocess.Popen(program, env={**os.environ, **settings}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and node.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=2)
            return node, address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    stop(node)
    raise SystemExit(f"the node did not start; {OUT / 'node.log'} says why")


def stop(node):
    node.send_signal(signal.SIGTERM)
    try:
        node.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        node.kill()


def walk(address):
    made = OUT / "made.json"
    python = {**os.environ, "PYTHONPATH": str(OUT / "generated"), "PYTHONDONTWRITEBYTECODE": "1"}
    say("the main job by the Python client")
    run(BIN / "python", HERE / "python" / "walk.py", address, made, env=python)
    say("the main job by the TypeScript client")
    run("node", OUT / "typescript" / "built" / "walk.js", address)
    say("every example of the document")
    run(BIN / "python", HERE / "python" / "examples.py", DOCUMENT, address, env=python)
    say("schemathesis: thousands of requests against the document (about a minute)")
    things = {f"HANSE_{name.upper()}": value for name, value in json.loads(made.read_text(encoding="utf-8")).items()}
    command = [BIN / "schemathesis", "--config-file", HERE / "schemathesis" / "schemathesis.toml", "run", DOCUMENT, "--url", address, "--generation-database=none"]
    seed = ["--seed", os.environ["SEED"]] if os.environ.get("SEED") else []
    # It leaves a folder of what it found where it runs.
    hooks = {"PYTHONPATH": str(HERE / "schemathesis")}
    run(*command, *seed, cwd=OUT, env={**python, **things, **hooks})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    set_up()
    generate()
    say(f"a node of its own; its log is {OUT / 'node.log'}")
    node, address = start()
    try:
        walk(address)
    finally:
        stop(node)
    say("all of it holds")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        raise SystemExit(f"failed: {' '.join(map(str, error.cmd))}") from None
