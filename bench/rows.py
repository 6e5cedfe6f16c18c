"""Rows for LOAD DATA, checked against the migrated schema: a new column without a seeded value stops the seeder."""
import pathlib

NULL = "\\N"


def text_of(value):
    if value is None:
        return NULL
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
    return str(value)


class Table:
    def __init__(self, bulk, name, columns, path):
        self.bulk, self.name, self.columns, self.path = bulk, name, columns, path
        self.file = open(path, "w", encoding="utf-8")
        self.order = [column for column, _ in columns]

    def add(self, row):
        """`row` maps every column to its value."""
        if len(row) != len(self.order):
            raise SystemExit(f"bench: {self.name} has the columns {self.order}, seeded are {sorted(row)}")
        self.file.write("\t".join([text_of(row[name]) for name in self.order]) + "\n")

    def load_statement(self):
        targets = ", ".join(f"@{name}" if binary else name for name, binary in self.columns)
        sets = ", ".join(f"{name} = UNHEX(@{name})" for name, binary in self.columns if binary)
        return (f"LOAD DATA LOCAL INFILE '{self.path}' INTO TABLE {self.name} CHARACTER SET utf8mb4 ({targets})"
                + (f" SET {sets};" if sets else ";"))


class Bulk:
    def __init__(self, database, schema, folder, tables):
        self.database, self.schema = database, schema
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        columns = {}
        for table, column, kind in database.run(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                f"WHERE table_schema = '{schema}' ORDER BY table_name, ordinal_position"):
            columns.setdefault(table, []).append((column, kind in ("binary", "varbinary")))
        self.tables = {name: Table(self, name, columns[name], f"{folder}/{name}.load") for name in tables}

    def __getitem__(self, name):
        return self.tables[name]

    def load(self):
        for table in self.tables.values():
            table.file.close()
        self.database.run("SET foreign_key_checks = 0, unique_checks = 0;\n"
                          + "\n".join(table.load_statement() for table in self.tables.values())
                          + "\nANALYZE TABLE " + ", ".join(self.tables) + ";", self.schema)
        for table in self.tables.values():
            pathlib.Path(table.path).unlink()
