-- Official members as the community itself counts them (each by a definition of its own, see raw.communities), at the end of the month: the last count of the 45 days before it. No value where there is none.
-- family: register
-- unit: members
-- kind: stock
-- formula: the last count r of the 45 days before the end of month m
-- chaoss: none
select community, month, value from core.registered where value is not null
order by community, month
