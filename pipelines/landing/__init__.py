"""Landing: each unit becomes one Parquet file and one visit."""
