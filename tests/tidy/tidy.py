#!/usr/bin/env python3
"""tidy.py [ROOT]: enforces the rules that docs/style.md marks [tidy].

To break a rule, say why in a comment on the line above: `// tidy: <rule> because <reason>`.
Prints `file:line: rule: what is wrong` for each finding and exits 1 when there is one.
"""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cpp import Source  # noqa: E402

# The most that a module may list in DEPS (ARCHITECTURE.md draws the same arrows).
SLICES = ("clients", "templates", "identity", "assets", "requests", "payments", "tracking", "messaging")
_FEATURE = ("base", "domain", "store", "providers", "text", "images")
ALLOWED = {
    "base": (), "domain": ("base",), "net": ("base",), "text": ("base",), "images": ("base",),
    "store": ("base", "domain"),
    "bus": ("base", "domain", "net", "store"), "providers": ("base", "domain", "net"),
    **{name: _FEATURE for name in SLICES},
    "reads": ("base", "domain", "store"),
    "api": ("base", "domain", "net", "store", "text", "images", "providers", "bus", "reads", *SLICES),
    "app": None, "quittance": None,  # anything below them
    "sandbox": ("base", "net"),
}

# Header prefix -> who may include it. Only `_test.cpp`, `testing.h`, `_for_tests.h` and test folders have the test libraries.
OWNERS = {
    "mysql": {"store"}, "mariadb": {"store"}, "errmsg.h": {"store"}, "mysqld_error.h": {"store"},
    "sqlite3": {"store"}, "hiredis": {"bus"}, "curl/": {"net"}, "boost/beast": {"net"},
    "quickjs": {"text"}, "vips/": {"images"}, "glib": {"images"}, "qrencode": {"images"}, "phonenumbers/": {"domain"}, "spdlog/": {"base"}, "fmt/": {"base"},
    "sodium": {"base", "sandbox"}, "argon2": {"base", "sandbox"}, "openssl/": {"base", "net", "sandbox", "store"},
    "prometheus/": {"base", "api"}, "CLI/": {"app", "quittance", "sandbox"},
    "gtest/": {"test"}, "gmock/": {"test"}, "rapidcheck": {"test"},
}

# A test's table is data and may be longer.
FUNCTION_LINES, TEST_FUNCTION_LINES = 70, 120
CPP_LINES, TS_LINES, COLUMNS, README_LINES = 400, 250, 100, 40
SKIPPED = {".git", ".cache", "build", "var", "node_modules", "__pycache__", ".hypothesis", ".schemathesis"}
CPP = (".h", ".cpp")
SCRIPTS = (".ts", ".tsx", ".js", ".mjs")
TEXT = CPP + SCRIPTS + (".py", ".sql", ".md", ".txt", ".json", ".yaml", ".yml", ".sh", ".cmake", ".html",
                        ".css", ".toml", ".svg", "")

# Written in pieces, so that this file passes its own check.
_HOSTS = "|".join(re.escape(a + "." + b) for a, b in (
    ("registry", "npmjs"), ("npmjs", "org"), ("pypi", "org"), ("files", "pythonhosted"), ("proxy", "golang"),
    ("sum", "golang"), ("deb", "debian"), ("crates", "io"), ("repo1", "maven"), ("repo", "maven")))
_PATHS = "|".join("/" + name + "/" for name in ("work", "root", "home/[a-z]", "Users"))
_UNFINISHED = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "[Ss]t" + "ubs?", "[Ss]t" + "ubbed"))

# Per rule: a pattern over code without comments and strings, who is exempt, and what to say.
PATTERNS = (
    ("waiting", r"\b(steady_timer|system_timer|high_resolution_timer|std::jthread|std::async|pthread_create"
     r"|sleep_for|sleep_until|usleep|nanosleep)\b|\bstd::thread\s*(\w+\s*)?[({]", {"base", "net"},
     "threads and timers come from base::Runtime"),
    ("clock", r"\b\w*_clock::now\b|\bgettimeofday\b|\bclock_gettime\b|\btime\((nullptr|NULL|0)\)",
     {"base"}, "time comes from base::Clock"),
    ("random", r"\brandom_device\b|\bmt19937\w*|\bs?rand\(|\brandombytes\w*|\bRAND_bytes\b|\barc4random\w*",
     {"base"}, "randomness comes from base::Random"),
    ("environment", r"\b(secure_)?getenv\b|\bsetenv\b", {"base"}, "settings come from base's configuration"),
    ("commit", r"\bmysql_(commit|rollback|autocommit)\b", {"store"}, "only store::with_transaction commits"),
)


