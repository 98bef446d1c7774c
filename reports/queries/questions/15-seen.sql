-- Of how many months of the last year are the messages known?
select metric, community, count(*) filter (state in ('observed', 'partial')) as months
from metrics.monthly join raw.build on month > last_complete_month - interval 12 month and month <= last_complete_month
where metric = 'messages' group by all order by metric, community
