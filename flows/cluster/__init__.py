"""Many machines: the lanes of a night as tasks of a Dask cluster, and the leases that keep them apart."""
