"""A reader of C++ that is just good enough for tidy: comments and strings, braces, includes."""
import re

_TOKEN = re.compile(
    r'''//[^\n]*|/\*.*?\*/'''                                   # comments
    r'''|R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"'''          # raw strings
    r'''|"(?:\\.|[^"\\\n])*"'''                                 # strings
    r"""|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'""",               # characters, but not 1'000
    re.S)


class Source:
    """One C++ file: `code` is the text with comments and string contents blanked, same offsets."""

    def __init__(self, text):
        self.text = text
        self.lines = text.split("\n")
        self.strings = []  # (offset, content)
        out = []
        last = 0
        for match in _TOKEN.finditer(text):
            out.append(text[last:match.start()])
            token = match.group()
            if token.startswith(("//", "/*")):
                out.append(_blank(token))
            else:
                opening = token.index("(" if token.startswith("R") else token[0]) + 1
                closing = len(token) - (token[::-1].index(")" if token.startswith("R") else token[0]) + 1)
                line = text[text.rfind("\n", 0, match.start()) + 1:match.start()]
                if re.match(r"\s*#\s*include", line):
                    out.append(token)
                else:
                    self.strings.append((match.start(), token[opening:closing]))
                    out.append(token[:opening] + _blank(token[opening:closing]) + token[closing:])
            last = match.end()
        out.append(text[last:])
        self.code = "".join(out)

    def line_of(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def includes(self):
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', self.code, re.M):
            yield self.line_of(match.start()), match.group(1) == '"', match.group(2)

    def functions(self):
        """Yields (line of the head, lines between the braces) of each outermost function body."""
        code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: _blank(m.group()), self.code, flags=re.M)
        stack = []
        head_start = 0
        closed = None  # head of the function that was closed last
        for match in re.finditer(r"[{};]", code):
            char, at = match.group(), match.start()
            if char == "{":
                head = code[head_start:at].strip()
                if closed is not None and (head == "" or head.startswith(",")):
                    # A constructor's body after `: member_{value}`, whose brace looked like a body.
                    stack.append(("function", closed, at))
                else:
                    stack.append((self._kind(head, stack), head_start, at))
                closed = None
            elif char == "}" and stack:
                kind, head, opened = stack.pop()
                closed = head if kind == "function" else None
                if kind == "function" and not any(entry[0] == "function" for entry in stack):
                    skipped = re.match(r"(\s|(public|private|protected)\s*:(?!:))*", code[head:])
                    yield self.line_of(head + skipped.end()), code.count("\n", opened, at) - 1
            if char == ";":
                closed = None
            head_start = at + 1

    @staticmethod
    def _kind(head, stack):
        if any(entry[0] == "function" for entry in stack):
            return "block"
        head = re.sub(r"template\s*<[^{;]*?>\s*(?=\w)|\[\[.*?\]\]|\b(public|private|protected)\s*:(?!:)", " ",
                      head, flags=re.S).strip()
        if re.match(r'(inline\s+)?namespace\b|extern\s*"', head):
            return "scope"
        if re.match(r"(typedef\s+)?(class|struct|union|enum)\b[^()]*$", head):
            return "scope"
        return "function" if "(" in head and not head.endswith("=") else "block"

    def awaited(self):
        """Yields (offset, text) of the operand of each co_await."""
        for match in re.finditer(r"\bco_await\b", self.code):
            yield match.start(), self._operand(match.end())

    def _operand(self, start):
        depth = angle = 0
        code = self.code
        for at in range(start, min(len(code), start + 4000)):
            char = code[at]
            if char in "([{":
                depth += 1
            elif char in ")]}":
                depth -= 1
                if depth < 0:
                    return code[start:at]
            elif char == "<" and depth == 0 and (code[at - 1].isalnum() or code[at - 1] == "_"):
                angle += 1
            elif char == ">" and depth == 0 and angle and code[at - 1] != "-":
                angle -= 1
            elif depth == 0 and (char == ";" or (char == "," and angle == 0)):
                return code[start:at]
        return code[start:start + 4000]

    def block_after(self, offset):
        """The text between the first brace after OFFSET and its partner, comments blanked."""
        opened = self.code.find("{", offset)
        depth = 0
        for at in range(opened, len(self.code)):
            depth += {"{": 1, "}": -1}.get(self.code[at], 0)
            if depth == 0:
                return self.code[opened + 1:at]
        return ""


def _blank(text):
    return re.sub(r"[^\n]", " ", text)
