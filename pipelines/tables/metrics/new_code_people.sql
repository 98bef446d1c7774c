-- Distinct people seen in the month as authors of its counted commits and in none of the 24 months before: new, or back after two years; core.people says who is one person.
-- family: code
-- unit: people
-- past: newcomers
-- formula: number of p among the authors of month m and of none of months m-24 .. m-1
-- chaoss: New Contributors
select community, month, people as value from core.newcomers where channel = 'code' and people > 0
order by community, month
