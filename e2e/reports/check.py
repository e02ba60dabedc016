"""Holds `arena report` against readers of its formats: check.py BINARY READERS [SCREENSHOTS].

READERS is the folder in which `run` has installed them. The first check that fails ends the run with its traceback.
"""

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

import jsonschema
import junitparser

from hostile_model import HOSTILE, hostile_model

HERE = Path(__file__).parent
ENDINGS = ["html", "json", "md", "xml", "sarif", "txt"]
# What is said of the outcome where a person or a program looks first.
OUTCOMES = {"breached": "breached", "not_breached": "no breach found", "inconclusive": "inconclusive"}


class Reports:
    """The reports of one run of the arena, in all formats."""

    def __init__(self, folder, name):
        self.name = name
        self.text = {ending: (folder / f"{name}.{ending}").read_text() for ending in ENDINGS}
        self.whole = json.loads(self.text["json"])
        self.reached = [finding for finding in self.whole["findings"] if finding["state"] == "reached"]


def play(binary, folder, name, exit_code, *arguments, **environment):
    """Plays a match, with its reports written beside it."""
    files = [word for ending in ENDINGS for word in ("-o", f"{name}.{ending}")]
    done = subprocess.run(
        [binary, "play", *arguments, *files, "--json"],
        cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == exit_code, (name, done)
    json.loads(done.stdout)
    return Reports(folder, name)


def check_json(reports):
    schema = json.loads((HERE / "../../docs/report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(reports.whole)


def check_sarif(reports, readers):
    schema = json.loads((readers / "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json").read_text())
    log = json.loads(reports.text["sarif"])
    jsonschema.Draft7Validator(schema).validate(log)
    assert not nulls(log), reports.name
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [result["ruleId"] for result in run["results"]] == [rule["id"] for rule in rules]
    assert len(rules) == len(reports.reached)
    for index, (result, finding) in enumerate(zip(run["results"], reports.reached)):
        rule = rules[result["ruleIndex"]]
        # What GitHub needs to show it: a place in the repository, a line, a severity as text, a fingerprint.
        place = result["locations"][0]["physicalLocation"]
        assert "://" not in place["artifactLocation"]["uri"] and not place["artifactLocation"]["uri"].startswith("/")
        assert place["region"]["startLine"] >= 1
        severity = float(rule["properties"]["security-severity"])
        words = {"critical": severity > 9, "high": 7 <= severity <= 8.9, "medium": 4 <= severity < 7, "low": severity < 4}
        assert words[finding["severity"]], (finding, severity)
        assert result["level"] == rule["defaultConfiguration"]["level"]
        assert result["partialFingerprints"]["primaryLocationLineHash"].startswith(finding["fingerprint"])
        assert result["ruleIndex"] == index


def nulls(value):
    """Whether there is a null anywhere in it."""
    if isinstance(value, dict):
        return any(map(nulls, value.values()))
    if isinstance(value, list):
        return any(map(nulls, value))
    return value is None


def check_junit(reports):
    xml.etree.ElementTree.fromstring(reports.text["xml"])
    suites = junitparser.JUnitXml.fromstring(reports.text["xml"])
    cases = [case for suite in suites for case in suite]
    of_kind = lambda kind: [case for case in cases if any(isinstance(result, kind) for result in case.result)]
    states = [finding["state"] for finding in reports.whole["findings"]]
    unfinished = [played for played in reports.whole["matches"] if played["header"]["winner"] is None]
    assert len(of_kind(junitparser.Failure)) == states.count("reached") == suites.failures
    assert len(of_kind(junitparser.Error)) == states.count("inconclusive") + len(unfinished) == suites.errors
    assert len(of_kind(junitparser.Skipped)) == states.count("not_tried") == suites.skipped
    assert len(cases) == len(states) + len(unfinished) == suites.tests


def check_words(reports):
    outcome = OUTCOMES[reports.whole["conclusion"]["outcome"]]
    first = reports.text["md"].splitlines()[0]
    assert first.startswith("### ") and outcome in first, first
    assert len(reports.text["md"]) <= 60_000
    assert reports.text["txt"].splitlines()[0][2:].startswith(outcome)
    for ending, text in reports.text.items():
        assert "secure" not in text.lower(), (reports.name, ending)
        assert reports.whole["conclusion"]["headline"].lower() in text.lower() or ending == "xml", (reports.name, ending)


def main(binary, readers, screenshots=None):
    readers = Path(readers)
    with tempfile.TemporaryDirectory() as folder, hostile_model() as base_url:
        folder = Path(folder)
        asked = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": base_url}
        unguarded = ["support-desk", "--blue", "none"]
        of_model = lambda model: [*unguarded, "--rounds", "5", "--seed", "7", "--model", f"openai:{model}"]
        runs = [
            play(binary, folder, "breached", 1, *unguarded, "--rounds", "20", "--seed", "7"),
            play(binary, folder, "indirect", 1, "inbox", "--rounds", "20", "--seed", "7"),
            play(binary, folder, "held", 0, "support-desk", "--rounds", "1", "--seed", "7"),
            play(binary, folder, "hostile", 1, *of_model("hostile"), **asked),
            play(binary, folder, "broken", 3, *of_model("broken"), **asked),
        ]
        for reports in runs:
            for check in (check_json, check_junit, check_words):
                check(reports)
            check_sarif(reports, readers)
        by_name = {reports.name: reports for reports in runs}
        outcomes = {name: reports.whole["conclusion"]["outcome"] for name, reports in by_name.items()}
        assert outcomes["breached"] == outcomes["indirect"] == outcomes["hostile"] == "breached", outcomes
        assert outcomes["held"] != "breached" and outcomes["broken"] == "inconclusive", outcomes
        told = by_name["hostile"].reached[0]["examples"][0]["transcript"]
        assert told["attack"] == HOSTILE, told["attack"]
        pages = [str(folder / f"{reports.name}.html") for reports in runs]
        pictures = screenshots or str(folder / "screenshots")
        environment = {**os.environ, "READERS": str(readers)}
        subprocess.run(["node", str(HERE / "browse.mjs"), pictures, *pages], env=environment, check=True, timeout=300)
    print(f"{len(runs)} runs, {len(runs) * len(ENDINGS)} reports: read as they have to be")


main(*sys.argv[1:])
