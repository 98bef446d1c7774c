-- How many committers and committee members did CloudStack publish on two days?
select measure, day, value from core.counts
where community = 'cloudstack' and basis = 'published' and day in ('2018-04-29', '2024-10-24') order by 2, 1
