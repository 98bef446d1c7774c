select community, metric, month, low, value, high from metrics.monthly
where state in ('observed', 'partial') and not value between low and high