class Tidy:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.findings = []
        self.deps = {}
        self.writers = {}  # table -> {module: (path, line)}

    def report(self, path, line, rule, message, lines=None):
        if lines is not None and _excused(lines, line, rule):
            return
        self.findings.append((str(path), line, rule, message))

    def run(self):
        files = sorted(self._walk())
        self._read_modules()
        for path in files:
            relative = path.relative_to(self.root)
            self._check_names(relative)
            if path.suffix not in TEXT:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            self._check_text(relative, text)
            if path.suffix in CPP:
                self._check_cpp(relative, Source(text))
            elif path.suffix in SCRIPTS:
                self._check_sizes(relative, text.split("\n"), TS_LINES if relative.parts[0] == "web" else CPP_LINES)
            elif path.suffix == ".sql":
                self._check_sql(relative, text)
        self._check_writers()
        return sorted(set(self.findings))

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name not in SKIPPED and not name.startswith("build-")]
            for name in names:
                yield pathlib.Path(folder) / name

    # Modules: DEPS, cycles, READMEs.

    def _read_modules(self):
        for cmake in sorted(self.root.glob("src/*/CMakeLists.txt")):
            name = cmake.parent.name
            text = re.sub(r"#[^\n]*", "", cmake.read_text())
            found = re.search(r"qt_module\(\s*(\w+)(?:\s+DEPS\s+([^)]*?))?\s*(?:P\w+_LIBS[^)]*)?\)", text)
            # A program without qt_module names its modules where it links them.
            linked = re.search(r"target_link_libraries\(\s*\w+\s+PRIVATE\s+([^)]*)\)", text)
            listed = (found.group(2) or "" if found else linked.group(1) if linked else "").split()
            self.deps[name] = [dep for dep in listed if dep in ALLOWED]
            self._check_deps(name, cmake.relative_to(self.root))
        for name in self.deps:
            self._check_cycle(name, [name])
        for folder in [self.root / "src" / name for name in self.deps] + [self.root / "sandbox"]:
            if not folder.is_dir():
                continue
            readme = folder / "README.md"
            where = readme.relative_to(self.root)
            if not readme.exists():
                self.report(where, 1, "readme", "each module explains itself in a README.md")
            elif folder.parent.name == "src" and len(readme.read_text().splitlines()) > README_LINES:
                self.report(where, 1, "readme", f"more than {README_LINES} lines")

    def _check_deps(self, name, where):
        if name not in ALLOWED:
            self.report(where, 1, "module-deps", f"unknown module {name}: give it a place in tidy's ALLOWED")
            return
        allowed = ALLOWED[name]
        for dep in self.deps[name]:
            if allowed is not None and dep not in allowed:
                self.report(where, 1, "module-deps", f"{name} may not depend on {dep}")

    def _check_cycle(self, name, trail):
        for dep in self.deps.get(name, ()):
            if dep == trail[0]:
                self.report(f"src/{trail[0]}/CMakeLists.txt", 1, "module-cycle", " -> ".join(trail + [dep]))
            elif dep not in trail:
                self._check_cycle(dep, trail + [dep])

    # Every file.

    def _check_names(self, path):
        for folder in path.parts[:-1]:
            if folder in ("utils", "util", "common", "helpers", "helper", "misc"):
                self.report(path, 1, "folder-name", f"no folder is called {folder}: name what it holds")

    def _check_text(self, path, text):
        lines = text.split("\n")
        for number, line in enumerate(lines, 1):
            if re.search(rf"(?<![\w.])({_PATHS})", line):
                self.report(path, number, "machine-path", "a path of one machine", lines)
            if re.search(_HOSTS, line):
                self.report(path, number, "registry-host", "package registries are not named here", lines)
            if re.search(rf"\b({_UNFINISHED})\b", line) and path.suffix != ".json":
                self.report(path, number, "unfinished", "finish it or file an issue", lines)

    def _check_sizes(self, path, lines, limit):
        if len(lines) - 1 > limit:
            self.report(path, 1, "file-length", f"{len(lines) - 1} lines, {limit} are allowed", lines)
        for number, line in enumerate(lines, 1):
            if len(line) > COLUMNS:
                self.report(path, number, "line-length", f"{len(line)} columns", lines)

    # C++.

    def _check_cpp(self, path, source):
        parts = path.parts
        is_test = path.name.endswith(("_test.cpp", "testing.h", "testing.cpp", "_for_tests.h")) or parts[0] in ("tests", "bench", "fuzz")
        module = parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]
        product = parts[0] in ("src", "sandbox")
        self._check_sizes(path, source.lines, CPP_LINES)
        for line, length in source.functions():
            limit = TEST_FUNCTION_LINES if is_test else FUNCTION_LINES
            if length > limit:
                self.report(path, line, "function-length", f"{length} lines, {limit} are allowed", source.lines)
        self._check_awaits(path, source)
        self._check_swallow(path, source)
        if not product:
            return
        for line, quoted, header in source.includes():
            self._check_include(path, module, is_test, line, quoted, header, source.lines)
        if is_test:
            return
        self._check_patterns(path, module, source)
        self._check_floats(path, parts, source)
        if parts[0] == "src" and module != "store":
            self._check_strings(path, source)

    def _check_include(self, path, module, is_test, line, quoted, header, lines):
        for prefix, owners in OWNERS.items():
            if header.startswith(prefix) and not quoted and module not in owners:
                if not (is_test and "test" in owners):
                    self.report(path, line, "third-party",
                                f"<{header}> belongs to {' and '.join(sorted(owners))}", lines)
        target = header.split("/")[0]
        if not quoted or target not in ALLOWED or "/" not in header:
            return
        listed = ALLOWED["sandbox"] if module == "sandbox" else self.deps.get(module, ())
        if target != module and target not in listed:
            self.report(path, line, "module-deps", f"{module} does not list {target} in DEPS", lines)
        if module in SLICES + ("reads",) and target in SLICES + ("reads",) and target != module:
            self.report(path, line, "slices", f"slice {module} includes slice {target}", lines)
        vendor = header.split("/")[1] if target == "providers" and header.count("/") > 1 else None
        if vendor and module != "app" and path.parts[1:3] != ("providers", vendor):
            self.report(path, line, "vendor", "only app includes providers/<vendor>/", lines)

    def _check_patterns(self, path, module, source):
        for rule, pattern, exempt, message in PATTERNS:
            if module in exempt:
                continue
            if rule == "clock" and module == "net":
                # Deadlines of real sockets; the simulation replaces the sockets as a whole.
                pattern = pattern.replace(r"\w*_clock", r"(?!steady)\w*_clock")
            for match in re.finditer(pattern, source.code):
                self.report(path, source.line_of(match.start()), rule, message, source.lines)

    def _check_floats(self, path, parts, source):
        money = parts[:2] == ("src", "domain") or re.search(r"\bMoney\b|\w_(minor|micros)\b", source.code)
        if not money:
            return
        for match in re.finditer(r"\b(float|double|stof|stod|strtod)\b", source.code):
            self.report(path, source.line_of(match.start()), "float", "no floating point near money",
                        source.lines)

    def _check_awaits(self, path, source):
        for offset, operand in source.awaited():
            line = source.line_of(offset)
            if re.search(r"(?:^|[(,=&|?:\s])\[[^\]\s][^\]]*\]\s*[({]", operand):
                self.report(path, line, "await-lambda", "name the lambda on the line above", source.lines)
            elif "{" in operand:
                self.report(path, line, "await-braces", "name the object on the line above", source.lines)

    def _check_swallow(self, path, source):
        handled = r"throw|current_exception|abort|terminate|QT_|[Ee]rror|[Ff]ail|Code::|log|FAIL\("
        for match in re.finditer(r"\bcatch\s*\(\s*\.\.\.\s*\)", source.code):
            if not re.search(handled, source.block_after(match.end())):
                self.report(path, source.line_of(match.start()), "swallow",
                            "catch (...) hides what happened", source.lines)

    def _check_strings(self, path, source):
        for offset, content in source.strings:
            line = source.line_of(offset)
            if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE)\s", content):
                self.report(path, line, "sql-in-code", "statements live in the module's .sql", source.lines)
            if re.match(r"\s*(COMMIT|ROLLBACK|START TRANSACTION|BEGIN( IMMEDIATE)?)\s*;?\s*$", content):
                self.report(path, line, "commit", "only store::with_transaction commits", source.lines)

    # SQL.

    def _check_sql(self, path, text):
        lines = text.split("\n")
        code = re.sub(r"--[^\n]*", "", text)
        for match in re.finditer(r"\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*|,\s*\w+\.\*", code, re.I):
            self.report(path, code.count("\n", 0, match.start()) + 1, "sql-star", "columns are spelled out", lines)
        if path.parts[0] != "src":
            return
        module = path.parts[1]
        writes = r"\b(?:INSERT\s+(?:IGNORE\s+)?INTO|REPLACE\s+INTO|(?<!FOR\s)(?<!KEY\s)UPDATE|DELETE\s+FROM)\s+`?(\w+)"
        for match in re.finditer(writes, code):
            line = code.count("\n", 0, match.start()) + 1
            if match.group(1) == "SET" or _excused(lines, line, "table-owner"):
                continue
            # The outbox has two halves: store writes its rows, bus hands them out and prunes them.
            owner = "store" if module == "bus" else module
            self.writers.setdefault(match.group(1), {}).setdefault(owner, (path, line))

    def _check_writers(self):
        for table, modules in self.writers.items():
            for module, (path, line) in modules.items():
                others = sorted(set(modules) - {module})
                if others or module == "reads":
                    self.report(path, line, "table-owner",
                                f"{table} is written by {', '.join([module] + others)}; one owner writes a table")


def _excused(lines, line, rule):
    """True when the comment lines right above LINE (1-based) say why RULE is broken here; for a rule about
    the whole file, the comment lines that open it."""
    step, at = (1, 0) if rule == "file-length" else (-1, line - 2)
    while 0 <= at < len(lines) and re.match(r"\s*(//|#|--|\*|/\*)", lines[at]):
        if re.search(rf"tidy: {re.escape(rule)} because \S", lines[at]):
            return True
        at += step
    return False


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]
    findings = Tidy(root).run()
    for path, line, rule, message in findings:
        print(f"{path}:{line}: {rule}: {message}")
    print(f"tidy: {len(findings)} findings" if findings else "tidy: ok", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
