#!/usr/bin/env python3
"""Turns named SQL into C++: a module's *.sql into <module>/sql.gen.h, or migrations/ into one header.

sqlgen.py --module NAME --out HEADER --migrations DIR FILE.sql...
sqlgen.py --embed-migrations --out HEADER --migrations DIR

src/store/README.md says how both kinds of file are written. Every mistake found stops the build.
"""
import argparse
import os
import re
import sys

ENGINES = ("sqlite", "mariadb")
# Literals and comments are kept apart from code, so that no rule looks inside a text.
TOKEN = re.compile(r"""'(?:[^']|'')*' | --[^\n]* | /\*.*?\*/ | \{\{.*?\}\} | :\w+ | [A-Za-z_]\w* |
                       \d+(?:\.\d+)? | \s+ | .""", re.X | re.S)
PLAIN = {  # macro -> (SQLite, MariaDB)
    "for_update": ("", "FOR UPDATE"),
    "for_update_skip_locked": ("", "FOR UPDATE SKIP LOCKED"),
    "force_primary": ("", "FORCE INDEX (PRIMARY)"),
    "div": ("/", "DIV"),
    "least": ("MIN", "LEAST"),
    "greatest": ("MAX", "GREATEST"),
    "table_options": ("STRICT", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
    "table_options narrow": ("STRICT, WITHOUT ROWID",
                             "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"),
}
# macro -> what stands between its eight copies, in which each # is a number from 0 on (domain/eight.h)
EIGHTS = {"eight": ", ", "any_of_eight": " OR "}
INTEGERS = {"BOOLEAN", "SMALLINT", "INT", "BIGINT"}
TEXTS = {"TEXT", "MEDIUMTEXT"}
BLOBS = {"BLOB", "MEDIUMBLOB"}
SIZED = {"CHAR": ("TEXT", "<="), "VARCHAR": ("TEXT", "<="), "BINARY": ("BLOB", "="),
         "VARBINARY": ("BLOB", "<=")}


class Mistake(Exception):
    pass


def tokens(text):
    return TOKEN.findall(text)


def is_code(token):
    return not token.startswith(("'", "--", "/*"))


def squeeze(text):
    """One space between words, comments dropped, literals untouched."""
    out = []
    for t in tokens(text):
        if t.startswith(("--", "/*")):
            t = " "
        if t.isspace():
            if out and out[-1] != " ":
                out.append(" ")
        else:
            out.append(t)
    return "".join(out).strip()


def words(text):
    """The code's words and punctuation, upper case, without spaces, literals and comments."""
    return [t.upper() for t in tokens(text) if is_code(t) and not t.isspace()]


def split_statements(text):
    parts, current = [], []
    for t in tokens(text):
        if t == ";":
            parts.append("".join(current))
            current = []
        else:
            current.append(t)
    parts.append("".join(current))
    return [p for p in (squeeze(p) for p in parts) if p]


# ---- schema: what the migrations say about tables ----

class Table:
    def __init__(self):
        self.columns = []
        self.keys = {}     # unique keys: name -> tuple of columns
        self.indexes = set()

    def key_of(self, columns):
        for name, key in self.keys.items():
            if set(key) == set(columns):
                return name
        return None


class Schema:
    def __init__(self):
        self.tables = {}
        self.index_names = {}

    def tenant(self, table):
        return table in self.tables and "tenant_id" in self.tables[table].columns

    def apply(self, statement, where):
        w = words(statement)
        plain = [t for t in tokens(statement) if is_code(t) and not t.isspace()]
        if w[:2] == ["CREATE", "TABLE"]:
            self.create_table(plain, where)
        elif w[:2] == ["CREATE", "INDEX"] or w[:3] == ["CREATE", "UNIQUE", "INDEX"]:
            self.create_index(plain, w[1] == "UNIQUE", where)
        elif w[:2] == ["ALTER", "TABLE"] and w[3:5] == ["ADD", "COLUMN"]:
            self.table(plain[2], where).columns.append(plain[5])
        elif w[:2] == ["ALTER", "TABLE"] and w[3:5] == ["DROP", "COLUMN"]:
            self.table(plain[2], where).columns.remove(plain[5])
        elif w[:2] == ["DROP", "TABLE"]:
            self.tables.pop(plain[2], None)
        elif w[0] not in ("UPDATE", "INSERT", "DELETE", "DROP", "ALTER"):
            raise Mistake(f"{where}: a migration can't {' '.join(w[:2])}")

    def table(self, name, where):
        if name not in self.tables:
            raise Mistake(f"{where}: unknown table {name}")
        return self.tables[name]

    def create_table(self, plain, where):
        name = plain[2]
        if name in self.tables:
            raise Mistake(f"{where}: table {name} exists already")
        if plain[3] != "(":
            raise Mistake(f"{where}: expected CREATE TABLE name (")
        table = Table()
        for part in self.top_level_parts(plain[3:]):
            head = [p.upper() for p in part]
            if head[:2] == ["PRIMARY", "KEY"]:
                table.keys["primary"] = tuple(p for p in part[3:] if re.match(r"\w", p))
            elif head[0] in ("UNIQUE", "KEY", "INDEX", "CONSTRAINT"):
                if head[0] != "CONSTRAINT" or "FOREIGN" not in head and "CHECK" not in head:
                    raise Mistake(f"{where}: write {head[0]} of {name} as CREATE [UNIQUE] INDEX")
            elif head[0] not in ("FOREIGN", "CHECK"):
                table.columns.append(part[0])
                if "PRIMARY" in head:
                    table.keys["primary"] = (part[0],)
        if "primary" not in table.keys:
            raise Mistake(f"{where}: table {name} needs a PRIMARY KEY")
        self.tables[name] = table

    @staticmethod
    def top_level_parts(plain):
        parts, current, depth = [], [], 0
        for t in plain:
            if t == "(":
                depth += 1
                if depth == 1:
                    continue
            if t == ")":
                depth -= 1
                if depth == 0:
                    break
            if t == "," and depth == 1:
                parts.append(current)
                current = []
            else:
                current.append(t)
        return [p for p in parts + [current] if p]

    def create_index(self, plain, unique, where):
        at = 3 if unique else 2
        name, table = plain[at], self.table(plain[at + 2], where)
        if name in self.index_names:
            raise Mistake(f"{where}: index {name} exists already (SQLite has one namespace)")
        self.index_names[name] = plain[at + 2]
        columns = tuple(t for t in plain[at + 3:] if re.match(r"\w", t) and t.upper() not in ("ASC", "DESC"))
        for column in columns:
            if column not in table.columns:
                raise Mistake(f"{where}: {plain[at + 2]} has no column {column}")
        table.indexes.add(name)
        if unique:
            table.keys[name] = columns


def sqlite_types(statement, where):
    """Column types of the portable list, as a STRICT SQLite table with length checks has them."""
    out, toks = [], tokens(statement)
    creates = words(statement)[:2] == ["CREATE", "TABLE"]
    column, state, depth, i = "", "", 0, 0
    while i < len(toks):
        t = toks[i]
        depth += (t == "(") - (t == ")")
        if state == "type" and re.match(r"[A-Za-z_]", t):
            text, i = sqlite_type(toks, i, column, where)
            out.append(text)
            state = ""
            continue
        if state == "column" and re.match(r"[A-Za-z_]", t):
            is_key = t.upper() in ("PRIMARY", "FOREIGN", "CHECK", "CONSTRAINT")
            column, state = t, "" if is_key else "type"
        elif creates and depth == 1 and t in "(," or not creates and t.upper() == "COLUMN":
            state = "column"
        out.append(t)
        i += 1
    return "".join(out)


def sqlite_type(toks, i, column, where):
    """The text for the type at toks[i], and where the tokens go on."""
    u = toks[i].upper()
    if u in SIZED and toks[i + 1:i + 2] == ["("] and toks[i + 3:i + 4] == [")"]:
        kind, compare = SIZED[u]
        return f"{kind} CHECK (length({column}) {compare} {toks[i + 2]})", i + 4
    for kinds, kind in ((INTEGERS, "INTEGER"), (TEXTS, "TEXT"), (BLOBS, "BLOB")):
        if u in kinds:
            return kind, i + 1
    raise Mistake(f"{where}: type {u} of {column} is not portable (see src/store/README.md)")


# ---- macros ----

class Macros:
    """Expands the macros of one statement for one engine and notes what they promise."""

    def __init__(self, engine, schema, where):
        self.engine, self.schema, self.where = engine, schema, where
        self.ignore_key, self.upsert, self.target = "", False, ""

    def pick(self, sqlite, mariadb):
        return sqlite if self.engine == "sqlite" else mariadb

    def expand(self, text):
        text = self.choose_parts(text)
        self.target = target_table(text)
        return squeeze("".join(self.one(t[2:-2].strip()) if t.startswith("{{") else t for t in tokens(text)))

    def choose_parts(self, text):
        pattern = re.compile(r"\{\{(sqlite|mariadb)\}\}(.*?)(?:\{\{else\}\}(.*?))?\{\{end\}\}", re.S)
        return pattern.sub(lambda m: m.group(2) if m.group(1) == self.engine else (m.group(3) or ""), text)

    def one(self, macro):
        macro = " ".join(macro.split())
        if macro in PLAIN:
            return self.pick(*PLAIN[macro])
        name, _, rest = macro.partition(" ")
        arguments = [a.strip() for a in rest.split(",") if a.strip()]
        if name == "on_conflict_ignore" and arguments:
            return self.on_conflict_ignore(arguments)
        if name == "upsert" and arguments:
            return self.begin_upsert(arguments)
        if name == "new" and len(arguments) == 1:
            return self.pick(f"excluded.{arguments[0]}", f"VALUES({arguments[0]})")
        if name == "force_index" and len(arguments) == 1:
            if self.schema and arguments[0] not in self.schema.index_names:
                raise Mistake(f"{self.where}: unknown index {arguments[0]}")
            return self.pick(f"INDEXED BY {arguments[0]}", f"FORCE INDEX ({arguments[0]})")
        if name in EIGHTS and "#" in rest:
            return EIGHTS[name].join(rest.replace("#", str(i)) for i in range(8))
        raise Mistake(f"{self.where}: unknown macro {{{{{macro}}}}}")

    def key(self, columns):
        table = self.schema.tables.get(self.target)
        if table is None:
            raise Mistake(f"{self.where}: unknown table {self.target}")
        key = table.key_of(columns)
        if key is None:
            raise Mistake(f"{self.where}: {self.target} has no unique key ({', '.join(columns)})")
        return table, key

    def on_conflict_ignore(self, columns):
        # MariaDB gets the plain INSERT: its engine takes the duplicate-key error of this key for 0 rows,
        # because INSERT IGNORE hides other errors and ON DUPLICATE KEY UPDATE can't be told from an insert.
        _, self.ignore_key = self.key(columns)
        return self.pick(f"ON CONFLICT ({', '.join(columns)}) DO NOTHING", "")

    def begin_upsert(self, columns):
        table, _ = self.key(columns)
        if len(table.keys) > 1:
            raise Mistake(f"{self.where}: {self.target} has several unique keys, so MariaDB's upsert could "
                          "hit another one")
        self.upsert = True
        return self.pick(f"ON CONFLICT ({', '.join(columns)}) DO UPDATE SET", "ON DUPLICATE KEY UPDATE")


def target_table(text):
    w = [t for t in tokens(text) if is_code(t) and not t.isspace() and not t.startswith("{{")]
    u = [t.upper() for t in w]
    if u[:2] in (["INSERT", "INTO"], ["DELETE", "FROM"]) and len(w) > 2:
        return w[2]
    return w[1] if u[:1] == ["UPDATE"] and len(w) > 1 else ""


# ---- statements ----

NAMED = re.compile(r"^--\s*name:\s*(\S+)\s*$")
NOTE = re.compile(r"^--\s*(global|scan):\s*(.+)$")


class Statement:
    def __init__(self, name, where):
        self.name, self.where = name, where
        self.body, self.notes = [], {"global": "", "scan": ""}
        self.text, self.params = {}, []
        self.ignore_key, self.upsert, self.target = "", False, ""
        self.tables = []


def read_statements(path):
    found, current, note = [], None, None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if m := NAMED.match(line):
                current, note = Statement(m.group(1), f"{path}:{number}"), None
                if not re.fullmatch(r"[a-z][a-z0-9_]*", current.name):
                    raise Mistake(f"{path}:{number}: {current.name} is not a snake_case name")
                found.append(current)
            elif m := NOTE.match(line):
                if current is None:
                    raise Mistake(f"{path}:{number}: a note before the first `-- name:`")
                note = m.group(1)
                current.notes[note] = m.group(2)
            elif line.startswith("--"):
                # A note may go on in the next comment line when it has not ended its sentence.
                if note and not current.notes[note].endswith("."):
                    current.notes[note] += " " + line[2:].strip()
            elif line.strip():
                note = None
                if current is None:
                    raise Mistake(f"{path}:{number}: SQL before the first `-- name:`")
                current.body.append(line)
    return found


def positional(text, where):
    out, params = [], []
    for t in tokens(text):
        if re.fullmatch(r":\w+", t):
            params.append(t[1:])
            out.append("?")
        elif t == "?":
            raise Mistake(f"{where}: write :name, not ?")
        else:
            out.append(t)
    return "".join(out), params


def used_tables(text, schema, where):
    w = [t for t in tokens(text) if is_code(t) and not t.isspace()]
    upper = [t.upper() for t in w]
    local = {w[i] for i in range(len(w) - 2) if upper[i + 1] == "AS" and w[i + 2] == "("}
    used = set()
    for i, u in enumerate(upper[:-1]):
        follows = u in ("FROM", "JOIN", "INTO") or (u == "UPDATE" and i == 0)
        if not follows or w[i + 1] == "(" or w[i + 1] in local:
            continue
        if w[i + 1] not in schema.tables:
            raise Mistake(f"{where}: unknown table {w[i + 1]}")
        used.add(w[i + 1])
    return used


def check(statement, text, schema):
    where, w = statement.where, words(text)
    if w[0] not in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
        raise Mistake(f"{where}: {statement.name} starts with {w[0]}")
    for i, u in enumerate(w):
        after = w[i + 1] if i + 1 < len(w) else ""
        if u == "*" and (w[i - 1] in ("SELECT", ",", ".", "DISTINCT")):
            raise Mistake(f"{where}: {statement.name}: spell the columns out instead of *")
        if u in ("`", '"'):
            raise Mistake(f"{where}: {statement.name}: no quoted names")
        if u == "RETURNING" or (u == "INSERT" and after == "IGNORE") or (u == "REPLACE" and after == "INTO"):
            raise Mistake(f"{where}: {statement.name}: {u} differs between the engines")
        if u == "LIMIT" and w[0] in ("UPDATE", "DELETE"):
            raise Mistake(f"{where}: {statement.name}: SQLite has no {w[0]} with LIMIT")
    tenant = sorted(t for t in used_tables(text, schema, where) if schema.tenant(t))
    if tenant and "tenant_id" not in statement.params and not statement.notes["global"]:
        raise Mistake(f"{where}: {statement.name} uses {', '.join(tenant)} without :tenant_id; say "
                      "`-- global: why` if that is meant")


def compile_statement(statement, schema):
    body = "\n".join(statement.body).strip()
    parts = split_statements(body)
    if len(parts) != 1:
        raise Mistake(f"{statement.where}: {statement.name} has {len(parts)} statements, expected one")
    params = {}
    for engine in ENGINES:
        macros = Macros(engine, schema, statement.where)
        text, params[engine] = positional(macros.expand(parts[0]), statement.where)
        statement.text[engine] = text
        statement.ignore_key = statement.ignore_key or macros.ignore_key
        statement.upsert = statement.upsert or macros.upsert
        statement.target = macros.target
    if params["sqlite"] != params["mariadb"]:
        raise Mistake(f"{statement.where}: {statement.name}: the engines' parts have other parameters")
    statement.params = params["sqlite"]
    for engine in ENGINES:
        check(statement, statement.text[engine], schema)
    used = (used_tables(statement.text[engine], schema, statement.where) for engine in ENGINES)
    statement.tables = sorted(set.union(*used))


# ---- output ----

def literal(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def wrap(text, indent):
    """A C++ string literal in pieces that fit the line."""
    pieces, current = [], ""
    for word in re.split(r"(?<= )", text):
        if current and len(current) + len(word) > 92 - indent:
            pieces.append(current)
            current = ""
        current += word
    pieces.append(current)
    pad = "\n" + " " * indent
    return pad + pad.join(literal(p) for p in pieces)


def write_statements(module, files, schema):
    out = ["#pragma once", f"// Made by cmake/sqlgen.py from src/{module}/*.sql.", "#include <array>", "",
           '#include "store/statement.h"', "", f"namespace {module}::sql {{", ""]
    seen = {}
    for path in files:
        for s in read_statements(path):
            if s.name in seen:
                raise Mistake(f"{s.where}: {s.name} stands also at {seen[s.name]}")
            seen[s.name] = s.where
            compile_statement(s, schema)
            if s.params:
                names = ", ".join(literal(p) for p in s.params)
                out.append(f"inline constexpr std::array<std::string_view, {len(s.params)}> "
                           f"params_of_{s.name}{{{names}}};")
            tables = ", ".join(literal(t) for t in s.tables)
            out.append(f"inline constexpr std::array<std::string_view, {len(s.tables)}> "
                       f"tables_of_{s.name}{{{tables}}};")
            out += [f"inline constexpr store::Statement {s.name}{{",
                    f"    .name = {literal(module + '.' + s.name)},",
                    f"    .sqlite ={wrap(s.text['sqlite'], 8)},",
                    f"    .mariadb ={wrap(s.text['mariadb'], 8)},",
                    f"    .params = {'params_of_' + s.name if s.params else '{}'},",
                    f"    .why_global = {literal(s.notes['global'])},",
                    f"    .table = {literal(s.target)},",
                    f"    .ignore_key = {literal(s.ignore_key)},",
                    f"    .upsert = {'true' if s.upsert else 'false'},",
                    f"    .why_scan = {literal(s.notes['scan'])},",
                    f"    .tables = tables_of_{s.name}}};", ""]
    pointers = ", ".join("&" + name for name in seen)
    out += [f"inline constexpr std::array<const store::Statement*, {len(seen)}> statements{{{pointers}}};",
            "inline const store::Registration registration{statements};", "", f"}}  // namespace {module}::sql", ""]
    return "\n".join(out)


def migration_files(folder):
    """number -> (name, {engine: path})"""
    found = {}
    for entry in sorted(os.listdir(folder)):
        if not entry.endswith(".sql"):
            continue
        m = re.fullmatch(r"(\d{4})_([a-z0-9_]+)(?:\.(mysql|sqlite))?\.sql", entry)
        if not m:
            raise Mistake(f"{folder}/{entry}: expected NNNN_name[.mysql|.sqlite].sql")
        number, name, only = int(m.group(1)), m.group(2), m.group(3)
        known, paths = found.setdefault(number, (name, {}))
        if known != name:
            raise Mistake(f"{folder}/{entry}: number {number:04} belongs to {known}")
        engines = ENGINES if only is None else ("mariadb" if only == "mysql" else "sqlite",)
        for engine in engines:
            if engine in paths:
                raise Mistake(f"{folder}/{entry}: {engine} has two texts")
            paths[engine] = f"{folder}/{entry}"
    for number, (name, paths) in found.items():
        if set(paths) != set(ENGINES):
            raise Mistake(f"{folder}/{number:04}_{name}: the pair .mysql.sql/.sqlite.sql is incomplete")
    return found


def read_migrations(folder):
    """The schema, and a list of (number, name, {engine: [statement, ...]})."""
    schema, steps = Schema(), []
    for number, (name, paths) in sorted(migration_files(folder).items()):
        texts = {}
        for engine in reversed(ENGINES):  # MariaDB's text fills the schema and is checked first
            path = paths[engine]
            with open(path, encoding="utf-8") as f:
                parts = split_statements(f.read())
            if not parts:
                raise Mistake(f"{path}: empty")
            if sum(words(p)[:2] == ["CREATE", "TABLE"] for p in parts) > 1:
                raise Mistake(f"{path}: one CREATE TABLE for each migration")
            texts[engine] = []
            for part in parts:
                if engine == "mariadb":
                    schema.apply(part, path)
                text = Macros(engine, None, path).expand(part)
                ddl = words(text)[0] in ("CREATE", "ALTER")
                texts[engine].append(sqlite_types(text, path) if engine == "sqlite" and ddl else text)
        steps.append((number, name, texts))
    return schema, steps


def write_migrations(steps):
    out = ["#pragma once", "// Made by cmake/sqlgen.py from migrations/*.sql.", "#include <array>", "",
           '#include "store/migrate.h"', "", "namespace store::embedded {", ""]
    for number, name, texts in steps:
        for engine in ENGINES:
            items = ",".join(wrap(t, 4) for t in texts[engine])
            out.append(f"inline constexpr std::array<std::string_view, {len(texts[engine])}> "
                       f"{engine}_{number:04}{{{items}}};")
    rows = ",".join(f"\n    Migration{{{n}, {literal(name)}, sqlite_{n:04}, mariadb_{n:04}}}" for n, name, _ in steps)
    out += [f"inline constexpr std::array<Migration, {len(steps)}> all{{{rows}}};", "",
            "}  // namespace store::embedded", ""]
    return "\n".join(out)


def write_if_changed(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            if f.read() == text:
                os.utime(path)
                return
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--module")
    parser.add_argument("--embed-migrations", action="store_true")
    parser.add_argument("--out", required=True)
    parser.add_argument("--migrations", required=True)
    parser.add_argument("files", nargs="*")
    a = parser.parse_args()
    try:
        schema, steps = read_migrations(a.migrations)
        text = write_migrations(steps) if a.embed_migrations else write_statements(a.module, sorted(a.files), schema)
    except Mistake as e:
        sys.exit(f"sqlgen: {e}")
    write_if_changed(a.out, text)


if __name__ == "__main__":
    main()
