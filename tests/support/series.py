"""Lists of series: a good one, and two that references blow up."""

LIST = b"""\
---
- name: wren
  release-id: 2026.10
  status: future
  slurp: yes
  initial-release: 2026-09-30
  next-phase:
    status: development
    date: 2026-03-01
- name: tern
  status: development
  initial-release: 2026-03-18
- name: swift
  release-id: 2025.2
  status: maintained
  initial-release: 2025-10-01
  signing-key:
    key: 0123456789abcdef
    start: 2025-04-07
    end: present
- name: robin
  status: end of life
  initial-release: 2025-04-02
  eol-date: 2025-12-24
"""

LAUGHS = b"\n".join(
    [b"- &a0 [lol, lol]"] + [b"- &a%d [%s]" % (n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
)
MERGES = b"\n".join(
    [b"- &a0 {name: a}"] + [b"- &a%d {<<: [%s]}" % (n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 30)]
)
