#!/usr/bin/env python3
"""count.py DIR...: adds up the JUnit reports (GoogleTest's and ctest's) of the given folders.

Prints `passed failed skipped`. GoogleTest writes one report per test program; a program that died
wrote none, so its ctest entry counts as one failure.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases_of_gtest(path):
    passed = failed = skipped = 0
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None:
            failed += 1
        elif case.get("result") == "skipped" or case.find("skipped") is not None:
            skipped += 1
        elif case.get("status") != "notrun":
            passed += 1
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for folder in map(pathlib.Path, sys.argv[1:]):
        reports = {path.stem: cases_of_gtest(path) for path in folder.glob("gtest/*.xml")}
        for counts in reports.values():
            total = [a + b for a, b in zip(total, counts)]
        ctest = folder / "ctest.xml"
        if not ctest.exists():
            continue
        for case in ElementTree.parse(ctest).iter("testcase"):
            counted = reports.get(case.get("name") + "_test")
            bad = case.get("status") == "fail" or case.find("failure") is not None
            if bad and (counted is None or counted[1] == 0):
                total[1] += 1
            elif not bad and counted is None:
                total[2 if case.get("status") in ("notrun", "disabled") else 0] += 1
    print(*total)


if __name__ == "__main__":
    main()
