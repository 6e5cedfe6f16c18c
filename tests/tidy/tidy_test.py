#!/usr/bin/env python3
"""Proves that tidy can fail: for each rule a planted violation is found, alone, and where it was planted;
and the same line passes with an excuse above it."""
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from tidy import OWNERS, PATTERNS, Tidy  # noqa: E402

LONG_FUNCTION = "int f(int a) {\n" + "  a++;\n" * 71 + "}\n"

CLEAN = {
    "src/base/CMakeLists.txt": "qt_module(base\n  PRIVATE_LIBS OpenSSL::Crypto)\n",
    "src/base/README.md": "# base\n",
    "src/base/clock.cpp": "#include <openssl/sha.h>\nauto now() { return std::chrono::system_clock::now(); }\n",
    "src/domain/CMakeLists.txt": "qt_module(domain DEPS base PUBLIC_LIBS phonenumber)\n",
    "src/domain/README.md": "# domain\n",
    "src/domain/money.h": '#include "base/result.h"\nstruct Money { std::int64_t amount_minor; };\n',
    "src/net/a.cpp": "auto x = std::chrono::steady_clock::now();\nboost::asio::steady_timer t;\n",
    "src/store/CMakeLists.txt": "qt_module(store DEPS base domain)\n",
    "src/store/README.md": "# store\n",
    "src/store/commit.cpp": '#include <sqlite3.h>\nvoid f() { run("COMMIT"); run("SELECT 1"); }\nstd::vector<std::thread> threads;\n',
    "src/providers/CMakeLists.txt": "qt_module(providers DEPS base domain)\n",
    "src/providers/README.md": "# providers\n",
    "src/providers/stripe/stripe.cpp": '#include "providers/stripe/wire.h"\n',
    "src/requests/CMakeLists.txt": "qt_module(requests DEPS base domain store providers)\n",
    "src/requests/README.md": "# requests\n",
    "src/requests/requests.sql":
        "-- name: create\nINSERT INTO requests (id) VALUES (?);\nSELECT COUNT(*) FROM requests FOR UPDATE;\n",
    "src/requests/requests.cpp": '''#include "store/store.h"
#include "requests/sql.gen.h"
// Time and floats in words: double, time(nullptr), SELECT * FROM x are fine in comments.
const char* text = "std::thread { co_await x";
constexpr int kLimit = 1'000;
Awaitable<int> get(Service& service, int id) {
  auto body = [id](Tx& tx) { return find(tx, id); };
  auto row = co_await service.with_transaction<int>(body);
  try {
    co_return CO_TRY(auto x, co_await wait(row)) ? Row{1}.x : 0;
  } catch (...) {
    throw;
  }
}
''',
    "src/payments/CMakeLists.txt": "qt_module(payments DEPS base)\n",
    "src/payments/README.md": "# payments\n",
    "src/app/CMakeLists.txt": "qt_module(app DEPS base providers requests)\n",
    "src/app/README.md": "# app\n",
    "src/app/wiring.cpp": '#include "providers/stripe/stripe.h"\n',
    "src/quittance/CMakeLists.txt": "add_executable(quittance main.cpp)\n"
                                    "target_link_libraries(quittance PRIVATE app CLI11::CLI11)\n",
    "src/quittance/README.md": "# quittance\n",
    "src/quittance/main.cpp": '#include <CLI/CLI.hpp>\n#include "app/process.h"\n',
    "sandbox/README.md": "# sandbox\n",
    "sandbox/clock.cpp": '#include "base/time.h"\n#include <sodium.h>\n',
    "src/requests/requests_test.cpp": '#include <gtest/gtest.h>\nauto q = "SELECT 1";\n' + LONG_FUNCTION,
}

HOST = "registry." + "npmjs" + ".org"

