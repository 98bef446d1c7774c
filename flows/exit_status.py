"""The exit statuses of every command."""

ALL_WELL, WRONG_USAGE, SOMETHING_FAILED, NOTHING_PUBLISHED = 0, 2, 3, 4
