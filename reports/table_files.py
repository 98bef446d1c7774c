"""Write each table that is for publishing as Parquet, and as CSV that no spreadsheet runs."""

import gzip
from collections.abc import Iterator
from io import BytesIO

import pyarrow.parquet as pq

from pipelines.warehouse.build import PUBLIC
from pipelines.warehouse.query import Database
from reports.answers import read_table
from reports.csv_files import to_csv

FOLDER = "data/tables"
GZIP = 5
"""How hard long files are compressed: more takes longer and saves little."""
NAMES = tuple(f"{schema}.{table}" for schema, tables in PUBLIC.items() for table in tables)


def table_files(database: Database, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield address and content of each file of a table; the same rows give the same bytes."""
    rows, file = read_table(database, name), BytesIO()
    pq.write_table(rows, file, compression="zstd")
    yield f"{FOLDER}/{name}.parquet", file.getvalue()
    yield f"{FOLDER}/{name}.csv.gz", gzip.compress(to_csv(rows).encode(), GZIP, mtime=0)