# rule, file, content (put in place of, or beside, the clean one), line of the finding
PLANTED = (
    ("module-deps", "src/requests/a.cpp", '#include "net/http.h"\n', 1),
    ("module-deps", "src/payments/a.cpp", 'int x;\n#include "domain/money.h"\n', 2),  # not through requests
    ("module-deps", "sandbox/a.cpp", '#include "providers/payment.h"\n', 1),
    ("module-deps", "src/domain/CMakeLists.txt", "qt_module(domain DEPS base store)\n", 1),
    ("module-deps", "src/basement/CMakeLists.txt", "qt_module(basement DEPS base)\n", 1),
    ("module-deps", "src/quittance/a.cpp", '#include "net/http.h"\n', 1),
    ("slices", "src/requests/a.cpp", '#include "payments/payments.h"\n', 1),
    ("vendor", "src/requests/a.cpp", '#include "providers/stripe/stripe.h"\n', 1),
    ("vendor", "src/providers/twilio/a.cpp", '#include "providers/stripe/wire.h"\n', 1),
    ("float", "src/domain/a.h", "int a;\ndouble rate;\n", 2),
    ("float", "src/requests/a.cpp", "int amount_minor; float x;\n", 1),
    ("float", "src/requests/a.cpp", "Money m; auto x = std::stod(t);\n", 1),
    ("function-length", "src/domain/a.cpp", "int x;\n" + LONG_FUNCTION, 2),
    ("function-length", "src/domain/a_test.cpp", LONG_FUNCTION.replace("a++;\n", "a++;\n" * 2), 1),
    ("function-length", "src/domain/a.h", "namespace a {\nclass A : B {\n public:\n" + LONG_FUNCTION + "};\n}\n", 4),
    ("function-length", "src/domain/a.cpp", "A::A(int x) : a_{x}, b_{x} {\n" + "  a++;\n" * 71 + "}\n", 1),
    ("file-length", "src/domain/a.cpp", "int x;\n" * 401, 1),
    ("file-length", "web/src/a.ts", "let x;\n" * 251, 1),
    ("line-length", "src/domain/a.cpp", "\n// " + "x" * 98 + "\n", 2),
    ("line-length", "web/src/a.tsx", "// " + "x" * 98 + "\n", 1),
    ("waiting", "src/requests/a.cpp", "std::jthread t;\n", 1),
    ("waiting", "src/store/a.cpp", "void f() { std::thread t([] {}); }\n", 1),
    ("waiting", "src/store/a.cpp", "void f() { v.push_back(std::thread(g)); }\n", 1),
    ("waiting", "src/store/a.cpp", "\nvoid f() { std::this_thread::sleep_for(x); }\n", 2),
    ("waiting", "src/requests/a.cpp", "boost::asio::steady_timer t;\n", 1),
    ("clock", "src/requests/a.cpp", "auto x = std::chrono::steady_clock::now();\n", 1),
    ("clock", "src/net/a.cpp", "auto x = std::chrono::system_clock::now();\n", 1),
    ("clock", "src/requests/a.cpp", "auto x = std::time(nullptr);\n", 1),
    ("random", "src/requests/a.cpp", "std::random_device d;\n", 1),
    ("random", "src/requests/a.cpp", "int x = rand();\n", 1),
    ("environment", "src/requests/a.cpp", 'auto x = std::getenv("HOME");\n', 1),
    ("await-braces", "src/requests/a.cpp", "auto f() {\n  co_await send(Mail{.to = x});\n}\n", 2),
    ("await-braces", "src/requests/a.cpp", "auto f() { co_await g<A, B>(x, C{}); }\n", 1),
    ("await-braces", "src/requests/a.cpp", "auto f() { CO_TRY(auto x, co_await g({1, 2})); }\n", 1),
    ("await-braces", "tests/sim/a.cpp", "auto f() { co_await g(T{1}); }\n", 1),
    ("await-lambda", "src/requests/a.cpp", "auto f() {\n  co_await run([&x](Tx& t) { g(); });\n}\n", 2),
    ("await-lambda", "src/requests/a.cpp", "auto f() { co_await run(1, [this] { g(); }); }\n", 1),
    ("commit", "src/requests/a.cpp", 'void f() { tx.run("COMMIT"); }\n', 1),
    ("commit", "src/requests/a.cpp", "void f() { mysql_commit(c); }\n", 1),
    ("sql-in-code", "src/requests/a.cpp", 'auto x = "SELECT id FROM requests";\n', 1),
    ("sql-in-code", "src/requests/a.cpp", 'int y;\nauto x = R"(\n  DELETE FROM requests)";\n', 2),
    ("sql-star", "src/requests/a.sql", "-- name: a\nSELECT * FROM requests;\n", 2),
    ("sql-star", "src/requests/a.sql", "SELECT r.id, c.* FROM requests r;\n", 1),
    ("table-owner", "src/payments/a.sql", "-- name: a\nUPDATE requests SET state = ?;\n", 2),
    ("readme", "src/domain/README.md", "line\n" * 41, 1),
    ("folder-name", "src/requests/utils/a.h", "\n", 1),
    ("swallow", "src/requests/a.cpp", "void f() {\n  try { g(); } catch (...) { return; }\n}\n", 2),
    ("machine-path", "docs/a.md", "see /" + "root/x\n", 1),
    ("registry-host", "tests/a.json", f'{{"resolved": "https://{HOST}/x"}}\n', 1),
    ("unfinished", "docs/a.md", "TO" + "DO: more\n", 1),
    *(("third-party", "src/payments/a.cpp", f"#include <{prefix}{'x.h' if prefix[-1] == '/' else '.h'}>\n", 1)
      for prefix in OWNERS if not prefix.endswith(".h")),
    ("third-party", "src/payments/a.cpp", "#include <errmsg.h>\n", 1),
    ("third-party", "src/payments/a.cpp", "#include <mysqld_error.h>\n", 1),
)

