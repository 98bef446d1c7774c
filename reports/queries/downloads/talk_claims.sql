-- Every claim of the founding talk about a community that is compared: verdict, finding, source and the question that checks it; columns of its answer fill the braces.
select t.name, t.community, t.said, t.verdict, t.finding, t.today, t.source, t.check_sql
from raw.talk_claims t join raw.communities using (community)
order by t.position
