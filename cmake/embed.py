#!/usr/bin/env python3
"""Writes a text file as a C++ constant: embed.py FILE HEADER NAMESPACE NAME."""
import os
import sys

source, header, namespace, name = sys.argv[1:]
text = open(source, encoding="utf-8").read()
pieces = []
while text:  # compilers limit the length of one literal
    pieces.append(f'R"embedded({text[:8000]})embedded"')
    text = text[8000:]
os.makedirs(os.path.dirname(header), exist_ok=True)
with open(header, "w", encoding="utf-8") as out:
    out.write(f"#pragma once\n\nnamespace {namespace} {{\n\ninline constexpr char {name}[] =\n")
    out.write("\n".join(pieces))
    out.write(f";\n\n}}  // namespace {namespace}\n")
