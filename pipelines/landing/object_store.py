"""Keep objects in a store that speaks S3, through s3fs (the extra `cluster`).

Address and credentials are those of every program of AWS: `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`,
`AWS_SECRET_ACCESS_KEY`, a profile, or the role of the machine.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from pipelines.landing.store import S3, Entry, StoreError

try:
    from botocore.exceptions import BotoCoreError
    from s3fs import S3FileSystem
except ImportError:
    raise StoreError("a store at s3:// needs the extra `cluster`: install stackrank[cluster]") from None

LOGIN = re.compile(r"//[^/@\s]*@")
ATTEMPTS = {"mode": "standard", "max_attempts": 3}


class ObjectStore:
    """Objects below a prefix of a bucket."""

    def __init__(self, name: str) -> None:
        """Name a bucket as `s3://bucket/prefix`; nothing is asked yet. Raises StoreError where no bucket is named."""
        self.name = name
        self.bucket, _, above = name.removeprefix(S3).rstrip("/").partition("/")
        if not self.bucket:
            raise StoreError(f"{name} names no bucket; write s3://bucket/prefix")
        self.above = f"{above}/" if above else ""
        own = {"use_listings_cache": False, "skip_instance_cache": True, "config_kwargs": {"retries": ATTEMPTS}}
        self.system: Any = S3FileSystem(**own)

    def read(self, key: str) -> bytes | None:
        """Get the object in one request; None where there is none."""
        with self._doing("read", key):
            try:
                return self.system.cat_file(self._path(key), max_concurrency=1)
            except FileNotFoundError as error:
                if _code(error) == "NoSuchBucket":
                    raise
                return None

    def write(self, key: str, data: bytes) -> str:
        """Put the object; one of over 100 MB goes in parts and appears when the last one is there."""
        with self._doing("write", key):
            answer = self.system.pipe_file(self._path(key), data)
            answer = answer or self.system.call_s3("head_object", Bucket=self.bucket, Key=self.above + key)
            return answer["ETag"].strip('"')

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Put the object with `If-None-Match: *`; while another one is being written, S3 wants it to be tried again."""
        for is_last in (False, False, True):
            with self._doing("write", key):
                try:
                    self.system.pipe_file(self._path(key), data, mode="create")
                except OSError as error:
                    if _code(error) == "PreconditionFailed":
                        break
                    if _code(error) != "ConditionalRequestConflict" or is_last:
                        raise
                else:
                    return True
        return self.read(key) == data

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """Yield the objects, a page of at most 1,000 at a time."""
        asked = {"Bucket": self.bucket, "Prefix": self.above + prefix}
        while True:
            with self._doing("list", prefix):
                page = self.system.call_s3("list_objects_v2", **asked)
            yield from map(self._entry, page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def delete(self, key: str) -> None:
        """Delete the object; S3 does not say whether there was one."""
        with self._doing("delete", key):
            self.system.call_s3("delete_object", Bucket=self.bucket, Key=self.above + key)

    def _path(self, key: str) -> str:
        return f"{self.bucket}/{self.above}{key}"

    def _entry(self, found: dict[str, Any]) -> Entry:
        key = found["Key"].removeprefix(self.above)
        return Entry(key, found["Size"], found["ETag"].strip('"'), found["LastModified"].astimezone(UTC))

    @contextmanager
    def _doing(self, what: str, key: str) -> Iterator[None]:
        try:
            yield
        except (OSError, BotoCoreError) as error:
            raise StoreError(f"{self.name}: cannot {what} {key}: {_reason(error)}") from error


def _code(error: Exception) -> str:
    """Return the word by which S3 names an error."""
    answer = getattr(error.__cause__, "response", None) or {}
    return answer.get("Error", {}).get("Code", "")


def _reason(error: Exception) -> str:
    """Say why, without a login that the address of the store may have."""
    return LOGIN.sub("//", f"{_code(error) or type(error).__name__}: {error}")
