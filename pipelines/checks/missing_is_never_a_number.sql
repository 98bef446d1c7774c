select * from metrics.monthly
where (value is null) <> (state in ('unobserved', 'not_applicable', 'undefined')) or value < 0 or isnan(value) or isinf(value)
