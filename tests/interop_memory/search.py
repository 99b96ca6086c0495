"""Looks for byte strings in the memory of a process: `search.py PID`, one needle a line in hex on standard input.

A needle with `spaced ` before it is also looked for with its bytes far apart, as a row of records holds them.
Prints `NUMBER REGION OFFSET AROUND` for each place found. Memory of a process that is not dumpable opens to root alone.
"""
import re
import sys


def regions(pid):
    """What a process can have written. The program's own code and tables, which it maps and cannot write, are a file's:
    in megabytes of them eight given letters stand at equal distances by chance."""
    for line in open(f"/proc/{pid}/maps"):
        found = re.match(r"([0-9a-f]+)-([0-9a-f]+) r(.)\S* \S+ \S+ \S+\s*(.*)", line)
        if not found or found.group(4) in ("[vvar]", "[vvar_vclock]", "[vsyscall]", "[vdso]"):
            continue
        if found.group(3) == "w" or not found.group(4).startswith("/"):
            yield int(found.group(1), 16), int(found.group(2), 16), found.group(4) or "anonymous"


def pattern(line):
    wanted = bytes.fromhex(line.removeprefix("spaced "))
    if not line.startswith("spaced "):
        return re.compile(re.escape(wanted))
    parts = [re.escape(wanted[at:at + 1]) for at in range(len(wanted))]
    # Records are as long as a multiple of four; letters nearer to each other than that are text.
    rows = [b"[\\s\\S]{%d}" % (step - 1) for step in range(4, 132, 4)]
    first, second = parts[0], parts[1]
    return re.compile(first + b"(?:" + b"|".join(row + second + row.join([b""] + parts[2:]) for row in rows) + b")")


def main():
    pid = sys.argv[1]
    needles = [pattern(line.strip()) for line in sys.stdin if line.strip()]
    read = 0
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for start, end, name in regions(pid):
            memory.seek(start)
            try:
                held = memory.read(end - start)
            except OSError:
                continue  # A page that nobody may read, such as a guard.
            read += len(held)
            for number, needle in enumerate(needles):
                for found in needle.finditer(held):
                    around = held[max(found.start() - 32, 0):found.end() + 32]
                    print(number, name, hex(start + found.start()), around)
    print("read", read)


main()
