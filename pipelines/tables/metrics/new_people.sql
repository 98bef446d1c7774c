-- Distinct people seen in the month anywhere in the community and in none of the 24 months before: new, or back after two years; core.people says who is one person.
-- family: people
-- unit: people
-- past: newcomers
-- formula: number of p seen in month m and in none of months m-24 .. m-1
-- chaoss: New Contributors
select community, month, people as value from core.newcomers where channel = 'any' and people > 0
order by community, month