NO_EXCUSE = {"readme", "folder-name", "module-deps@src/domain/CMakeLists.txt",
             "module-deps@src/basement/CMakeLists.txt"}


def findings_of(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        return Tidy(folder).run()


class TidyTest(unittest.TestCase):
    def test_clean_tree_has_no_findings(self):
        self.assertEqual(findings_of(CLEAN), [])

    def test_each_planted_violation_is_found(self):
        for rule, name, content, line in PLANTED:
            with self.subTest(rule=rule, file=name, content=content[:60]):
                found = findings_of(CLEAN | {name: content})
                self.assertIn((name, line, rule), [(f[0], f[1], f[2]) for f in found])

    def test_violations_are_found_once_and_alone(self):
        together = {"module-deps": {"module-deps", "module-cycle"}, "slices": {"slices", "module-deps"}, "vendor": {"vendor"},
                    "table-owner": {"table-owner"}}
        for rule, name, content, _ in PLANTED:
            with self.subTest(rule=rule, file=name, content=content[:60]):
                found = findings_of(CLEAN | {name: content})
                rules = {f[2] for f in found} - ({"readme"} if "basement" in name else set())
                self.assertLessEqual(rules, together.get(rule, {rule}))

    def test_an_excuse_on_the_line_above_is_accepted(self):
        for rule, name, content, line in PLANTED:
            if rule in NO_EXCUSE or f"{rule}@{name}" in NO_EXCUSE or name.endswith(".json"):
                continue
            mark = {"sql": "--", "md": "#"}.get(name.rsplit(".")[-1], "//")
            lines = content.split("\n")
            lines.insert(line - 1, f"{mark} tidy: {rule} because the test says so")
            with self.subTest(rule=rule, file=name, content=content[:60]):
                self.assertNotIn((name, rule), [(f[0], f[2]) for f in findings_of(CLEAN | {name: "\n".join(lines)})])

    def test_an_excuse_needs_a_reason_and_the_right_rule(self):
        for comment in ("// tidy: float", "// tidy: float because ", "// tidy: clock because of speed"):
            found = findings_of(CLEAN | {"src/domain/a.h": comment + "\ndouble rate;\n"})
            self.assertIn(("src/domain/a.h", 2, "float"), [f[:3] for f in found], comment)

    def test_cycle(self):
        found = findings_of(CLEAN | {"src/base/CMakeLists.txt": "qt_module(base DEPS domain)\n"})
        self.assertIn("module-cycle", [f[2] for f in found])

    def test_missing_readme(self):
        files = dict(CLEAN)
        del files["src/requests/README.md"]
        self.assertEqual([f[:3] for f in findings_of(files)], [("src/requests/README.md", 1, "readme")])

    def test_every_rule_has_a_planted_violation(self):
        source = pathlib.Path(__file__).with_name("tidy.py").read_text()
        rules = set(re.findall(r'report\([^"]*?"([a-z]+(?:-[a-z]+)*)"', source, re.S))
        rules = rules - {"src"} | {entry[0] for entry in PATTERNS}
        self.assertGreater(len(rules), 20)
        self.assertEqual(rules - {entry[0] for entry in PLANTED} - {"module-cycle"}, set())


if __name__ == "__main__":
    unittest.main()
