"""The schemas of the Parquet files that spiders write."""

import pyarrow as pa


def _account(who: str) -> list[pa.Field]:
    keys = ("name_exact_key", "name_key", "address_exact_key", "address_key", "login_key")
    return [
        *(pa.field(f"{who}_{key}", pa.string()) for key in keys),
        pa.field(f"{who}_name_words", pa.int16()),
        pa.field(f"{who}_name_bag_key", pa.string()),
        pa.field(f"{who}_domain", pa.string()),
        pa.field(f"{who}_role", pa.bool_()),
    ]


COMMITS = pa.schema(
    [
        pa.field("hash", pa.string()),
        pa.field("parents", pa.int32()),
        pa.field("parent_hashes", pa.list_(pa.string())),
        pa.field("authored_at", pa.timestamp("s")),
        pa.field("authored_offset", pa.int32()),
        pa.field("committed_at", pa.timestamp("s")),
        pa.field("committed_offset", pa.int32()),
        *_account("author"),
        pa.field("author_bot_rule", pa.string()),
        *_account("committer"),
        pa.field("committer_bot_rule", pa.string()),
        pa.field("co_author_name_keys", pa.list_(pa.string())),
        pa.field("co_author_address_keys", pa.list_(pa.string())),
        pa.field("revert", pa.bool_()),
        pa.field("subject_key", pa.string()),
    ]
)
"""One row per commit of a repository's default branch, as spiders/code/git_log.py reads it. `subject_key` is
the fingerprint of the first line of its message, with runs of white space as one blank."""


SERIES = pa.schema(
    [
        pa.field("name", pa.string()),
        pa.field("release_id", pa.string()),
        pa.field("status", pa.string()),
        pa.field("initial_release", pa.date32()),
        pa.field("end_of_life", pa.date32()),
    ]
)
"""One row per release series, past and planned, as spiders/code/series_status.py reads it."""


MESSAGES = pa.schema(
    [
        pa.field("message_id_key", pa.string()),
        pa.field("content_key", pa.string()),
        pa.field("sent_at", pa.timestamp("s")),
        pa.field("sent_offset", pa.int32()),
        pa.field("date_quality", pa.string()),
        pa.field("claimed_at", pa.timestamp("s")),
        pa.field("arrived_at", pa.timestamp("s")),
        pa.field("archive_month", pa.date32()),
        *_account("sender"),
        pa.field("sender_quality", pa.string()),
        pa.field("subject_key", pa.string()),
        pa.field("is_reply", pa.bool_()),
        pa.field("in_reply_to_key", pa.string()),
        pa.field("reference_keys", pa.list_(pa.string())),
        pa.field("size", pa.int64()),
        pa.field("quarantine", pa.string()),
        pa.field("class", pa.string()),
        pa.field("class_rule", pa.string()),
        pa.field("passed_borders", pa.int32()),
    ]
)
"""One row per message of a unit, as spiders/mail/reader.py reads it. `quarantine` says why a row is no message,
`class` who wrote it, by which rule of data/rules/bots-mail.toml. `passed_borders` counts the lines in it that look like
the border before a message and were not taken for one."""


TOTALS = pa.schema(
    [
        pa.field("month", pa.date32()),
        pa.field("messages", pa.int64()),
        pa.field("url", pa.string()),
    ]
)
"""One row per month that a mail archive lists: its first day, what the archive itself says it holds (NULL: it does
not say), where its mail is. NULL as month: what is no month, a whole list or a volume of another length."""


COUNTS = pa.schema(
    [
        pa.field("measure", pa.string()),
        pa.field("subject", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("value", pa.int64()),
        pa.field("basis", pa.string()),
        pa.field("version", pa.string()),
        pa.field("url", pa.string()),
    ]
)
"""One row per dated count that a source states, totals only. `measure` says what was counted (its definition stands in
measures.toml), `subject` of what (a repository, a team; "" of the community), `day` for which day. `basis`: stated (by
the source, of the day itself), or restated (what today's register says of an earlier day: whoever left since is
missing). `version` is that of the software whose definition it is; NULL where it does not say. Append-only: the unit of
a count is its page and the day on which it was asked."""


ALIASES = pa.schema(
    [
        pa.field("proper_name_key", pa.string()),
        pa.field("proper_name_words", pa.int16()),
        pa.field("proper_address_key", pa.string()),
        pa.field("commit_name_key", pa.string()),
        pa.field("commit_address_key", pa.string()),
        pa.field("line", pa.int32()),
    ]
)
"""One row per address, and name where one is given, that a project's .mailmap maps: who that is. As git reads it: of
several lines the last one holds, `line` is its number. NULL where the file does not say."""


SCHEMAS = {
    "commits": COMMITS, "series": SERIES, "messages": MESSAGES, "totals": TOTALS, "counts": COUNTS, "aliases": ALIASES,
}  # fmt: skip
"""The schemas of harvests, by the name of their rows; the build lays one view over each."""


NEEDED = {
    "commits": ("hash", "authored_at", "committed_at"), "series": ("name",), "messages": ("sent_at",),
    "totals": ("month", "messages"), "counts": ("measure", "day", "value"), "aliases": ("commit_address_key",),
}  # fmt: skip
"""The columns without which rows say nothing; any other one may be missing in a file of an earlier version."""


FORMER_NAMES = {"author_bot_rule": "author_machine", "committer_bot_rule": "committer_machine"}
"""Columns that earlier versions wrote under another name: the build reads both."""
