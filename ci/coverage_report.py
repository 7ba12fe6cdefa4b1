"""Tells what of hmap/ is covered; the last step of ci/coverage.

Usage: coverage_report.py EXPORT ROOT PERCENT

EXPORT is what `llvm-cov export` writes, ROOT the source tree. ROOT/corpus/coverage.txt lists the
branches that may be uncovered. Exit codes: 0 if PERCENT of all branches, listed or not, are
covered, no uncovered one is unlisted and no listed one is covered; else 1.

Counts of a template's instantiations are added up here, because llvm-cov 19 does so for lines
only. A condition that is a constant in every instantiation has no sides.
"""

import collections
import json
import pathlib
import sys

LIST = "corpus/coverage.txt"
CODE = 0  # the kind of a region; others are gaps and expansions

# A side of a condition, as the list names it. `text` is the line that the condition begins in.
Branch = collections.namedtuple("Branch", "file never text")


def count_lines(segments):
    """Lines with code, and those of them that ran. As LineCoverageStats of LLVM."""
    by_line = collections.defaultdict(list)
    for segment in segments:
        by_line[segment[0]].append(segment)
    code = ran = 0
    before = None
    for line in range(1, max(by_line, default=0) + 1):
        here = by_line[line]
        begun = [s for s in here if s[3] and s[4] and not s[5]]
        skipped = bool(here) and not here[0][3] and here[0][4]
        if not skipped and (begun or (before and before[3])):
            code += 1
            counts = [s[2] for s in begun] + ([before[2]] if before and before[3] else [])
            ran += max(counts) > 0
        before = here[-1] if here else before
    return code, ran


def count_at(function, place):
    """How often the innermost region of the function that holds this place ran."""
    around = [r for r in function["regions"] if r[7] == CODE and r[:2] <= place <= r[2:4]]
    return max(around, default=[0] * 5)[4]


def sides_of_all(functions):
    """How often each side of each condition was taken: {file: {(place, never): count}}."""
    counts = collections.defaultdict(collections.Counter)
    constant = collections.defaultdict(set)
    for function in functions:
        for branch in function["branches"]:
            name, place = function["filenames"][branch[6]], tuple(branch[:4])
            counts[name][place, "true"] += branch[4]
            counts[name][place, "false"] += branch[5]
            # It was come by, and neither side was counted.
            if branch[4] == branch[5] == 0 and count_at(function, branch[:2]) > 0:
                constant[name].add(place)
    for name, places in constant.items():
        for place in places:
            if counts[name][place, "true"] == counts[name][place, "false"] == 0:
                del counts[name][place, "true"], counts[name][place, "false"]
    return counts


def read_list(path):
    """The branches that may be uncovered; each has to stand below a reason."""
    listed = set()
    reason = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#") or (reason and line.startswith("  ")):
            continue
        if line.startswith("reason: "):
            reason = True
            continue
        parts = line.split(": ", 2)
        if not reason or len(parts) != 3 or parts[1] not in ("never true", "never false"):
            sys.exit(f"{path}:{number}: neither 'reason: WHY' nor 'FILE: never true: LINE' (or "
                     "'never false') below one")
        listed.add(Branch(parts[0], parts[1].removeprefix("never "), parts[2]))
    return listed


def percent(part, all_of_it):
    return f"{100 * part / all_of_it:6.1f} %" if all_of_it else "      - "


def main():
    export, root, wanted = sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3])
    listed = read_list(root / LIST)
    uncovered = []  # (file:line, Branch)
    total = taken = 0
    print(f"{'':<26}{'lines':>19}{'branches':>19}")
    data = json.loads(pathlib.Path(export).read_text())["data"][0]
    sides_in = sides_of_all(data["functions"])
    for file in sorted(data["files"], key=lambda f: f["filename"]):
        name = str(pathlib.Path(file["filename"]).relative_to(root))
        source = pathlib.Path(file["filename"]).read_text().splitlines()
        sides = sides_in[file["filename"]]
        missed = sorted(side for side, count in sides.items() if count == 0)
        for place, never in missed:
            branch = Branch(name, never, source[place[0] - 1].strip())
            uncovered.append((f"{name}:{place[0]}:{place[1]}", branch))
        here = len(sides) - len(missed)
        total += len(sides)
        taken += here
        code, ran = count_lines(file["segments"])
        print(f"{name:<26}{ran:>5}/{code:<4}{percent(ran, code)}"
              f"{here:>5}/{len(sides):<4}{percent(here, len(sides))}")
    print(f"{'branches in all':<45}{taken:>5}/{total:<4}{percent(taken, total)}")

    unlisted = [(place, branch) for place, branch in uncovered if branch not in listed]
    stale = sorted(listed - {branch for _, branch in uncovered})
    print(f"\n{len(uncovered)} branches not taken, {len(uncovered) - len(unlisted)} of them listed "
          f"in {LIST}")
    for place, branch in uncovered:
        mark = "UNLISTED" if branch not in listed else "listed"
        print(f"  {mark:<9}{place}: never {branch.never}: {branch.text}")
    for branch in stale:
        print(f"  STALE    {branch.file}: never {branch.never}: {branch.text}\n"
              "           it is covered, or no longer there: take it off the list")
    low = 100 * taken < wanted * total or total == 0
    if low:
        print(f"Below {wanted:g} %.")
    if not (unlisted or stale or low):
        print(f"clean: {wanted:g} % or more, and a reason for every branch that is left")
        return 0
    print(f"Next: add a seed that takes the branch, or a reason to {LIST}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
