select metric, kind from rankings.method join metrics.definitions using (metric) where kind = 'stock'
